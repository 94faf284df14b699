// What killed processes left behind. Nobody is asked whether they live (their machine may be another one): age decides.

import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { hasCode } from '#base';

export interface StaleOptions {
  /** Which names are temporary. */
  pattern: RegExp;
  olderThanSeconds: number;
}

/** Deletes what is temporary and old in `directory`; a missing directory or one of somebody else is left alone. */
export function removeStaleTemporaries(directory: string, { pattern, olderThanSeconds }: StaleOptions): void {
  const limit = Date.now() - olderThanSeconds * 1000;
  for (const name of namesIn(directory)) {
    if (!pattern.test(name)) continue;
    const path = `${directory}/${name}`;
    try {
      const status = lstatSync(path, { throwIfNoEntry: false });
      if (status !== undefined && status.mtimeMs < limit) rmSync(path, { recursive: true, force: true });
    } catch (error) {
      if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTEMPTY', 'ENOENT')) throw error;
    }
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}
