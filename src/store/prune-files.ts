// Fetched files that releases were made of, and the records of releases: they take what the eggs leave of the cache's
// limit, the least recently used go first. A release that misses one fetches it again.

import { lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { hasCode } from '#base';
import type { CacheLayout } from './cache-layout.ts';

export interface FileLimits {
  /** Files not used for so long go. */
  olderThanMilliseconds?: number | undefined;
  /** What all files together may have. */
  bytes?: number | undefined;
}

export interface PrunedFiles {
  removed: number;
  bytesBefore: number;
  bytesAfter: number;
}

interface StoredFile {
  path: string;
  bytes: number;
  lastUsed: number;
}

/** Deletes what is over the limits; `dryRun`: only counts it. */
export function pruneFiles(layout: CacheLayout, limits: FileLimits, dryRun = false): PrunedFiles {
  const files = fetchedFiles(layout);
  const bytesBefore = totalOf(files);
  const oldest = limits.olderThanMilliseconds === undefined ? 0 : Date.now() - limits.olderThanMilliseconds;
  const kept = files.filter(({ lastUsed }) => lastUsed >= oldest).sort((a, b) => b.lastUsed - a.lastUsed);
  let bytesAfter = totalOf(kept);
  while (limits.bytes !== undefined && bytesAfter > limits.bytes && kept.length > 0) {
    bytesAfter -= kept.pop()?.bytes ?? 0;
  }
  const stays = new Set(kept);
  const removed = files.filter((file) => !stays.has(file));
  if (!dryRun) {
    for (const { path } of removed) removeFile(path);
    for (const { path, lastUsed } of listFiles(`${layout.directory}/releases`)) {
      if (lastUsed < oldest) removeFile(path);
    }
  }
  return { removed: removed.length, bytesBefore, bytesAfter };
}

/** What all of them take. */
export function fileBytes(layout: CacheLayout): number {
  return totalOf(fetchedFiles(layout));
}

/** Distributions, and what recipes fetched. */
function fetchedFiles({ directory }: CacheLayout): StoredFile[] {
  return [`${directory}/files`, `${directory}/downloads`].flatMap(listFiles);
}

function totalOf(files: readonly StoredFile[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}

function listFiles(directory: string): StoredFile[] {
  return filesBelow(directory).flatMap((path) => {
    const status = lstatSync(path, { throwIfNoEntry: false });
    return status === undefined ? [] : [{ path, bytes: status.size, lastUsed: status.mtimeMs }];
  });
}

export function filesBelow(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}

export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}
