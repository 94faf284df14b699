// The resolver's source of distributions for one installation: what is here (`environment`), what the index offers
// (`judge`), and the eggs that become of it (`supply`, `workshop`).

import { join } from 'node:path';

import type { Report } from '#base';
import type { Candidate, Index } from '#index';
import type { PythonDescription } from '#python';
import { chooseCandidate, isSameProject, type DistributionSource } from '#resolver';
import { formatRequirement, parseEggFilename, type Requirement } from '#standards';

import { createDistribution } from './create-distribution.ts';
import { manifestMetadata, rememberedMetadata, type EggMetadataReader } from './egg-metadata.ts';
import type { EggSupply } from './egg-supply.ts';
import type { Workshop, WorkshopEgg } from './egg-workshop.ts';
import type { Distribution } from './eggs-contract.ts';
import type { EggEnvironment } from './environment.ts';
import { explainMissing } from './explain-missing.ts';
import { findDistributions } from './find-distributions.ts';
import { holdLines, type HeldLines } from './held-console.ts';
import { needsPkgResources } from './namespace-style.ts';
import type { ObtainedEggs } from './obtained-eggs.ts';
import type { RecordedCandidates } from './recorded-candidates.ts';
import { whyUnfit } from './target-platform.ts';
import { pinnedVersion, type CandidateJudge, type EggCandidate } from './usable-candidates.ts';

export interface SourceOptions {
  environment: EggEnvironment;
  /** The index with the links so far; a new one when there are more links. */
  index: Index;
  withLinks: (links: readonly string[], dist: Distribution) => Index | undefined;
  /** Asked when the index has nothing for a requirement. */
  secondIndex?: (() => Index) | undefined;
  records?: RecordedCandidates | undefined;
  judge: CandidateJudge;
  /** Candidates that may not be used. */
  refuses?: (candidate: Candidate) => boolean;
  supply: EggSupply;
  workshop: Workshop;
  obtained: ObtainedEggs;
  python: PythonDescription;
  /** Where eggs go; `undefined` when nothing is installed. */
  destination: string | undefined;
  preferFinal: boolean;
  report: Report;
  fallback: (requirement: Requirement) => Distribution | undefined;
}

export function createDistributionSource(
  options: SourceOptions,
): DistributionSource<Distribution, EggCandidate> {
  const { environment, supply, obtained, python } = options;
  let { index } = options;
  const indexOf = new WeakMap<EggCandidate, Index>();
  const asked = new Map<string, { answer: Promise<readonly EggCandidate[]>; lines: HeldLines }>();
  const around = new Map<string, readonly Distribution[]>();

  async function ask(requirement: Requirement): Promise<readonly EggCandidate[]> {
    const recorded = await findRecorded(requirement);
    if (recorded !== undefined) return recorded;
    const files = await filesOf(index, requirement);
    options.records?.save(requirement, files);
    const usable = judge(files, requirement, index);
    if (options.secondIndex === undefined || choose(usable, requirement) !== undefined) return usable;
    const second = options.secondIndex();
    return judge(await filesOf(second, requirement), requirement, second);
  }

  /** A record answers only when the egg is in the cache: what must be fetched is asked for again. */
  async function findRecorded(requirement: Requirement): Promise<readonly EggCandidate[] | undefined> {
    const files = options.records?.find(requirement);
    if (files === undefined) return undefined;
    const usable = judge(files, requirement, index);
    const best = choose(usable, requirement);
    return best !== undefined && (await supply.isCached(best.file)) ? usable : undefined;
  }

  function judge(files: readonly Candidate[], requirement: Requirement, from: Index): EggCandidate[] {
    const allowed = files.filter((file) => options.refuses?.(file) !== true);
    const usable = [...options.judge.usable(allowed, requirement)];
    for (const candidate of usable) indexOf.set(candidate, from);
    return usable;
  }

  const choose = (candidates: readonly EggCandidate[], requirement: Requirement): EggCandidate | undefined =>
    chooseCandidate(candidates, requirement, { preferFinal: options.preferFinal });

  function distributionsAt(location: string): readonly Distribution[] {
    const egg = obtained.at(location);
    if (egg !== undefined) return [egg];
    let known = around.get(location);
    if (known === undefined) {
      const found = findDistributions(location, { markers: python.markers });
      known = found.filter((dist) => whyUnfit(dist, python) === undefined);
      around.set(location, known);
    }
    return known;
  }

  function askOnce(requirement: Requirement): { answer: Promise<readonly EggCandidate[]>; lines: HeldLines } {
    const key = `${requirement.name} ${formatRequirement(requirement)}`;
    let known = asked.get(key);
    if (known === undefined) {
      const lines = holdLines(options.report);
      known = { answer: lines.collect(() => ask(requirement)), lines };
      asked.set(key, known);
    }
    return known;
  }

  const source: DistributionSource<Distribution, EggCandidate> = {
    ahead: () => ({ ...source, candidates: (requirement) => askOnce(requirement).answer }),
    installed: (project) => environment.find(project),
    distributionsAt,
    candidates: (requirement) => {
      const { answer, lines } = askOnce(requirement);
      lines.release();
      return answer;
    },
    prepare: async (candidate) => {
      const from = indexOf.get(candidate) ?? index;
      const text = await supply.metadataText(candidate.file, from);
      if (text !== undefined) return describeText(text, candidate, python);
      return describeEggAt(await supply.egg(candidate.file, from, 'ahead'), '', python);
    },
    obtain: async (candidate, requirement) => {
      const egg = await supply.egg(candidate.file, indexOf.get(candidate) ?? index);
      const target = join(options.destination ?? '', egg.facts.eggName);
      const dist = describeEggAt(egg, target, python);
      const activity = `Getting distribution for '${formatRequirement(requirement)}'.`;
      options.workshop.place(egg, target, activity);
      obtained.add(dist, hasPkgResourcesNamespaces(egg));
      environment.add(dist);
      return dist;
    },
    fallback: options.fallback,
    needsPkgResources: async (dist) =>
      obtained.needsPkgResources(dist) ??
      needsPkgResources(dist.metadata('namespace_packages.txt'), dist.location),
    addLinks: async (links, dist) => {
      const wider = options.withLinks(links, dist);
      if (wider === undefined) return;
      index = wider;
      asked.clear();
    },
    explainMissing: async (requirement) =>
      explainMissing(requirement, { index, judge: options.judge, environment }),
  };
  return source;
}

function filesOf(index: Index, requirement: Requirement): Promise<readonly Candidate[]> {
  const [specifier] = requirement.specifiers.specifiers;
  const version = specifier?.operator === '==' ? pinnedVersion(requirement) : undefined;
  return index.candidates(requirement.name, version === undefined ? {} : { version });
}

function describeText(text: string, candidate: EggCandidate, python: PythonDescription): Distribution {
  const { project, version, location } = candidate;
  const metadata = rememberedMetadata({ METADATA: text });
  return createDistribution({
    project,
    version,
    location,
    precedence: 'wheel',
    metadata,
    markers: python.markers,
  });
}

function describeEggAt(egg: WorkshopEgg, location: string, python: PythonDescription): Distribution {
  const { facts } = egg;
  const parts = parseEggFilename(facts.eggName);
  let opened: EggMetadataReader | undefined;
  const open = (): EggMetadataReader | undefined => {
    opened ??= openPlaced([location, egg.directory ?? ''], facts.project, python);
    return opened;
  };
  return createDistribution({
    project: facts.project,
    version: facts.version,
    location,
    precedence: 'egg',
    pythonVersion: parts?.python,
    platform: parts?.platform,
    metadata: manifestMetadata(facts.metadata, open),
    markers: python.markers,
  });
}

/** The egg's own metadata files, wherever the egg is by now. */
function openPlaced(
  places: readonly string[],
  project: string,
  python: PythonDescription,
): EggMetadataReader | undefined {
  for (const place of places.filter((path) => path !== '')) {
    const found = findDistributions(place, { markers: python.markers, only: true });
    const dist = found.find((one) => isSameProject(one.project, project));
    if (dist !== undefined) {
      return {
        style: 'dist-info',
        text: (name) => dist.metadata(name),
        names: (directory) => dist.metadataNames(directory),
      };
    }
  }
  return undefined;
}

function hasPkgResourcesNamespaces(egg: WorkshopEgg): boolean | undefined {
  const { origin } = egg.facts;
  if (typeof origin !== 'object' || origin === null) return undefined;
  const answer: unknown = Reflect.get(origin, 'needsPkgResources');
  return typeof answer === 'boolean' ? answer : undefined;
}
