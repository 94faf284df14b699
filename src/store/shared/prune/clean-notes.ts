// What clutch knows of eggs that are gone for good: their names, manifests and requests; and eggs that only builds used, kept
// for other builders, when nobody asked for them for long.

import { existsSync, lstatSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { hasCode, removeTree } from '#base';
import { removeStaleTemporaries } from '../../stale-temporaries.ts';
import type { CacheLayout } from '../../cache-layout.ts';
import { readRequest } from '../../entries.ts';
import { keptName } from '../put-egg.ts';
import { treeSize, type TreeSize } from './tree-size.ts';

const day = 86_400_000;
/** Look-ups are noted to the day. */
const keptBuilds = 30 * day;

/** `isThere`: whether an egg lies at its place, or in the trash. Gives what was freed. */
export function cleanNotes(layout: CacheLayout, isThere: (path: string) => boolean): TreeSize[] {
  const freed: TreeSize[] = [];
  const entries = `${layout.directory}/eggs`;
  for (const path of below(entries, 2)) {
    const gone = findUnwanted(path, isThere);
    if (gone === undefined) continue;
    freed.push(treeSize(gone));
    removeTree(gone);
  }
  for (const path of below(`${layout.directory}/names`, 1)) {
    const eggName = /([^/]+?)(?:@[0-9a-f]{32})?\.json$/.exec(path)?.[1] ?? '';
    const isUsed = isThere(`${dirname(layout.directory)}/__eggs__/${eggName}`) || path.includes('@');
    if (!isUsed) rmSync(path, { force: true });
  }
  for (const path of below(`${layout.directory}/requests`, 2)) {
    const key = /([0-9a-f]{64})\.json$/.exec(path)?.[1];
    if (key === undefined || ageOf(path) < day) continue;
    const leads = readRequest(layout, key).some((buildKey) =>
      lstatSync(layout.entry(buildKey), { throwIfNoEntry: false }),
    );
    if (!leads) rmSync(path, { force: true });
  }
  removeStaleTemporaries(layout.temporary, { isTemporary: () => true, olderThanSeconds: (3 * day) / 1000 });
  return freed;
}

/**
 * What of an entry is to go: all of it when its egg is gone from its place, or was kept for builders and nobody asked for it;
 * the egg that it kept when whoever put that in its place could not remove it.
 */
function findUnwanted(entry: string, isThere: (path: string) => boolean): string | undefined {
  const target = tryReadLink(`${entry}/egg`);
  if (target === undefined || !isThere(resolve(entry, target))) return entry;
  if (target === keptName) return ageOf(`${entry}/manifest.json`) > keptBuilds ? entry : undefined;
  const kept = `${entry}/${keptName}`;
  return existsSync(kept) ? kept : undefined;
}

function tryReadLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EINVAL')) return undefined;
    throw error;
  }
}

function ageOf(path: string): number {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
}

/** The paths so many levels below. */
function below(directory: string, levels: number): string[] {
  const paths = namesIn(directory).map((name) => `${directory}/${name}`);
  return levels === 1 ? paths : paths.flatMap((path) => below(path, levels - 1));
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}
