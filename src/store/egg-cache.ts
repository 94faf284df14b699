// The egg cache as the other rooms see it: find, store, place, lock. The parts are in the files beside this one.

import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { acquireFileLock, type Environment, type FileLock, type Report } from '#base';
import { createCacheLayout, type CacheLayout } from './cache-layout.ts';
import { readCatalog, totalBytes } from './catalog.ts';
import { createCacheWriter, type CacheWriter } from './cache-writer.ts';
import { diskFullError } from './disk-full.ts';
import {
  isBuilt,
  publishEntry,
  readEntry,
  readRequest,
  removeEntry,
  type EggTree,
  type PublishedEgg,
} from './entries.ts';
import { fileStamp, keepEgg, reopenEgg, type Keepsake } from './keepsake.ts';
import { createLibrarySearch, type LibrarySearch } from './library-search.ts';
import type { CachedEgg, EggFacts, Manifest } from './manifest.ts';
import { createEggPlacing, type EggPlacing, type Placers } from './place-eggs.ts';
import type { LinkChoice } from './place-tree.ts';
import { fileBytes } from './prune-files.ts';
import { pruneCache } from './prune.ts';
import { createFileStore, type FileStore } from './file-store.ts';
import { createReleaseRecords, type ReleaseRecords } from './release-records.ts';
import { createRecords, type Records } from './records.ts';
import { createSizeLedger } from './size-ledger.ts';
import { removeStaleTemporaries, type StaleOptions } from './stale-temporaries.ts';
import { createUseLock } from './use-lock.ts';

export interface EggCacheOptions {
  /** Absolute; created when first written to. */
  directory: string;
  link: LinkChoice;
  report: Report;
  /** Where the loader looks for libraries (`LD_LIBRARY_PATH`); nothing when absent. */
  environment?: Environment;
  /** What `keepLimit` keeps; `defaultCacheLimit` when absent. */
  limitBytes?: number;
  /** Other threads for placing; this one places alone when absent. */
  placers?: Placers;
}

export interface EggCache extends EggPlacing {
  readonly directory: string;
  /** An entry that may answer, newest first, or `undefined`. `accept` looks at the manifest (sonames, signer). */
  find(requestKey: string, accept?: (manifest: Manifest) => boolean): CachedEgg | undefined;
  /**
   * Moves a finished egg directory in by rename (build it below `temporaryDirectory()`, so that it is one file system)
   * and files it under every request key. `undefined`: the cache cannot be written to, the directory is still there.
   */
  store(requestKeys: readonly string[], tree: EggTree, facts: EggFacts): CachedEgg | undefined;
  /** Takes an entry out of the cache (`cache rebuild`, damage); eggs placed from it stay. */
  remove(egg: CachedEgg): void;
  /** One builder per request key on this machine; a lock that holds nobody back when the cache is read-only. */
  lock(requestKey: string): Promise<FileLock>;
  /** A fresh directory for building, in the cache when that can be written; the caller removes it. */
  temporaryDirectory(): string;
  readonly records: Records;
  /** Fetched files, kept when a release is made. */
  readonly files: FileStore;
  /** What releases were made of. */
  readonly releases: ReleaseRecords;
  /** For a remembered decision: what `reopen` needs to give the egg again without reading its entry. */
  keep(egg: CachedEgg): Keepsake;
  /** The egg that was kept, as `find` would give it; `undefined` when its entry has changed or may not be used here. */
  reopen(keepsake: Keepsake): CachedEgg | undefined;
  /** What tells one state of a request, or of a release's record, from another; `''` when there is none. */
  requestStamp(requestKey: string): string;
  recordStamp(release: { indexUrl: string; project: string; version: string }): string;
  /** Shared libraries that the egg needs and this machine does not have; an entry built here that lacks one is a miss. */
  missingLibraries(manifest: Manifest): readonly string[];
  /** At the end of a run: when it stored something and the cache is over its limit, what was least recently used goes. */
  keepLimit(): void;
  /** Lets others prune what this run has used; happens by itself when the process ends. */
  close(): void;
}

/** What the cache keeps itself below: 20 GiB. */
export const defaultCacheLimit: number = 20 * 2 ** 30;

/** Opens the cache; nothing is read or made before it is needed. */
export function openEggCache(options: EggCacheOptions): EggCache {
  const { directory } = options;
  const state = createState(options);
  const { layout, writer, unusable, libraries, lock } = state;
  let isSwept = false;

  return {
    directory,
    find: (requestKey, accept) => findEgg(state, requestKey, accept),
    keep: (egg) => keepEgg(layout, egg),
    reopen: (keepsake) => reopen(state, keepsake),
    requestStamp: (requestKey) => fileStamp(layout.request(requestKey)),
    recordStamp: ({ indexUrl, project, version }) => fileStamp(layout.record(indexUrl, project, version)),
    store(requestKeys, tree, facts) {
      if (!isSwept) removeStaleTemporaries(layout.temporary, inCache);
      isSwept = true;
      lock.hold();
      const egg = { ...tree, requestKeys, facts, libraries, unusable };
      const stored = writer.attempt(() => publishEntry(layout, egg));
      if (stored !== undefined) noteStored(state, stored);
      return stored;
    },
    ...createEggPlacing({
      ...options,
      isFresh: ({ buildKey }) => state.fresh.has(buildKey),
      onDamage: (buildKey) => {
        unusable.add(buildKey);
        state.fresh.delete(buildKey);
        writer.attempt(() => removeEntry(layout, buildKey));
      },
    }),
    remove: (egg) => writer.attempt(() => removeEntry(layout, egg.manifest.buildKey)),
    lock: (requestKey) => {
      lock.hold();
      return lockRequest(layout, requestKey, writer);
    },
    temporaryDirectory: () => makeTemporaryDirectory(layout, writer),
    records: createRecords(layout, writer),
    files: createFileStore(layout, writer, (bytes) => noteBytes(state, bytes)),
    releases: createReleaseRecords(layout, writer),
    missingLibraries: (manifest) => missingLibraries(manifest, libraries),
    keepLimit: () => keepLimit(state, options.limitBytes ?? defaultCacheLimit),
    close: () => lock.release(),
  };
}

interface CacheState {
  layout: CacheLayout;
  writer: CacheWriter;
  /** Entries that turned out damaged in this process, and could perhaps not be taken out. */
  unusable: Set<string>;
  /** Entries of this run, and those of them that it made. */
  used: Set<string>;
  fresh: Set<string>;
  libraries: LibrarySearch;
  lock: ReturnType<typeof createUseLock>;
  ledger: ReturnType<typeof createSizeLedger>;
  /** Since the limit was last looked at. */
  storedBytes: number;
}

function createState({ directory, report, environment = {} }: EggCacheOptions): CacheState {
  const layout = createCacheLayout(directory);
  return {
    layout,
    writer: createCacheWriter(directory, report),
    unusable: new Set(),
    used: new Set(),
    fresh: new Set(),
    libraries: createLibrarySearch({ environment }),
    lock: createUseLock(layout.useLock),
    ledger: createSizeLedger(layout.sizes),
    storedBytes: 0,
  };
}

function noteStored(state: CacheState, { isOurs, manifest }: PublishedEgg): void {
  const { used, fresh } = state;
  const { buildKey, bytes = 0 } = manifest;
  used.add(buildKey);
  if (isOurs) fresh.add(buildKey);
  noteBytes(state, bytes);
}

function noteBytes(state: CacheState, bytes: number): void {
  const { layout, ledger } = state;
  state.storedBytes += bytes;
  state.writer.attempt(() => {
    if (ledger.isMissing()) ledger.replace(totalBytes(readCatalog(layout)) + fileBytes(layout));
    else ledger.add(bytes);
  });
}

/** Below the limit by a tenth, so that the next runs have nothing to do. */
function keepLimit(state: CacheState, limit: number): void {
  if (state.storedBytes === 0) return;
  state.storedBytes = 0;
  if (state.ledger.read() <= limit) return;
  state.writer.attempt(() => pruneCache(state, { bytes: limit * 0.9, keep: state.used }));
}

/** Builds happen there, and some take a day. */
const inCache: StaleOptions = { isTemporary: () => true, olderThanSeconds: 3 * 86_400 };

function findEgg(
  state: CacheState,
  requestKey: string,
  accept: ((manifest: Manifest) => boolean) | undefined,
): CachedEgg | undefined {
  const { layout, lock, unusable, used, libraries } = state;
  const buildKeys = readRequest(layout, requestKey).filter((buildKey) => !unusable.has(buildKey));
  if (buildKeys.length > 0) lock.hold();
  for (const buildKey of buildKeys) {
    const egg = readEntry(layout, buildKey);
    if (egg === undefined || missingLibraries(egg.manifest, libraries).length > 0) continue;
    if (accept !== undefined && !accept(egg.manifest)) continue;
    used.add(buildKey);
    return egg;
  }
  return undefined;
}

function reopen(state: CacheState, keepsake: Keepsake): CachedEgg | undefined {
  state.lock.hold();
  const egg = reopenEgg(state.layout, keepsake);
  if (egg === undefined || state.unusable.has(egg.manifest.buildKey)) return undefined;
  if (missingLibraries(egg.manifest, state.libraries).length > 0) return undefined;
  state.used.add(egg.manifest.buildKey);
  return egg;
}

/** A wheel brings what it brings: unpacking it again would not change what it needs. */
function missingLibraries(manifest: Manifest, libraries: LibrarySearch): readonly string[] {
  if (!isBuilt(manifest)) return [];
  const { sonames = [], runPaths = [] } = manifest;
  return sonames.filter((soname) => !libraries.finds(soname, runPaths));
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
