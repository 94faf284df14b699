// Text files that may not be there.

import { readFileSync } from 'node:fs';
import { hasCode } from './build-error.ts';

/**
 * The file's text (UTF-8), or `undefined` when no file is there: nothing, a directory, or a path through something that
 * is no directory. `alsoAbsent` names more codes that mean the same to the caller (`EACCES`); any other failure is thrown.
 */
export function tryReadText(path: string, ...alsoAbsent: readonly string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR', ...alsoAbsent)) return undefined;
    throw error;
  }
}
