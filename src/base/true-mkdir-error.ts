// Node's recursive mkdir says ENOENT where the system said EROFS or ENOSPC (it looks for the directory it could not make).

import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** The system's own error when `error` is a recursive mkdir's ENOENT; any other error as it is. */
export function trueMkdirError(error: unknown): unknown {
  if (!(error instanceof Error) || !('path' in error) || typeof error.path !== 'string') return error;
  if (!('code' in error) || error.code !== 'ENOENT') return error;
  if (!('syscall' in error) || error.syscall !== 'mkdir') return error;
  let missing = error.path;
  while (!existsSync(dirname(missing))) missing = dirname(missing);
  if (existsSync(missing)) return error;
  try {
    mkdirSync(missing);
  } catch (cause) {
    return cause;
  }
  return error;
}
