// An egg installer that only looks: the same decisions as the real one makes, on the same pages, but nothing is fetched,
// built, placed or kept. What would be is noted instead.

import { join } from 'node:path';

import { canonicalizeName, parseRequirement, type Requirement } from '#standards';
import { constrainRequirement, decideDistribution, normalizePins } from '#resolver';
import type { EggCache } from '#store';

import { createDistribution } from './create-distribution.ts';
import { resolveInstall, sortRunWorkingSet } from './create-egg-installer.ts';
import { rememberedMetadata } from './egg-metadata.ts';
import { createEggRun, type EggRun } from './egg-run.ts';
import type {
  BuildOptions,
  Distribution,
  EggInstaller,
  EggSettings,
  InstallOptions,
} from './eggs-contract.ts';
import { tryRealpath } from './find-distributions.ts';
import { createInstallSource, openEnvironment } from './installation.ts';
import { needsPkgResources } from './namespace-style.ts';
import { createSharing } from './sharing.ts';
import { obtainCheckouts } from './obtain-checkouts.ts';
import { openShelf } from './shelf.ts';
import { describeArrival, type EggArrival } from './describe-arrival.ts';
import type { EggCandidate } from './usable-candidates.ts';

export type { EggArrival };

export interface EggPreview extends EggInstaller {
  /** The distributions of a project that are here and fit the Python, best first. */
  here(project: string): readonly Distribution[];
  /** What the installations asked for so far would bring. */
  arrivals(): readonly EggArrival[];
  /** What is here for a requirement, under its pin; undefined when nothing fits. */
  choose(requirement: Requirement): Promise<Distribution | undefined>;
  /** Whether its namespace packages work with `pkg_resources` only, so that it brings setuptools. */
  needsPkgResources(dist: Distribution): boolean;
  /** Counts a source checkout as developed that is not yet. */
  assumeDeveloped(checkout: Checkout): void;
}

/** What a source checkout says about itself without being built. */
export interface Checkout {
  readonly directory: string;
  readonly project: string;
  readonly version: string;
  readonly requires: readonly string[];
  /** The text of its `entry_points.txt`. */
  readonly entryPoints: string;
}

/** Reads what is here, index pages and the metadata of wheels; writes nothing. */
export function createEggPreview(settings: EggSettings): EggPreview {
  const run = createEggRun({ ...settings });
  forbidWriting(run);
  const seen: Seen = { arrivals: new Map(), developed: [] };
  let hereSource: InstallSource | undefined;
  return {
    install: (specs, options = {}) => previewInstall(run, { specs, options }, seen),
    build: (spec, options) => previewBuild(run, { spec, options }, seen),
    develop: async (setup, destination) => join(destination ?? run.settings.developEggsDirectory, setup),
    picked: () => ({ versions: run.ledger.versions(), requiredBy: run.ledger.requiredBy() }),
    namespacePackages: () => [],
    sortWorkingSet: (workingSet) => sortRunWorkingSet(run, workingSet),
    settle: async () => undefined,
    close: async () => undefined,
    sharing: createSharing(run),
    configure: (change) => {
      run.settings = { ...run.settings, ...change };
    },
    settings: () => run.settings,
    here: (project) => openHere(run).find(canonicalizeName(project)),
    arrivals: () => [...seen.arrivals.values()],
    choose: (requirement) => chooseHere(run, (hereSource ??= createHereSource(run)), requirement),
    needsPkgResources: (dist) => needsPkgResources(dist.metadata('namespace_packages.txt'), dist.location),
    assumeDeveloped: (checkout) => {
      const dist = describeCheckout(checkout, run);
      seen.developed.push(dist);
      run.obtained.add(dist, false);
    },
  };
}

function openHere(run: EggRun): ReturnType<typeof openEnvironment> {
  const { developEggsDirectory, eggsDirectory } = run.settings;
  const options = { path: [developEggsDirectory, eggsDirectory] };
  const request = { options, destination: undefined, pins: run.settings.pins };
  return openEnvironment(run, openShelf(run, request), options);
}

/** Records of what an index offers are read, not kept. */
function forbidWriting(run: EggRun): void {
  const open = run.cache;
  Object.assign(run, {
    cache: (): EggCache | undefined => {
      const cache = open();
      return cache && { ...cache, records: { ...cache.records, save: () => undefined } };
    },
  });
}

interface Seen {
  readonly arrivals: Map<string, EggArrival>;
  readonly developed: Distribution[];
}
type InstallSource = ReturnType<typeof createInstallSource>;

async function previewInstall(
  run: EggRun,
  asked: { specs: readonly string[]; options: InstallOptions },
  seen: Seen,
): Promise<readonly Distribution[]> {
  const { specs, options } = await obtainCheckouts(run, asked, true);
  const destination = destinationOf(run, options);
  const source = createPreviewSource(run, { options, destination }, seen);
  return resolveInstall(run, specs, { options, canInstall: destination !== undefined, source });
}

function createPreviewSource(
  run: EggRun,
  { options, destination }: { options: InstallOptions; destination: string | undefined },
  { arrivals, developed }: Seen,
): InstallSource {
  const pins = options.pins ?? run.settings.pins;
  const source = createInstallSource(run, { options, destination, pins });
  const describe = describeOnce(run, { options, destination });
  const only = {
    installed: (project: string) => [
      ...developed.filter((dist) => canonicalizeName(dist.project) === canonicalizeName(project)),
      ...source.installed(project),
    ],
    prepare: async (candidate: EggCandidate) => (await describe(candidate)).dist,
    obtain: async (candidate: EggCandidate) => {
      const { dist, arrival } = await describe(candidate);
      arrivals.set(dist.location, arrival);
      run.obtained.add(dist, arrival.needsPkgResources);
      return dist;
    },
  };
  return { ...source, ...only, ahead: () => ({ ...(source.ahead?.() ?? source), ...only }) };
}

type Described = Awaited<ReturnType<typeof describeArrival>>;

function describeOnce(
  run: EggRun,
  { options, destination }: { options: InstallOptions; destination: string | undefined },
): (candidate: EggCandidate) => Promise<Described> {
  const pins = normalizePins(options.pins ?? run.settings.pins);
  const known = new Map<string, Promise<Described>>();
  const shelf = openShelf(run, { options, destination, pins });
  const placeOf = (eggName: string): string => shelf?.placeOf(eggName) ?? eggName;
  return (candidate) => {
    let described = known.get(candidate.location);
    if (described === undefined) {
      described = describeArrival(candidate, { run, options, pins, placeOf });
      known.set(candidate.location, described);
    }
    return described;
  };
}

async function previewBuild(
  run: EggRun,
  { spec, options }: { spec: string; options: BuildOptions },
  seen: Seen,
): Promise<string[]> {
  const { settings } = run;
  const { destination } = options;
  const source = createPreviewSource(run, { options, destination }, seen);
  const requirement = withPin(parseRequirement(spec), options.pins ?? settings.pins);
  const { have, available } = await decideDistribution(
    requirement,
    {
      source,
      newest: options.newest ?? settings.newest,
      preferFinal: settings.preferFinal,
      canInstall: true,
      report: settings.report,
    },
    true,
  );
  if (have !== undefined) return [have.location];
  if (available === undefined) return [];
  return [(await source.obtain(available, requirement)).location];
}

function createHereSource(run: EggRun): InstallSource {
  const { developEggsDirectory, eggsDirectory, pins } = run.settings;
  const options = { path: [developEggsDirectory, eggsDirectory] };
  return createInstallSource(run, { options, destination: undefined, pins });
}

async function chooseHere(
  run: EggRun,
  source: InstallSource,
  requirement: Requirement,
): Promise<Distribution | undefined> {
  const { pins, preferFinal, report } = run.settings;
  const context = { source, newest: false, preferFinal, canInstall: false, report };
  return (await decideDistribution(withPin(requirement, pins), context)).have;
}

function withPin(requirement: Requirement, pins: ReadonlyMap<string, string>): Requirement {
  const pin = normalizePins(pins).get(canonicalizeName(requirement.name)) ?? '';
  return pin === '' ? requirement : constrainRequirement(pin, requirement);
}

function describeCheckout(checkout: Checkout, run: EggRun): Distribution {
  const { project, version, requires, directory } = checkout;
  const headers = ['Metadata-Version: 2.1', `Name: ${project}`, `Version: ${version}`];
  const text = [...headers, ...requires.map((line) => `Requires-Dist: ${line}`), ''].join('\n');
  return createDistribution({
    project,
    version,
    location: directory,
    precedence: 'develop',
    metadata: rememberedMetadata({ METADATA: text, 'entry_points.txt': checkout.entryPoints }),
    markers: run.settings.python.markers,
  });
}

/** As `prepareDestination`, without making it. */
function destinationOf(run: EggRun, options: InstallOptions): string | undefined {
  const { offline, eggsDirectory } = run.settings;
  const wanted = options.destination === undefined && !offline ? eggsDirectory : options.destination;
  if (wanted === null || wanted === undefined) return undefined;
  return tryRealpath(wanted) ?? wanted;
}
