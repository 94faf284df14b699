// All entries of the egg cache, for commands that list, check and clear it. Looking does not count as use.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { hasCode } from '#base';
import { canonicalizeName } from '#standards';
import type { CacheLayout } from './cache-layout.ts';
import { tryParseManifest, type CachedEgg } from './manifest.ts';

export interface CatalogEntry {
  buildKey: string;
  egg: CachedEgg;
  /** Of the egg's files. */
  bytes: number;
  /** To the day. */
  lastUsed: Date;
  made: Date;
}

/** Something in an entry's place that nobody can use. */
export interface BrokenEntry {
  buildKey: string;
  egg?: undefined;
  problem: string;
}

/** Every entry, broken ones included, in the order of their keys. */
export function readCatalog(layout: CacheLayout): (CatalogEntry | BrokenEntry)[] {
  return namesIn(`${layout.directory}/eggs`)
    .flatMap((shard) => namesIn(`${layout.directory}/eggs/${shard}`))
    .map((buildKey) => readCatalogEntry(layout, buildKey));
}

/** The usable entries of one project, newest first. */
export function entriesOf(layout: CacheLayout, project: string): CatalogEntry[] {
  const name = canonicalizeName(project);
  return readCatalog(layout)
    .filter((entry): entry is CatalogEntry => entry.egg !== undefined)
    .filter(({ egg }) => canonicalizeName(egg.manifest.project) === name)
    .sort((left, right) => right.made.getTime() - left.made.getTime());
}

export function totalBytes(entries: readonly (CatalogEntry | BrokenEntry)[]): number {
  return entries.reduce((total, entry) => total + (entry.egg === undefined ? 0 : entry.bytes), 0);
}

function readCatalogEntry(layout: CacheLayout, buildKey: string): CatalogEntry | BrokenEntry {
  const directory = layout.entry(buildKey);
  const path = `${directory}/manifest.json`;
  try {
    const manifest = tryParseManifest(readFileSync(path, 'utf8'), buildKey);
    if (manifest === undefined)
      return { buildKey, problem: 'its manifest is damaged, or of another version' };
    const { mtime, birthtimeMs, ctime } = statSync(path);
    return {
      buildKey,
      egg: { directory: `${directory}/egg`, manifest },
      bytes: manifest.bytes ?? manifest.files.reduce((total, file) => total + file.size, 0),
      lastUsed: mtime,
      made: birthtimeMs > 0 ? new Date(birthtimeMs) : ctime,
    };
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR')) throw error;
    return {
      buildKey,
      problem: `its manifest cannot be read: ${error instanceof Error ? error.message : ''}`,
    };
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}
