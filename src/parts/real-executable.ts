// Two names of one interpreter.

import { realpathSync } from 'node:fs';
import { hasCode } from '#base';

/** The path behind links; the path itself when there is nothing. */
export function realpathOfExecutable(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return path;
    throw error;
  }
}
