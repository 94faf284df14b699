// Where eggs are made: a file unpacked or built in a temporary directory, then, in the background, normalised,
// byte-compiled and put into the egg cache; and placed in an eggs directory when somebody wants it there.

import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { BuildError, hasCode, rememberActivity, temporaryPathBeside, type Report } from '#base';
import type { Compiler } from '#python';
import {
  addFiles,
  fixedMtime,
  namesAtTop,
  normalizeTree,
  type CachedEgg,
  type EggCache,
  type EggFacts,
  type EggTree,
  type PlaceResult,
} from '#store';

import { pthFilesAmong } from './pth-files.ts';

/** An egg that is finished or being finished: it can be placed anywhere. */
export interface WorkshopEgg {
  readonly facts: EggFacts;
  /** Where its files are until it is placed; `undefined` when it came from the egg cache. */
  readonly directory: string | undefined;
  /** What it is filed under; none: nobody else may have it. */
  readonly requestKeys: readonly string[];
  /** The names of its `.pth` files, where they are known. */
  pthFiles?(): readonly string[];
  /** Resolves when it is in the cache, or, without a cache, compiled in its directory. */
  finished(): Promise<CachedEgg | undefined>;
  /** Makes it again when the cached one turns out damaged. */
  remake?: (() => Promise<WorkshopEgg>) | undefined;
}

/** Where an egg goes. */
export interface EggTarget {
  path: string;
  /** How it gets there; absent: as into any eggs directory. */
  put?: (egg: CachedEgg) => PlaceResult;
}

export interface Workshop {
  /** A fresh directory to make an egg in. */
  workDirectory(): string;
  /** Takes a finished tree: compiling and storing start now. */
  adopt(tree: EggTree, facts: EggFacts, requestKeys: readonly string[]): WorkshopEgg;
  fromCache(egg: CachedEgg, remake: () => Promise<WorkshopEgg>): WorkshopEgg;
  /** Has it placed in an eggs directory; `activity` is what errors are said to happen in. */
  place(egg: WorkshopEgg, target: EggTarget, activity: string): void;
  /** Waits for everything that was to be placed. Fails with the first failure; what else was under way is finished. */
  settle(): Promise<void>;
  /** Removes temporary directories, at the end of everything. */
  clean(): void;
}

export interface WorkshopOptions {
  cache: EggCache | undefined;
  /** Where eggs are made when there is no cache: on the file system of the eggs directory. */
  eggsDirectory: () => string;
  compiler: () => Compiler;
  report: Report;
}

interface Placement {
  egg: WorkshopEgg;
  target: EggTarget;
  activity: string;
}

export function createWorkshop(options: WorkshopOptions): Workshop {
  const { cache } = options;
  const temporary = new Set<string>();
  /** Removing a directory is slow, and the next egg can be made where one was moved away. */
  const emptied: string[] = [];
  const placing = createPlacing(options);

  function workDirectory(): string {
    const used = emptied.pop();
    if (used !== undefined) return used;
    const directory = cache?.temporaryDirectory() ?? makeBeside(options.eggsDirectory());
    temporary.add(directory);
    return directory;
  }

  async function finish(
    tree: EggTree,
    facts: EggFacts,
    requestKeys: readonly string[],
  ): Promise<CachedEgg | undefined> {
    const { directory } = tree;
    // Byte code names the time of its source, so that must be the final one. With a listing, it is.
    const sources = tree.listing ?? normalizeTree(directory);
    const compiled = await options.compiler().compile(directory, fixedMtime);
    if (requestKeys.length === 0) return undefined;
    const listing = addFiles(
      sources,
      compiled.map((file) => ({ ...file, mode: 0o444 })),
    );
    const stored = cache?.store(requestKeys, { directory, listing }, facts);
    // One that no cache took in stays where it was made.
    if (stored !== undefined && stored.directory !== directory) emptied.push(dirname(directory));
    return stored;
  }

  return {
    workDirectory,
    adopt: (tree, facts, requestKeys) => {
      const finishing = finish(tree, facts, requestKeys);
      // A failure is reported by `settle`, if the egg is wanted at all.
      finishing.catch(() => undefined);
      return { facts, directory: tree.directory, requestKeys, finished: () => finishing };
    },
    fromCache: (egg, remake) => ({
      facts: egg.manifest,
      directory: undefined,
      requestKeys: egg.manifest.requestKeys,
      pthFiles: () => pthFilesAmong(namesAtTop(egg.manifest)),
      finished: () => Promise.resolve(egg),
      remake,
    }),
    place: (egg, target, activity) => placing.add({ egg, target, activity }),
    settle: () => placing.settle(),
    clean: () => {
      for (const directory of temporary) rmSync(directory, { recursive: true, force: true });
      temporary.clear();
      emptied.length = 0;
    },
  };
}

interface Placing {
  add(placement: Placement): void;
  settle(): Promise<void>;
}

function createPlacing({ cache, report }: WorkshopOptions): Placing {
  let jobs: { done: Promise<void>; activity: string }[] = [];
  let batch: CachedPlacement[] = [];
  let placing: Promise<void> | undefined;

  async function placeFinished(placement: Placement): Promise<void> {
    const cached = await placement.egg.finished();
    if (cached === undefined) {
      moveIntoPlace(placement);
      report({ type: 'placed', name: placement.target.path });
      return;
    }
    batch.push({ ...placement, cached });
    await (placing ??= placeBatch());
  }

  /** What is ready in the same moment is placed together. */
  async function placeBatch(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const placements = batch;
    batch = [];
    placing = undefined;
    if (cache === undefined) return;
    await placeCached(placements, cache);
    for (const { target } of placements) report({ type: 'placed', name: target.path });
  }

  return {
    add: (placement) => {
      const done = placeFinished(placement);
      done.catch(() => undefined);
      jobs.push({ done, activity: placement.activity });
    },
    settle: async () => {
      while (jobs.length > 0) {
        const waiting = jobs;
        jobs = [];
        const results = await Promise.allSettled(waiting.map(({ done }) => done));
        for (const [position, result] of results.entries()) {
          if (result.status === 'fulfilled') continue;
          rememberActivity(result.reason, waiting[position]?.activity ?? '');
          throw result.reason;
        }
      }
    },
  };
}

function makeBeside(eggsDirectory: string): string {
  mkdirSync(eggsDirectory, { recursive: true });
  return mkdtempSync(join(eggsDirectory, '.making-'));
}

/** Its contents were moved away; what was left in it on purpose stays for the end. */
function removeEmptied(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT')) throw error;
  }
}

type CachedPlacement = Placement & { cached: CachedEgg };

async function placeCached(placements: readonly CachedPlacement[], cache: EggCache): Promise<void> {
  const plain = placements.filter(({ target }) => target.put === undefined);
  const others = placements.filter(({ target }) => target.put !== undefined);
  for (const directory of new Set(plain.map(({ target }) => dirname(target.path)))) {
    mkdirSync(directory, { recursive: true });
  }
  const orders = plain.map(({ cached: egg, target }) => ({ egg, target: target.path }));
  const results = [
    ...(await cache.placeMany(orders)),
    ...others.flatMap(({ cached, target: { put } }) => put && cache.noteDamage(put(cached))),
  ];
  for (const [position, placement] of [...plain, ...others].entries()) {
    if (results[position]?.outcome === 'damaged') await placeAgain(placement, cache);
  }
}

/** The entry was edited or deleted: it is made again from its file, once. */
async function placeAgain({ egg, target }: Placement, cache: EggCache): Promise<void> {
  const remade = await egg.remake?.();
  const again = await remade?.finished();
  if (remade === undefined) throw damaged(target.path);
  if (again === undefined) moveIntoPlace({ egg: remade, target });
  else {
    const result = target.put?.(again) ?? cache.place(again, target.path);
    if (result.outcome === 'damaged') throw damaged(target.path);
  }
}

function damaged(target: string): BuildError {
  return new BuildError('EGG_CACHE_DAMAGED', `The egg cache has a damaged egg for ${target}`, {
    hint: 'run again: the damaged entry was removed',
  });
}

/** Without a cache the tree itself becomes the egg; a second place gets a copy. */
function moveIntoPlace({ egg, target: { path: target } }: Pick<Placement, 'egg' | 'target'>): void {
  const { directory } = egg;
  if (directory === undefined || existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  try {
    renameSync(directory, target);
    removeEmptied(dirname(directory));
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return;
    if (!hasCode(error, 'EXDEV')) throw error;
    copyIntoPlace(directory, target);
  }
}

function copyIntoPlace(directory: string, target: string): void {
  const temporary = temporaryPathBeside(target);
  try {
    cpSync(directory, temporary, { recursive: true, preserveTimestamps: true });
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
