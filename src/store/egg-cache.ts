// The egg cache as the other rooms see it: find, store, place, lock. The parts are in the files beside this one.

import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { acquireFileLock, type FileLock, type Report } from '#base';
import { createCacheLayout, type CacheLayout } from './cache-layout.ts';
import { createCacheWriter, type CacheWriter } from './cache-writer.ts';
import { diskFullError } from './disk-full.ts';
import { publishEntry, readEntry, readRequest, removeEntry } from './entries.ts';
import type { CachedEgg, EggFacts, Manifest } from './manifest.ts';
import {
  placeEgg,
  type EntryDamage,
  type LinkChoice,
  type LinkMethods,
  type PlaceResult,
} from './place-egg.ts';
import { createRecords, type Records } from './records.ts';
import { removeStaleTemporaries } from './stale-temporaries.ts';

export interface EggCacheOptions {
  /** Absolute; created when first written to. */
  directory: string;
  link: LinkChoice;
  report: Report;
}

export interface PlaceOrder {
  egg: CachedEgg;
  target: string;
}

export interface EggCache {
  readonly directory: string;
  /** An entry that may answer, newest first, or `undefined`. `accept` looks at the manifest (sonames, signer). */
  find(requestKey: string, accept?: (manifest: Manifest) => boolean): CachedEgg | undefined;
  /**
   * Moves a finished egg directory in by rename (build it below `temporaryDirectory()`, so that it is one file system)
   * and files it under every request key. `undefined`: the cache cannot be written to, the directory is still there.
   */
  store(requestKeys: readonly string[], eggDirectory: string, facts: EggFacts): CachedEgg | undefined;
  /** Puts the egg at `target` (whole or not at all). */
  place(egg: CachedEgg, target: string): PlaceResult;
  /** As `place` for each, in order; the fast way for many. */
  placeMany(orders: readonly PlaceOrder[]): Promise<readonly PlaceResult[]>;
  /** Takes an entry out of the cache (`cache rebuild`, damage); eggs placed from it stay. */
  remove(egg: CachedEgg): void;
  /** One builder per request key on this machine; a lock that holds nobody back when the cache is read-only. */
  lock(requestKey: string): Promise<FileLock>;
  /** A fresh directory for building, in the cache when that can be written; the caller removes it. */
  temporaryDirectory(): string;
  readonly records: Records;
}

/** Opens the cache; nothing is read or made before it is needed. */
export function openEggCache({ directory, link, report }: EggCacheOptions): EggCache {
  const layout = createCacheLayout(directory);
  const writer = createCacheWriter(directory, report);
  const methods: LinkMethods = new Map();
  const swept = new Set<string>();

  const place = (egg: CachedEgg, target: string): PlaceResult => {
    sweepOnce(swept, dirname(target), besideTargets);
    const result = placeEgg(egg, target, { link, methods });
    if (result.outcome === 'damaged') {
      writer.attempt(() => removeEntry(layout, egg.manifest.buildKey));
      reportDamage(result.damage, report);
    }
    return result;
  };

  return {
    directory,
    find: (requestKey, accept) => findEgg(layout, requestKey, accept),
    store(requestKeys, eggDirectory, facts) {
      sweepOnce(swept, layout.temporary, inCache);
      return writer.attempt(() => publishEntry(layout, { directory: eggDirectory, requestKeys, facts }));
    },
    place,
    placeMany: async (orders) => orders.map(({ egg, target }) => place(egg, target)),
    remove: (egg) => writer.attempt(() => removeEntry(layout, egg.manifest.buildKey)),
    lock: (requestKey) => lockRequest(layout, requestKey, writer),
    temporaryDirectory: () => makeTemporaryDirectory(layout, writer),
    records: createRecords(layout, writer),
  };
}

const besideTargets = { pattern: /^\..*\.tmp$/, olderThanSeconds: 3600 };
/** Builds happen there, and some take a day. */
const inCache = { pattern: /./, olderThanSeconds: 3 * 86_400 };

function sweepOnce(swept: Set<string>, directory: string, stale: typeof inCache): void {
  if (swept.has(directory)) return;
  swept.add(directory);
  removeStaleTemporaries(directory, stale);
}

function findEgg(
  layout: CacheLayout,
  requestKey: string,
  accept: ((manifest: Manifest) => boolean) | undefined,
): CachedEgg | undefined {
  for (const buildKey of readRequest(layout, requestKey)) {
    const egg = readEntry(layout, buildKey);
    if (egg !== undefined && (accept === undefined || accept(egg.manifest))) return egg;
  }
  return undefined;
}

const problems: Readonly<Record<EntryDamage['problem'], string>> = {
  size: 'has another size than when it was built',
  mtime: 'was changed since it was built',
  missing: 'is missing',
};

function reportDamage({ egg, file, problem }: EntryDamage, report: Report): void {
  const text = `Egg cache: ${file} of ${egg.manifest.eggName} ${problems[problem]}; the egg is made again.`;
  report({ type: 'log', level: 'warning', text });
  if (problem === 'missing') return;
  const way = `to change an egg of one buildout, use \`clutch edit ${egg.manifest.project}\`: files of the cache are shared`;
  report({ type: 'hint', text: way });
}

async function lockRequest(layout: CacheLayout, requestKey: string, writer: CacheWriter): Promise<FileLock> {
  const path = layout.lock(requestKey);
  if (writer.attempt(() => mkdirSync(dirname(path), { recursive: true }) ?? true) === undefined)
    return freeLock;
  try {
    return await acquireFileLock(path);
  } catch (error) {
    if (writer.isRefusal(error) || isSqliteRefusal(error)) return freeLock;
    throw diskFullError(layout.directory, error) ?? error;
  }
}

const freeLock: FileLock = { release: () => undefined };

/** SQLite's PERM, READONLY, IOERR and CANTOPEN: a file system without locks, or a file of somebody else. */
function isSqliteRefusal(error: unknown): boolean {
  const refusals = [3, 8, 10, 14];
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  return refusals.includes(error.errcode & 0xff);
}

function makeTemporaryDirectory(layout: CacheLayout, writer: CacheWriter): string {
  const inside = layout.temporaryPath('work');
  const made = writer.attempt(() => {
    mkdirSync(inside, { recursive: true });
    return inside;
  });
  return made ?? mkdtempSync(join(tmpdir(), 'clutch-'));
}
