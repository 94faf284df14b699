// Takes entries away: what nobody has used for long, then the least recently used until the rest is small enough. What
// goes is decided first, renamed out of sight while nobody else uses the cache, and deleted afterwards.

import { existsSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasCode } from '#base';
import type { CacheLayout } from './cache-layout.ts';
import { readCatalog, totalBytes, type BrokenEntry, type CatalogEntry } from './catalog.ts';
import { readRequest, removeHidden } from './entries.ts';
import { filesBelow, pruneFiles, removeFile, type FileLimits, type PrunedFiles } from './prune-files.ts';
import type { SizeLedger } from './size-ledger.ts';
import type { UseLock } from './use-lock.ts';

export interface PruneLimits {
  /** Entries not used for so long go. */
  olderThanMilliseconds?: number | undefined;
  /** What all entries together may have. */
  bytes?: number | undefined;
}

export interface PruneStep {
  entry: CatalogEntry | BrokenEntry;
  reason: 'unused' | 'size' | 'unusable';
}

export interface PruneResult {
  removed: readonly PruneStep[];
  /** Would have gone, but another process is at work and may use them. */
  inUse: number;
  bytesBefore: number;
  bytesAfter: number;
  /** Fetched files, which have what the eggs leave of the limit. */
  files: PrunedFiles;
}

export interface PruneOptions extends PruneLimits {
  /** Decide, and change nothing. */
  dryRun?: boolean;
  /** Build keys that stay whatever the limits say. */
  keep?: ReadonlySet<string>;
}

export interface PruneTools {
  layout: CacheLayout;
  lock: UseLock;
  ledger: SizeLedger;
}

const day = 86_400_000;
/** While others are at work, what was looked up so recently may be theirs; look-ups are noted to the day. */
const recently = 2 * day;

/** Throws as the file system does when the cache cannot be changed. */
export function pruneCache(tools: PruneTools, options: PruneOptions): PruneResult {
  const entries = readCatalog(tools.layout);
  const bytesBefore = totalBytes(entries);
  const wanted = planPrune(entries, options);
  if (options.dryRun === true) {
    const planned = countEggs(wanted, wanted.length, bytesBefore);
    return { ...planned, files: pruneFiles(tools.layout, leftFor(planned.bytesAfter, options), true) };
  }
  const { layout, lock } = tools;
  const alone = lock.tryAlone(() => {
    removeLocks(layout);
    return { steps: wanted, hidden: wanted.flatMap(({ entry }) => hideEntry(layout, entry.buildKey)) };
  });
  const { steps, hidden } = alone ?? hideUnused(layout, wanted);
  for (const path of hidden) removeHidden(path);
  removeDangling(layout, options.olderThanMilliseconds);
  const pruned = countEggs(steps, wanted.length, bytesBefore);
  const files = pruneFiles(layout, leftFor(pruned.bytesAfter, options));
  if (existsSync(layout.directory)) tools.ledger.replace(pruned.bytesAfter + files.bytesAfter);
  return { ...pruned, files };
}

function leftFor(eggBytes: number, { olderThanMilliseconds, bytes }: PruneLimits): FileLimits {
  return { olderThanMilliseconds, bytes: bytes === undefined ? undefined : Math.max(0, bytes - eggBytes) };
}

function hideUnused(
  layout: CacheLayout,
  wanted: readonly PruneStep[],
): { steps: readonly PruneStep[]; hidden: string[] } {
  const limit = Date.now() - recently;
  const steps = wanted.filter(({ entry }) => entry.egg === undefined || entry.lastUsed.getTime() < limit);
  return { steps, hidden: steps.flatMap(({ entry }) => hideEntry(layout, entry.buildKey)) };
}

function countEggs(
  removed: readonly PruneStep[],
  wanted: number,
  bytesBefore: number,
): Omit<PruneResult, 'files'> {
  const bytesAfter = bytesBefore - totalBytes(removed.map(({ entry }) => entry));
  return { removed, inUse: wanted - removed.length, bytesBefore, bytesAfter };
}

/** What is to go, in the order in which it goes. */
export function planPrune(
  entries: readonly (CatalogEntry | BrokenEntry)[],
  { olderThanMilliseconds, bytes, keep }: PruneOptions,
): PruneStep[] {
  const steps: PruneStep[] = [];
  const rest: CatalogEntry[] = [];
  const oldest = olderThanMilliseconds === undefined ? 0 : Date.now() - olderThanMilliseconds;
  for (const entry of entries) {
    if (keep?.has(entry.buildKey) === true) continue;
    if (entry.egg === undefined) steps.push({ entry, reason: 'unusable' });
    else if (entry.lastUsed.getTime() < oldest) steps.push({ entry, reason: 'unused' });
    else rest.push(entry);
  }
  if (bytes === undefined) return steps;
  let left = totalBytes(entries) - totalBytes(steps.map(({ entry }) => entry));
  rest.sort((one, other) => one.lastUsed.getTime() - other.lastUsed.getTime());
  for (const entry of rest) {
    if (left <= bytes) break;
    steps.push({ entry, reason: 'size' });
    left -= entry.bytes;
  }
  return steps;
}

/** Out of sight by one rename; the new path is deleted by the caller. */
function hideEntry(layout: CacheLayout, buildKey: string): string[] {
  const hidden = layout.temporaryPath('removed');
  mkdirSync(dirname(hidden), { recursive: true });
  try {
    renameSync(layout.entry(buildKey), hidden);
    return [hidden];
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** Lock files of requests: nobody else uses the cache now, so nobody waits for one. */
function removeLocks(layout: CacheLayout): void {
  for (const name of namesIn(`${layout.directory}/locks`)) {
    if (/^[0-9a-f]{64}/.test(name)) rmSync(`${layout.directory}/locks/${name}`, { force: true });
  }
}

/** Requests that lead nowhere (a day old: their entry may be about to appear), and records not written for long. */
function removeDangling(layout: CacheLayout, olderThan: number | undefined): void {
  const { directory } = layout;
  for (const path of filesBelow(`${directory}/requests`)) {
    const key = /([0-9a-f]{64})\.json$/.exec(path)?.[1];
    if (key === undefined || ageOf(path) < day) continue;
    if (!readRequest(layout, key).some((buildKey) => existsSync(layout.entry(buildKey)))) removeFile(path);
  }
  if (olderThan === undefined) return;
  for (const path of filesBelow(`${directory}/records`)) if (ageOf(path) > olderThan) removeFile(path);
}

function namesIn(directory: string): string[] {
  return filesBelow(directory).map((path) => path.slice(path.lastIndexOf('/') + 1));
}

function ageOf(path: string): number {
  return Date.now() - (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}
