// What may go wrong with a remote cache and ends nothing but the question.

import { BuildError } from '#base';

export const loginHint = 'name `user` and `password` in [remote-cache] of the machine, or in ~/.netrc';

/** A failure of the server, the wire or the disk; anything else is a bug of ours. */
export function isServersFault(error: unknown): boolean {
  return error instanceof BuildError || (error instanceof Error && 'code' in error && 'syscall' in error);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** For commands that end with it: the failure, what it stood in the way of, and the way out. */
export function toServersError(error: unknown, what: string): unknown {
  if (!(error instanceof BuildError) || error.code === 'REMOTE_KEY_INVALID') return error;
  const hint = error.code === 'REMOTE_DENIED' ? loginHint : error.hint;
  return new BuildError(error.code, `Remote cache ${what}: ${error.message}`, {
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}
