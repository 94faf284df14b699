// Entries of the egg cache on disk: found by request key, published by rename, taken away by rename.

import { hash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  futimesSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { hasCode, hashFile, writeFileAtomically } from '#base';
import type { CacheLayout } from './cache-layout.ts';
import {
  foldManifest,
  formatManifest,
  tryParseManifest,
  type CachedEgg,
  type EggFacts,
  type Manifest,
} from './manifest.ts';
import type { LibrarySearch } from './library-search.ts';
import { readNeededLibraries } from './needed-libraries.ts';
import { normalizeTree } from './normalize-tree.ts';
import type { TreeListing } from './tree-listing.ts';
import { fillTree } from './place-tree.ts';
import { buildKeyOf, type Json } from './request-key.ts';

const isKey = /^[0-9a-f]{64}$/;

/** The entry, or `undefined` when it is not there or not whole enough to be read. */
export function readEntry(layout: CacheLayout, buildKey: string): CachedEgg | undefined {
  const entry = layout.entry(buildKey);
  const text = tryReadAndTouch(`${entry}/manifest.json`);
  const manifest = text === undefined ? undefined : tryParseManifest(text, buildKey);
  return manifest === undefined ? undefined : { directory: `${entry}/egg`, manifest };
}

const secondsPerDay = 86_400;

/** Reads a file and marks it as used today: `cache prune` goes by that. */
function tryReadAndTouch(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EIO')) return undefined;
    throw error;
  }
  try {
    const now = Date.now() / 1000;
    if (now - fstatSync(file).mtimeMs / 1000 > secondsPerDay) touch(file, now);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'EISDIR', 'EIO')) return undefined;
    throw error;
  } finally {
    closeSync(file);
  }
}

function touch(file: number, now: number): void {
  try {
    futimesSync(file, now, now);
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'EROFS', 'EACCES')) throw error;
  }
}

/** The build keys filed under a request, newest first; none when nothing readable is there. */
export function readRequest(layout: CacheLayout, requestKey: string): readonly string[] {
  try {
    const keys: unknown = JSON.parse(readFileSync(layout.request(requestKey), 'utf8'));
    return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string' && isKey.test(key)) : [];
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR', 'EIO'))
      return [];
    throw error;
  }
}

/** Two writers at once may lose one line; the egg is then built again, nothing worse. */
export function addToRequest(layout: CacheLayout, requestKey: string, buildKey: string): void {
  const known = readRequest(layout, requestKey);
  if (known[0] === buildKey) return;
  const path = layout.request(requestKey);
  mkdirSync(dirname(path), { recursive: true });
  writeFileAtomically(path, `${JSON.stringify([buildKey, ...known.filter((key) => key !== buildKey)])}\n`);
}

/** An egg's files, as they were made. */
export interface EggTree {
  directory: string;
  /** What is there, where that is known; its files have their final time and modes already. */
  listing?: TreeListing;
}

/** What is to be published. */
export interface FinishedEgg extends EggTree {
  requestKeys: readonly string[];
  facts: EggFacts;
  /** Which shared libraries this machine has. */
  libraries: LibrarySearch;
  /** Entries known to be unusable: one of these in the way is taken out. */
  unusable: ReadonlySet<string>;
}

/** Whether an entry is the one that was made here, or one that somebody else made meanwhile. */
export type PublishedEgg = CachedEgg & { isOurs: boolean };

/** Moves a finished egg into the cache; an equal entry that is there already wins. Throws as the file system does. */
export function publishEntry(layout: CacheLayout, egg: FinishedEgg): PublishedEgg {
  const temporary = layout.temporaryPath('entry');
  mkdirSync(temporary, { recursive: true });
  try {
    const manifest = foldManifest(describeFinishedEgg(egg));
    writeFileAtomically(`${temporary}/manifest.json`, formatManifest(manifest), { mode: 0o644 });
    // Before the entry itself: a key that leads nowhere is a miss, and after the rename nothing can fail any more.
    for (const key of egg.requestKeys) addToRequest(layout, key, manifest.buildKey);
    if (egg.unusable.has(manifest.buildKey)) removeEntry(layout, manifest.buildKey);
    return moveAndPublish(layout, egg.directory, { temporary, manifest });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** When publishing fails, the egg goes back to where its builder left it. */
function moveAndPublish(
  layout: CacheLayout,
  directory: string,
  { temporary, manifest }: { temporary: string; manifest: Manifest },
): PublishedEgg {
  moveEgg(manifest, directory, `${temporary}/egg`);
  try {
    return publish(layout, temporary, manifest);
  } catch (error) {
    moveEgg(manifest, `${temporary}/egg`, directory);
    throw error;
  }
}

/** The manifest of a finished tree; its modes and times are set on the way when they are not known. */
export function describeFinishedEgg(egg: Omit<FinishedEgg, 'unusable'>): Manifest {
  const { directory, listing, requestKeys, facts, libraries } = egg;
  const { directories, files, links } = listing ?? normalizeTree(directory);
  const paths = files.map(({ path }) => path);
  const { sonames, runPaths } = readNeededLibraries(directory, paths);
  // What is not found right after building is found in a way that we cannot see, and must not be missed later.
  const needed = isBuilt(facts) ? sonames.filter((name) => libraries.finds(name, runPaths)) : sonames;
  return {
    ...facts,
    buildKey: buildKeyOf(requestKeys[0] ?? '', usedBy(facts, needed)),
    requestKeys,
    bytes: files.reduce((total, { size }) => total + size, 0),
    ...(needed.length === 0 ? {} : { sonames: needed }),
    ...(runPaths.length === 0 ? {} : { runPaths }),
    directories,
    files: files.map((file) => ({
      ...file,
      sha256: file.sha256 ?? sha256Of(`${directory}/${file.path}`, file.size),
    })),
    links,
  };
}

/** Built here from source: another machine, or this one later, may have to build it again. */
export function isBuilt(facts: EggFacts): boolean {
  return facts.used !== undefined;
}

function usedBy(facts: EggFacts, sonames: readonly string[]): Json | undefined {
  return isBuilt(facts) && sonames.length > 0 ? { used: facts.used ?? null, sonames } : facts.used;
}

const wholeFileLimit = 2 ** 20;

/** Most files are small: one read and one call cost a third of a stream's buffers. */
function sha256Of(path: string, size: number): string {
  return size > wholeFileLimit ? hashFile(path) : hash('sha256', readFileSync(path), 'hex');
}

function publish(layout: CacheLayout, temporary: string, manifest: Manifest): PublishedEgg {
  const entry = layout.entry(manifest.buildKey);
  mkdirSync(dirname(entry), { recursive: true });
  for (let attempt = 0; ; attempt += 1) {
    try {
      renameSync(temporary, entry);
      return { directory: `${entry}/egg`, manifest, isOurs: true };
    } catch (error) {
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR') || attempt === 3) throw error;
    }
    const other = readEntry(layout, manifest.buildKey);
    if (other !== undefined) return { ...other, isOurs: false };
    removeEntry(layout, manifest.buildKey);
  }
}

/** A rename where that can be; on another file system a copy, with everything the manifest says. */
function moveEgg(manifest: Manifest, from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!hasCode(error, 'EXDEV')) throw error;
    mkdirSync(to);
    const { directories, files, links } = manifest;
    const tree = { directory: from, directories, files, links };
    const damage = fillTree(tree, to, { link: 'copy', methods: new Map() });
    if (typeof damage === 'object')
      throw new Error(`${from}/${damage.file} changed while it was stored`, { cause: error });
    rmSync(from, { recursive: true, force: true });
  }
}

/** Out of sight by one rename, then deleted: nobody finds half an entry. */
export function removeEntry(layout: CacheLayout, buildKey: string): void {
  const entry = layout.entry(buildKey);
  if (!existsSync(entry)) return;
  const quarantine = layout.temporaryPath('removed');
  mkdirSync(dirname(quarantine), { recursive: true });
  try {
    renameSync(entry, quarantine);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  removeHidden(quarantine);
}

/** Deletes what nobody can find any more. In a shared cache another user's files stay in `tmp/` for their owner. */
export function removeHidden(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM', 'ENOTEMPTY')) throw error;
  }
}
