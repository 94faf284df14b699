// What one run keeps between installations: indexes with their pages, the egg cache, opened eggs directories, eggs
// under way, and the tools that make eggs. Settings may change in between (recipes and extensions do that).

import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

import { nameFor, type Where } from '#base';
import { createIndex, type Index } from '#index';
import { createCompiler, type Compiler } from '#python';
import { createPickLedger, type PickLedger } from '#resolver';
import { canonicalizeName } from '#standards';
import {
  layerCaches,
  openEggCache,
  openSharedDirectories,
  type EggCache,
  type Json,
  type Placers,
  type SharedDirectories,
} from '#store';

import { readBuildEnvironment } from './build-environment.ts';
import type { RequestContext } from './egg-request.ts';
import { createWorkshop, type Workshop } from './egg-workshop.ts';
import type { EggSupply } from './egg-supply.ts';
import { createEggThreads, type EggThreads } from './egg-tasks.ts';
import type { Distribution, EggSettings } from './eggs-contract.ts';
import { openEggsDirectory, type EggsDirectory } from './eggs-directory.ts';
import { createFileFetcher, type FileFetcher } from './fetch-file.ts';
import { tryRealpath } from './find-distributions.ts';
import { holdingReport } from './held-console.ts';
import { openKnownEggs } from './known-eggs.ts';
import { createObtainedEggs, type ObtainedEggs } from './obtained-eggs.ts';
import { createSharingNotes, type SharingNotes } from './sharing.ts';
import { createRunRemoteCache, type RunRemoteCache } from './run-remote-cache.ts';
import { createWheelUnpacker, type WheelUnpacker } from './unpack-wheels.ts';
import { createCandidateJudge, type CandidateJudge } from './usable-candidates.ts';

/** Where candidates are looked for. */
export interface Places {
  indexUrl: string;
  links: readonly string[];
  allowHosts: readonly string[];
}

export interface EggRun {
  settings: EggSettings;
  readonly ledger: PickLedger;
  readonly namespaces: Map<string, string>;
  readonly obtained: ObtainedEggs;
  /** Eggs in place that are known to be the one distribution at their place, by that place. */
  readonly undisturbed: Map<string, Distribution>;
  /** Where develop eggs lie that this run built as ordinary eggs. */
  readonly builtDevelopEggs: Set<string>;
  readonly workshop: Workshop;
  /** The egg cache, with the shared directories behind it. */
  readonly cache: () => EggCache | undefined;
  /** The cache that machines share. */
  readonly remote: RunRemoteCache;
  /** Where this user's runs remember things for the next one; `undefined` when there is no egg cache. */
  readonly memory: () => string | undefined;
  readonly shared: () => SharedDirectories | undefined;
  /** Whether a path without links lies in a shared directory. */
  readonly isShared: (location: string) => boolean;
  readonly notes: SharingNotes;
  judge(): CandidateJudge;
  fetcher(): FileFetcher;
  index(places: Places): Index;
  eggsDirectory(path: string): EggsDirectory;
  request(pins: ReadonlyMap<string, string>): RequestContext;
  /** Eggs under way for the same places and pins are shared by all installations. */
  supply(key: string, make: () => EggSupply): EggSupply;
  compiler(): Compiler;
  threads(): EggThreads;
  unpackWheel(): WheelUnpacker;
  /** A workshop of its own for eggs that only builds use. */
  createWorkshop(): Workshop;
  /** A directory that is gone when the process ends. */
  temporaryDirectory(): string;
  pinOrigins(): ReadonlyMap<string, Where> | undefined;
}

export function createEggRun(settings: EggSettings): EggRun {
  const kept = createKeeper();
  const tools = createTools(() => run, kept);
  let buildEnvironment: Promise<Json> | undefined;

  const run: EggRun = {
    ...tools,
    settings,
    ledger: createPickLedger(),
    namespaces: new Map(),
    obtained: createObtainedEggs(),
    isShared: (location) => run.shared()?.entryOf(location) !== undefined,
    notes: createSharingNotes((location) => run.shared()?.entryOf(location)),
    undisturbed: new Map(),
    builtDevelopEggs: new Set(),
    remote: createRunRemoteCache(() => run.settings),
    get workshop() {
      return kept('workshop', '', () => run.createWorkshop());
    },
    judge: () => kept('judge', '', () => createCandidateJudge(run.settings.python)),
    index: (places) => {
      const { offline } = run.settings;
      return kept('index', JSON.stringify([places, offline]), () =>
        openIndex(places, run.settings, run.remote.open),
      );
    },
    eggsDirectory: (path) => {
      const real = tryRealpath(path) ?? path;
      const links = real === (tryRealpath(run.settings.eggsDirectory) ?? run.settings.eggsDirectory);
      const { markers } = run.settings.python;
      const memory = run.memory();
      return kept('directory', `${links} ${real}`, () => {
        const isKept = memory !== undefined && (links || run.shared()?.directories().includes(real) === true);
        const file = isKept ? join(memory, 'known', `${nameFor(real)}.json`) : undefined;
        const known = file === undefined ? undefined : openKnownEggs(file, real, markers);
        // What lies in a shared directory itself is no link to one.
        const isShared = run.shared()?.entryOf(real) === undefined ? run.isShared : undefined;
        return openEggsDirectory(real, { markers, links, known, isShared });
      });
    },
    request: (pins) => ({
      python: run.settings.python,
      buildEnvironment: () =>
        (buildEnvironment ??= readBuildEnvironment(
          run.settings.python,
          run.settings.environment,
          run.settings.eggCache?.environment,
        )),
      pinOf: (name) => pins.get(canonicalizeName(name)),
    }),
    supply: (key, make) => kept('supply', key, make),
    pinOrigins: () => {
      const { pinOrigins } = run.settings;
      return pinOrigins && new Map([...pinOrigins].map(([name, where]) => [canonicalizeName(name), where]));
    },
  };
  return run;
}

type Tools = Pick<
  EggRun,
  | 'cache'
  | 'memory'
  | 'shared'
  | 'fetcher'
  | 'compiler'
  | 'threads'
  | 'unpackWheel'
  | 'createWorkshop'
  | 'temporaryDirectory'
>;

/** What eggs are made with; temporary directories go when the process ends. */
function createTools(run: () => EggRun, kept: Keeper): Tools {
  const tools: Tools = {
    cache: () => {
      const { eggCache, environment } = run().settings;
      const shared = tools.shared();
      const link = eggCache?.link ?? 'auto';
      return kept('cache', `${link} ${tools.memory() ?? ''} ${shared?.roots.join(':') ?? ''}`, () => {
        const own = openOwnCache(run().settings, tools.threads);
        return shared === undefined ? own : layerCaches({ own, shared, link, environment });
      });
    },
    memory: () => run().settings.eggCache?.directory || undefined,
    shared: () => {
      const { shared, eggCache, environment, report } = run().settings;
      if (shared === undefined) return undefined;
      const { roots, trustedOwners } = shared;
      const link = eggCache?.link ?? 'auto';
      return kept('shared', JSON.stringify([roots, trustedOwners, link]), () =>
        openSharedDirectories({ roots, trustedOwners, link, environment, report }),
      );
    },
    fetcher: () => {
      const directory = downloadDirectory(run().settings);
      const { report, collects } = run().settings;
      return kept('fetcher', directory ?? '', () =>
        createFileFetcher({
          downloadDirectory: directory,
          collection: collects && { ...collects, files: tools.cache()?.files },
          temporaryDirectory: () => kept('downloads', '', tools.temporaryDirectory),
          report,
        }),
      );
    },
    compiler: () =>
      kept('compiler', '', () => createCompiler(run().settings.python.executable, availableParallelism())),
    threads: () => kept('threads', '', createEggThreads),
    unpackWheel: () => kept('unpacker', '', () => createWheelUnpacker(tools.threads)),
    createWorkshop: () => {
      const workshop = createWorkshop({
        cache: tools.cache(),
        eggsDirectory: () => run().settings.eggsDirectory,
        compiler: tools.compiler,
        report: run().settings.report,
      });
      atExit(() => workshop.clean());
      return workshop;
    },
    temporaryDirectory: () => {
      const directory = mkdtempSync(join(tmpdir(), 'clutch-'));
      atExit(() => rmSync(directory, { recursive: true, force: true }));
      return directory;
    },
  };
  return tools;
}

function openOwnCache(
  { eggCache, report, environment }: EggSettings,
  threads: () => EggThreads,
): EggCache | undefined {
  if (eggCache === undefined || eggCache.directory === '') return undefined;
  const { directory, link, limitBytes } = eggCache;
  const limit = limitBytes === undefined ? {} : { limitBytes };
  const placers = createPlacers(threads);
  return openEggCache({ directory, link, report, environment, placers, ...limit });
}

function createPlacers(threads: () => EggThreads): Placers {
  return {
    isStarted: () => threads().isStarted(),
    place: async (shared, howMany) => {
      const count = howMany === 'one' ? 1 : threads().most;
      const placed = Array.from({ length: count }, () => threads().run('place', shared));
      return (await Promise.all(placed)).flat();
    },
  };
}

const exitActions: (() => void)[] = [];

function atExit(action: () => void): void {
  if (exitActions.length === 0) {
    process.once('exit', () => {
      for (const action of exitActions) action();
    });
  }
  exitActions.push(action);
}

/** The directory of the download cache that holds distributions. */
export function downloadDirectory(settings: EggSettings): string | undefined {
  const { downloadCache } = settings;
  return downloadCache === undefined || downloadCache === '' ? undefined : join(downloadCache, 'dist');
}

function openIndex(places: Places, settings: EggSettings, filesByHash: RunRemoteCache['open']): Index {
  const { http, offline, report } = settings;
  const downloadCache = downloadDirectory(settings);
  const { indexUrl, allowHosts } = places;
  // install-from-cache: nothing but the download cache is looked at.
  const isCacheOnly = settings.installFromCache && downloadCache !== undefined;
  const links = isCacheOnly ? [] : places.links;
  const collected = settings.collects?.directories ?? [];
  const local = [...(downloadCache === undefined ? [] : [downloadCache]), ...collected];
  const findLinks = [...local.filter((directory) => !links.includes(directory)), ...links];
  return createIndex({
    indexUrl: isCacheOnly ? downloadCache : indexUrl,
    findLinks,
    allowHosts,
    http,
    offline,
    report: holdingReport(report),
    filesByHash,
    ...(downloadCache === undefined ? {} : { downloadCache }),
  });
}

/** Makes each thing once for the facts it depends on. */
type Keeper = <T>(kind: string, facts: string, make: () => T) => T;

function createKeeper(): Keeper {
  const known = new Map<string, unknown>();
  return <T>(kind: string, facts: string, make: () => T): T => {
    const key = `${kind} ${facts}`;
    if (!known.has(key)) known.set(key, make());
    return known.get(key) as T;
  };
}
