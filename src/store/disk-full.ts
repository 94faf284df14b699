// A full disk is the user's to mend: one error that names the directory and the way out, wherever it happens.

import { BuildError, hasCode, trueMkdirError } from '#base';

/** Runs `action`, which writes below `directory`; a full disk or quota becomes STORE_DISK_FULL. `action` cleans up. */
export function whenDiskIsFull<T>(directory: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw diskFullError(directory, trueMkdirError(error)) ?? error;
  }
}

/** The error to throw for a full disk, or `undefined` when `error` is something else. */
export function diskFullError(directory: string, error: unknown): BuildError | undefined {
  if (!hasCode(error, 'ENOSPC', 'EDQUOT')) return undefined;
  const what = hasCode(error, 'EDQUOT') ? 'The quota is used up' : 'The disk is full';
  return new BuildError('STORE_DISK_FULL', `${what}, writing below \`${directory}\``, {
    hint: 'make room there (`clutch cache prune` empties the egg cache), or name another directory with `egg-cache`',
    where: { file: directory },
    cause: error,
  });
}
