// An egg installer that only looks: the same decisions as the real one makes, on the same pages, but nothing is fetched,
// built, placed or kept. What would be is noted instead.

import { join } from 'node:path';

import { canonicalizeName, parseRequirement } from '#standards';
import { constrainRequirement, decideDistribution, normalizePins } from '#resolver';
import type { EggCache } from '#store';

import { resolveInstall, sortRunWorkingSet } from './create-egg-installer.ts';
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
import { describeArrival, type EggArrival } from './describe-arrival.ts';
import type { EggCandidate } from './usable-candidates.ts';

export type { EggArrival };

export interface EggPreview extends EggInstaller {
  /** The distributions of a project that are here and fit the Python, best first. */
  here(project: string): readonly Distribution[];
  /** What the installations asked for so far would bring. */
  arrivals(): readonly EggArrival[];
}

/** Reads what is here, index pages and the metadata of wheels; writes nothing. */
export function createEggPreview(settings: EggSettings): EggPreview {
  const run = createEggRun({ ...settings });
  forbidWriting(run);
  const arrivals = new Map<string, EggArrival>();
  return {
    install: (specs, options = {}) => previewInstall(run, { specs, options }, arrivals),
    build: (spec, options) => previewBuild(run, { spec, options }, arrivals),
    develop: async (setup, destination) => join(destination ?? run.settings.developEggsDirectory, setup),
    picked: () => ({ versions: run.ledger.versions(), requiredBy: run.ledger.requiredBy() }),
    namespacePackages: () => [],
    sortWorkingSet: (workingSet) => sortRunWorkingSet(run, workingSet),
    settle: async () => undefined,
    configure: (change) => {
      run.settings = { ...run.settings, ...change };
    },
    settings: () => run.settings,
    here: (project) => openHere(run).find(canonicalizeName(project)),
    arrivals: () => [...arrivals.values()],
  };
}

function openHere(run: EggRun): ReturnType<typeof openEnvironment> {
  const { developEggsDirectory, eggsDirectory } = run.settings;
  return openEnvironment(run, undefined, { path: [developEggsDirectory, eggsDirectory] });
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

type Arrivals = Map<string, EggArrival>;
type InstallSource = ReturnType<typeof createInstallSource>;

async function previewInstall(
  run: EggRun,
  { specs, options }: { specs: readonly string[]; options: InstallOptions },
  arrivals: Arrivals,
): Promise<readonly Distribution[]> {
  const destination = destinationOf(run, options);
  const source = createPreviewSource(run, { options, destination }, arrivals);
  return resolveInstall(run, specs, { options, canInstall: destination !== undefined, source });
}

function createPreviewSource(
  run: EggRun,
  { options, destination }: { options: InstallOptions; destination: string | undefined },
  arrivals: Arrivals,
): InstallSource {
  const pins = options.pins ?? run.settings.pins;
  const source = createInstallSource(run, { options, destination, pins });
  const describe = describeOnce(run, { options, destination });
  const only = {
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
  return (candidate) => {
    let described = known.get(candidate.location);
    if (described === undefined) {
      described = describeArrival(candidate, { run, options, pins, destination: destination ?? '' });
      known.set(candidate.location, described);
    }
    return described;
  };
}

async function previewBuild(
  run: EggRun,
  { spec, options }: { spec: string; options: BuildOptions },
  arrivals: Arrivals,
): Promise<string[]> {
  const { settings } = run;
  const { destination } = options;
  const source = createPreviewSource(run, { options, destination }, arrivals);
  const asked = parseRequirement(spec);
  const pin = normalizePins(options.pins ?? settings.pins).get(canonicalizeName(asked.name)) ?? '';
  const requirement = pin === '' ? asked : constrainRequirement(pin, asked);
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

/** As `prepareDestination`, without making it. */
function destinationOf(run: EggRun, options: InstallOptions): string | undefined {
  const { offline, eggsDirectory } = run.settings;
  const wanted = options.destination === undefined && !offline ? eggsDirectory : options.destination;
  if (wanted === null || wanted === undefined) return undefined;
  return tryRealpath(wanted) ?? wanted;
}
