// The resolver's source of distributions for one installation: what is here (`environment`), what the index offers
// (`judge`), and the eggs that become of it (`supply`, `workshop`).

import { pythonRepr } from '#base';
import type { PythonDescription } from '#python';
import { isSameProject, requirementText, type DistributionSource } from '#resolver';
import { parseEggFilename, type Requirement } from '#standards';

import { createCandidateFinder, type CandidateFinderOptions } from './candidate-finder.ts';
import { createDistribution } from './create-distribution.ts';
import { manifestMetadata, rememberedMetadata, type EggMetadataReader } from './egg-metadata.ts';
import type { Workshop, WorkshopEgg } from './egg-workshop.ts';
import type { Distribution } from './eggs-contract.ts';
import type { EggEnvironment } from './environment.ts';
import { explainMissing } from './explain-missing.ts';
import { findDistributions } from './find-distributions.ts';
import { needsPkgResources } from './namespace-style.ts';
import type { ObtainedEggs } from './obtained-eggs.ts';
import type { Shelf } from './shelf.ts';
import { whyUnfit } from './target-platform.ts';
import type { EggCandidate } from './usable-candidates.ts';

export interface SourceOptions extends CandidateFinderOptions {
  environment: EggEnvironment;
  workshop: Workshop;
  obtained: ObtainedEggs;
  python: PythonDescription;
  /** Where eggs go; `undefined` when nothing is installed. */
  shelf: Pick<Shelf, 'targetOf'> | undefined;
  fallback: (requirement: Requirement) => Distribution | undefined;
}

export function createDistributionSource(
  options: SourceOptions,
): DistributionSource<Distribution, EggCandidate> {
  const { environment, supply, obtained, python } = options;
  const finder = createCandidateFinder(options);

  async function obtain(candidate: EggCandidate, requirement: Requirement): Promise<Distribution> {
    const egg = await supply.egg(candidate.file, finder.indexOf(candidate));
    if (options.shelf === undefined) throw new Error(`There is no place for ${egg.facts.eggName}`);
    const target = await options.shelf.targetOf(egg);
    const dist = describeEggAt(egg, target.path, python);
    const activity = `Getting distribution for ${pythonRepr(requirementText(requirement))}.`;
    options.workshop.place(egg, target, activity);
    obtained.add(dist, hasPkgResourcesNamespaces(egg), egg);
    environment.add(dist);
    return dist;
  }

  const source: DistributionSource<Distribution, EggCandidate> = {
    ahead: () => ({ ...source, candidates: (requirement) => finder.findAhead(requirement) }),
    installed: (project) => environment.find(project),
    distributionsAt: createPlaceReader(obtained, python),
    candidates: (requirement) => finder.find(requirement),
    prepare: async (candidate) => {
      const from = finder.indexOf(candidate);
      const text = await supply.metadataText(candidate.file, from);
      if (text !== undefined) return describeText(text, candidate, python);
      return describeEggAt(await supply.egg(candidate.file, from, 'ahead'), '', python);
    },
    obtain,
    fallback: options.fallback,
    needsPkgResources: async (dist) =>
      obtained.needsPkgResources(dist) ??
      needsPkgResources(dist.metadata('namespace_packages.txt'), dist.location),
    addLinks: async (links, dist) => finder.addLinks(links, dist),
    explainMissing: async (requirement) =>
      explainMissing(requirement, { index: finder.index(), judge: options.judge, environment }),
  };
  return source;
}

/** What lies at an entry of `sys.path`, each looked at once. */
function createPlaceReader(
  obtained: ObtainedEggs,
  python: PythonDescription,
): (location: string) => readonly Distribution[] {
  const known = new Map<string, readonly Distribution[]>();
  return (location) => {
    const egg = obtained.at(location);
    if (egg !== undefined) return [egg];
    const found =
      known.get(location) ??
      findDistributions(location, { markers: python.markers }).filter(
        (dist) => whyUnfit(dist, python) === undefined,
      );
    known.set(location, found);
    return found;
  };
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

/** The distribution of an egg as it will be at `location`. */
export function describeEggAt(
  egg: Pick<WorkshopEgg, 'facts' | 'directory' | 'pthFiles'>,
  location: string,
  python: PythonDescription,
): Distribution {
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
    pthFiles: egg.pthFiles?.(),
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

/** Whether its namespace packages work by `pkg_resources` only, as its builder found. */
export function hasPkgResourcesNamespaces(egg: WorkshopEgg): boolean | undefined {
  const { origin } = egg.facts;
  if (typeof origin !== 'object' || origin === null) return undefined;
  const answer: unknown = Reflect.get(origin, 'needsPkgResources');
  return typeof answer === 'boolean' ? answer : undefined;
}
