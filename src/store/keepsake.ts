// What a remembered decision keeps of an entry, so that the next run reads one file instead of hundreds: the manifest
// without hashes, and what tells that the entry is still the same.

import { statSync, utimesSync, type Stats } from 'node:fs';
import { hasCode } from '#base';
import type { CacheLayout } from './cache-layout.ts';
import { packManifest, tryUnpackManifest, type CachedEgg, type PackedManifest } from './manifest.ts';

/** Good for placing the egg; its files have no hashes. */
export interface Keepsake {
  manifest: PackedManifest;
  /** Size and inode of the entry's manifest: entries are never rewritten, and their times say when they were used. */
  stamp: string;
}

export function keepEgg(layout: CacheLayout, { manifest }: CachedEgg): Keepsake {
  const stats = tryStat(manifestPath(layout, manifest.buildKey));
  return { manifest: { ...packManifest(manifest), sha256: '' }, stamp: stampOf(stats) };
}

/** The egg, marked as used, if its entry is still what it was. */
export function reopenEgg(layout: CacheLayout, { manifest: packed, stamp }: Keepsake): CachedEgg | undefined {
  const manifest = tryUnpackManifest(packed, packed.buildKey);
  if (manifest === undefined) return undefined;
  const path = manifestPath(layout, manifest.buildKey);
  const stats = tryStat(path);
  if (stats === undefined || stampOf(stats) !== stamp) return undefined;
  if (Date.now() - stats.mtimeMs > millisecondsPerDay) touch(path);
  return { directory: `${layout.entry(manifest.buildKey)}/egg`, manifest };
}

/** What tells one state of a small file of the cache from another; `''` when it is not there. */
export function fileStamp(path: string): string {
  const stats = tryStat(path);
  return stats === undefined ? '' : `${stampOf(stats)} ${stats.mtimeMs}`;
}

const millisecondsPerDay = 86_400_000;

function manifestPath(layout: CacheLayout, buildKey: string): string {
  return `${layout.entry(buildKey)}/manifest.json`;
}

function stampOf(stats: Stats | undefined): string {
  return stats === undefined ? '' : `${stats.size} ${stats.ino}`;
}

function tryStat(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EIO', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function touch(path: string): void {
  const now = Date.now() / 1000;
  try {
    utimesSync(path, now, now);
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'EROFS', 'EACCES', 'ENOENT')) throw error;
  }
}
