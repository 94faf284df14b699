// Where eggs are made: a file unpacked or built in a temporary directory, then, in the background, normalised,
// byte-compiled and put into the egg cache; and placed in an eggs directory when somebody wants it there.

import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { BuildError, hasCode, rememberActivity, temporaryPathBeside, type Report } from '#base';
import type { Compiler } from '#python';
import { normalizeTree, type CachedEgg, type EggCache, type EggFacts, type PlaceOrder } from '#store';

/** An egg that is finished or being finished: it can be placed anywhere. */
export interface WorkshopEgg {
  readonly facts: EggFacts;
  /** Where its files are until it is placed; `undefined` when it came from the egg cache. */
  readonly directory: string | undefined;
  /** Resolves when it is in the cache, or, without a cache, compiled in its directory. */
  finished(): Promise<CachedEgg | undefined>;
  /** Makes it again when the cached one turns out damaged. */
  remake?: (() => Promise<WorkshopEgg>) | undefined;
}

export interface Workshop {
  /** A fresh directory to make an egg in. */
  workDirectory(): string;
  /** Takes a finished tree: compiling and storing start now. */
  adopt(directory: string, facts: EggFacts, requestKeys: readonly string[]): WorkshopEgg;
  fromCache(egg: CachedEgg, remake: () => Promise<WorkshopEgg>): WorkshopEgg;
  /** Has it placed in an eggs directory; `activity` is what errors are said to happen in. */
  place(egg: WorkshopEgg, target: string, activity: string): void;
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
  target: string;
  activity: string;
}

export function createWorkshop(options: WorkshopOptions): Workshop {
  const { cache, report } = options;
  const temporary = new Set<string>();
  let placements: Placement[] = [];

  function workDirectory(): string {
    const directory = cache?.temporaryDirectory() ?? makeBeside(options.eggsDirectory());
    temporary.add(directory);
    return directory;
  }

  async function finish(
    directory: string,
    facts: EggFacts,
    requestKeys: readonly string[],
  ): Promise<CachedEgg | undefined> {
    normalizeTree(directory);
    await options.compiler().compile(directory);
    if (requestKeys.length === 0) return undefined;
    const stored = cache?.store(requestKeys, directory, facts);
    if (stored !== undefined) rmSync(dirname(directory), { recursive: true, force: true });
    return stored;
  }

  async function settle(): Promise<void> {
    while (placements.length > 0) {
      const batch = placements;
      placements = [];
      const results = await Promise.allSettled(batch.map((placement) => placement.egg.finished()));
      const failed = results.findIndex(({ status }) => status === 'rejected');
      const ready = batch.filter((_, position) => results[position]?.status === 'fulfilled');
      await placeAll(ready, cache);
      for (const { target } of ready) report({ type: 'placed', name: target });
      const failure = results[failed];
      if (failure?.status === 'rejected') {
        rememberActivity(failure.reason, batch[failed]?.activity ?? '');
        throw failure.reason;
      }
    }
  }

  return {
    workDirectory,
    adopt: (directory, facts, requestKeys) => {
      const finishing = finish(directory, facts, requestKeys);
      // A failure is reported by `settle`, if the egg is wanted at all.
      finishing.catch(() => undefined);
      return { facts, directory, finished: () => finishing };
    },
    fromCache: (egg, remake) => ({
      facts: egg.manifest,
      directory: undefined,
      finished: () => Promise.resolve(egg),
      remake,
    }),
    place: (egg, target, activity) => void placements.push({ egg, target, activity }),
    settle,
    clean: () => {
      for (const directory of temporary) rmSync(directory, { recursive: true, force: true });
      temporary.clear();
    },
  };
}

function makeBeside(eggsDirectory: string): string {
  mkdirSync(eggsDirectory, { recursive: true });
  return mkdtempSync(join(eggsDirectory, '.making-'));
}

async function placeAll(placements: readonly Placement[], cache: EggCache | undefined): Promise<void> {
  const cached: (PlaceOrder & { placement: Placement })[] = [];
  for (const placement of placements) {
    const egg = await placement.egg.finished();
    if (egg === undefined) moveIntoPlace(placement);
    else cached.push({ egg, target: placement.target, placement });
  }
  if (cache === undefined || cached.length === 0) return;
  for (const directory of new Set(cached.map(({ target }) => dirname(target)))) {
    mkdirSync(directory, { recursive: true });
  }
  const results = await cache.placeMany(cached);
  for (const [position, result] of results.entries()) {
    const order = cached[position];
    if (result.outcome === 'damaged' && order !== undefined) await placeAgain(order.placement, cache);
  }
}

/** The entry was edited or deleted: it is made again from its file, once. */
async function placeAgain({ egg, target }: Placement, cache: EggCache): Promise<void> {
  const remade = await egg.remake?.();
  const again = await remade?.finished();
  if (remade === undefined) throw damaged(target);
  if (again === undefined) moveIntoPlace({ egg: remade, target });
  else if (cache.place(again, target).outcome === 'damaged') throw damaged(target);
}

function damaged(target: string): BuildError {
  return new BuildError('EGG_CACHE_DAMAGED', `The egg cache has a damaged egg for ${target}`, {
    hint: 'run again: the damaged entry was removed',
  });
}

/** Without a cache the tree itself becomes the egg; a second place gets a copy. */
function moveIntoPlace({ egg, target }: Pick<Placement, 'egg' | 'target'>): void {
  const { directory } = egg;
  if (directory === undefined || existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  try {
    renameSync(directory, target);
    rmSync(dirname(directory), { recursive: true, force: true });
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
