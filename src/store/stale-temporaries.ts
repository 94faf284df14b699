// What killed processes left behind. Those of this machine are known to be gone; for others, age decides.

import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { hasCode, isAbandoned } from '#base';

export interface StaleOptions {
  /** Which names are temporary. */
  isTemporary: (name: string) => boolean;
  olderThanSeconds: number;
}

/** Deletes what is temporary and old, or abandoned, in `directory`; a missing directory or one of somebody else is left alone. */
export function removeStaleTemporaries(
  directory: string,
  { isTemporary, olderThanSeconds }: StaleOptions,
): void {
  const limit = Date.now() - olderThanSeconds * 1000;
  for (const name of namesIn(directory)) {
    if (!isTemporary(name)) continue;
    const path = `${directory}/${name}`;
    try {
      const status = lstatSync(path, { throwIfNoEntry: false });
      if (status !== undefined && (status.mtimeMs < limit || isAbandoned(name)))
        rmSync(path, { recursive: true, force: true });
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
