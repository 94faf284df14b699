// Answers kept on disk, one small JSON file each, under a name made of everything they depend on. A cache directory that
// cannot be read or written costs time, never the run.

import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { defaultCacheDirectory, hasCode, nameFor, writeFileAtomically, type Environment } from '#base';

const unwritable = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST'];

/** What was kept under `key`, or `undefined` when there is nothing readable. */
export function recall(key: readonly string[], environment: Environment): unknown {
  try {
    const kept: unknown = JSON.parse(readFileSync(memoFile(key, environment), 'utf8'));
    // The key is kept too: a truncated or foreign file is no answer.
    const matches =
      Array.isArray(kept) && kept.length === 2 && JSON.stringify(kept[0]) === JSON.stringify(key);
    return matches ? kept[1] : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, 'ENOENT', 'EACCES', 'ENOTDIR', 'EISDIR'))
      return undefined;
    throw error;
  }
}

/** Keeps `answer` under `key` where the cache directory allows it. */
export function remember(key: readonly string[], answer: unknown, environment: Environment): void {
  try {
    mkdirSync(memoDirectory(environment), { recursive: true });
    writeFileAtomically(memoFile(key, environment), JSON.stringify([key, answer]));
  } catch (error) {
    if (!hasCode(error, ...unwritable)) throw error;
  }
}

function memoFile(key: readonly string[], environment: Environment): string {
  return join(memoDirectory(environment), `${nameFor(JSON.stringify(key))}.json`);
}

function memoDirectory(environment: Environment): string {
  return join(defaultCacheDirectory(environment), 'python');
}

/** What tells one state of a file from another: size and time; `''` when it is not there. */
export function fileState(path: string): string {
  const state = statSync(path, { bigint: true, throwIfNoEntry: false });
  return state === undefined ? '' : `${state.size}:${state.mtimeNs}`;
}
