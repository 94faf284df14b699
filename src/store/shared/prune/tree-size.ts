// How much deleting a tree gives back: a file that has other names, such as one of an egg cache, stays on disk.

import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from '#base';

export interface TreeSize {
  /** Of all files. */
  bytes: number;
  /** Of files that have no other name. */
  freed: number;
}

/** Counts without following links; what is gone meanwhile counts nothing. */
export function treeSize(path: string): TreeSize {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return { bytes: 0, freed: 0 };
  if (!stats.isDirectory()) return { bytes: stats.size, freed: stats.nlink > 1 ? 0 : stats.size };
  return addSizes(namesIn(path).map((name) => treeSize(join(path, name))));
}

export function addSizes(sizes: readonly TreeSize[]): TreeSize {
  return sizes.reduce(
    (total, size) => ({ bytes: total.bytes + size.bytes, freed: total.freed + size.freed }),
    { bytes: 0, freed: 0 },
  );
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES')) return [];
    throw error;
  }
}
