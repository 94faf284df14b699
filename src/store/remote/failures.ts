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
