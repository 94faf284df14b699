// What a build back end requires: through the same pins, eggs directory, caches, index and find-links as eggs; then
// pip's default index; then the target Python's own. These eggs stay out of the buildout's eggs directory.

import { availableParallelism } from 'node:os';

import { BuildError, hashBytes } from '#base';
import { isSameProject, resolveWorkingSet } from '#resolver';
import { canonicalizeName } from '#standards';

import { createDistributionSource } from './create-distribution-source.ts';
import type { EggRun, Places } from './egg-run.ts';
import { createBuildLimiter, createEggSupply, type EggSupply } from './egg-supply.ts';
import type { Distribution } from './eggs-contract.ts';
import { createEnvironment } from './environment.ts';
import { progressOnly, withoutLines } from './held-console.ts';
import { createLastResort } from './last-resort.ts';
import type { BuildRequirements, ObtainedRequirements } from './make-egg.ts';
import { createRecordedCandidates } from './recorded-candidates.ts';
import { openPlainShelf } from './shelf.ts';

export interface BuildContext {
  run: EggRun;
  places: Places;
  pins: ReadonlyMap<string, string>;
}

/** Obtains build requirements; equal ones once for a run. */
export function createBuildRequirements(context: BuildContext): BuildRequirements {
  const known = new Map<string, Promise<ObtainedRequirements>>();
  const directory = onceOnly(() => context.run.temporaryDirectory());
  const workshop = onceOnly(() => context.run.createWorkshop());
  return {
    obtain: (requirements, building) => {
      const key = JSON.stringify([[...requirements].sort(), building]);
      let obtained = known.get(key);
      if (obtained === undefined) {
        const job = { context, directory, workshop, requirements, building };
        obtained = withoutLines(() => resolveOrWithoutPins(job));
        known.set(key, obtained);
      }
      return obtained;
    },
  };
}

interface Job {
  context: BuildContext;
  directory: () => string;
  workshop: () => EggRun['workshop'];
  requirements: readonly string[];
  building: readonly string[];
}

/**
 * A pin that a build refuses is not for builds: pip, which zc.buildout builds with, never sees pins. Offline neither is one
 * that no cache has: the target Python's own setuptools will do, as it does there.
 */
async function resolveOrWithoutPins(job: Job): Promise<ObtainedRequirements> {
  try {
    return await resolveForBuild(job, job.context.pins);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    const isRefused = error.code === 'PIN_NOT_ALLOWED' || error.code === 'VERSION_CONFLICT';
    const isOutOfReach = error.code === 'MISSING_DISTRIBUTION' && job.context.run.settings.offline;
    if (!isRefused && !isOutOfReach) throw error;
    return resolveForBuild(job, new Map());
  }
}

async function resolveForBuild(job: Job, pins: ReadonlyMap<string, string>): Promise<ObtainedRequirements> {
  const { settings } = job.context.run;
  const workshop = job.workshop();
  const source = createSource(job, createNestedSupply(job, pins));
  const dists = await resolveWorkingSet({
    specs: job.requirements,
    pins,
    source,
    markers: settings.python.markers,
    // Offline too: from the caches, never from a network.
    canInstall: true,
    newest: settings.newest,
    preferFinal: true,
    allowPicked: true,
    checkPicked: false,
    followDependencyLinks: false,
    allowUnknownExtras: true,
    ledger: { pick: ignore, require: ignore, versions: () => [], requiredBy: () => new Map() },
    report: progressOnly(settings.report),
  });
  await workshop.settle();
  return {
    path: [...new Set(dists.map(({ location }) => location))],
    versions: Object.fromEntries(dists.map(({ project, version }) => [canonicalizeName(project), version])),
    hashes: Object.fromEntries(
      dists.flatMap((dist) => {
        const record = dist.metadata('RECORD');
        return record === undefined ? [] : [[canonicalizeName(dist.project), hashBytes(record)] as const];
      }),
    ),
  };
}

function createNestedSupply(job: Job, pins: ReadonlyMap<string, string>): EggSupply {
  const { context, building } = job;
  const { run } = context;
  return createEggSupply({
    cache: run.cache(),
    remote: run.remote.open,
    workshop: job.workshop(),
    fetcher: run.fetcher(),
    collects: run.settings.collects !== undefined,
    python: run.settings.python,
    environment: run.settings.environment,
    signal: run.settings.signal,
    report: progressOnly(run.settings.report),
    request: run.request(pins),
    buildRequirements: createBuildRequirements(context),
    building,
    // A build that waits for this one holds a place already.
    unpackWheel: run.unpackWheel(),
    limitBuilds: (task) => task(),
  });
}

function createSource(job: Job, supply: EggSupply): ReturnType<typeof createDistributionSource> {
  const { context, building } = job;
  const { run, places } = context;
  const { settings } = run;
  const directory = run.eggsDirectory(job.directory());
  const eggs = run.eggsDirectory(settings.eggsDirectory);
  directory.refresh();
  const isEgg = (dist: Distribution): boolean => dist.precedence === 'egg';
  const environment = createEnvironment({
    eggsDirectories: [directory, { ...eggs, find: (project) => eggs.find(project).filter(isEgg) }],
    path: [],
    obtained: run.obtained.in(directory.path),
    python: settings.python,
  });
  const { buildIndexUrl } = settings;
  const hasSecond = !settings.offline && !settings.installFromCache && buildIndexUrl !== undefined;
  const cache = run.cache();
  return createDistributionSource({
    environment,
    index: run.index(places),
    withLinks: () => undefined,
    secondIndex:
      hasSecond && buildIndexUrl !== places.indexUrl
        ? () => run.index({ indexUrl: buildIndexUrl, links: [], allowHosts: places.allowHosts })
        : undefined,
    records: cache && createRecordedCandidates(cache.records, places.indexUrl),
    judge: run.judge(),
    // What is being built cannot be built from source for its own build.
    refuses: (candidate) =>
      candidate.kind === 'sdist' && building.some((name) => isSameProject(name, candidate.project)),
    supply,
    workshop: job.workshop(),
    obtained: run.obtained,
    python: settings.python,
    shelf: openPlainShelf(directory),
    preferFinal: true,
    report: progressOnly(settings.report),
    // What the target Python has of its own cannot be collected.
    fallback:
      settings.collects === undefined
        ? createLastResort(settings.python, (project) => eggs.findLinked(project))
        : () => undefined,
  });
}

function ignore(): void {
  // Build requirements are not picks of the buildout.
}

function onceOnly<T>(make: () => T): () => T {
  let known: { value: T } | undefined;
  return () => (known ??= { value: make() }).value;
}

/** Builds of a whole run, bounded together. */
export const defaultBuildLimiter: ReturnType<typeof createBuildLimiter> =
  createBuildLimiter(availableParallelism());
