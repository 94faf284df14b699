// Writing to a cache that may not let us: what cannot be written is left out, the user is told once, the run goes on.

import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasCode, trueMkdirError, type Report } from '#base';
import { whenDiskIsFull } from './disk-full.ts';

export interface CacheWriter {
  /** The outcome of `action`, or `undefined` when the cache cannot be written to. A full disk is STORE_DISK_FULL. */
  attempt<T>(action: () => T): T | undefined;
  /** Whether `error` says that the cache is not ours to write; then it is remembered and reported. */
  isRefusal(error: unknown): boolean;
}

export function createCacheWriter(directory: string, report: Report): CacheWriter {
  let writable: boolean | undefined;

  const giveUp = (reason: string): void => {
    if (writable === false) return;
    writable = false;
    const text = `Egg cache ${directory} is not written to: ${reason}. What can be read there is used.`;
    report({ type: 'log', level: 'warning', text });
    report({
      type: 'hint',
      text: 'make the directory yours, or name another one with `egg-cache = …` in [buildout]',
    });
  };

  const isRefusal = (error: unknown): boolean => {
    if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ELOOP')) return false;
    giveUp((error as Error).message);
    return true;
  };

  return {
    isRefusal,
    attempt(action) {
      if (writable === undefined) {
        const owner = foreignOwner(directory);
        if (owner === undefined) writable = true;
        else giveUp(`it belongs to user ${owner}, and this is root`);
      }
      if (!writable) return undefined;
      try {
        return whenDiskIsFull(directory, action);
      } catch (thrown) {
        const error = trueMkdirError(thrown);
        if (isRefusal(error)) return undefined;
        throw error;
      }
    },
  };
}

/** As pip does: root writes only into what is root's, or `sudo` would leave files that the user cannot replace. */
function foreignOwner(directory: string): number | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  for (let path = directory; ; path = dirname(path)) {
    try {
      const { uid } = lstatSync(path);
      return uid === 0 ? undefined : uid;
    } catch (error) {
      if (!hasCode(error, 'ENOENT') || path === dirname(path)) return undefined;
    }
  }
}
