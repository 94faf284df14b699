// Whose files may be used from a shared directory. Whoever can write there runs code as every user of it, so what
// belongs to a stranger, or may be written by all, is refused with the reason.

import { readFileSync, type Stats } from 'node:fs';
import { hasCode } from '#base';

export interface Trust {
  /** The uids whose files are used: this user's, root's, and those of the machine's configuration. */
  readonly owners: ReadonlySet<number>;
}

/** Trust in this user, root and `more`. */
export function createTrust(more: readonly number[]): Trust {
  return { owners: new Set([0, process.geteuid?.() ?? 0, ...more]) };
}

/** Why what has this owner and mode is not used; `undefined` when it may be. The sentence goes on after a path. */
export function whyUntrusted({ uid, mode }: Pick<Stats, 'uid' | 'mode'>, trust: Trust): string | undefined {
  if (!trust.owners.has(uid)) {
    return `belongs to ${describeUser(uid)}, who is neither you nor root nor one of \`trusted-owners\``;
  }
  if ((mode & 0o002) === 0) return undefined;
  return `may be written by everybody (mode ${(mode & 0o7777).toString(8).padStart(4, '0')})`;
}

/** The way out, for hints. */
export const trustHint: string =
  'whoever can write there can run code as you: take the right away (chmod o-w), or, if you trust the owner, list the ' +
  'user under `trusted-owners` of [shared] in /etc/clutch/clutch.cfg or ~/.config/clutch/clutch.cfg';

function describeUser(uid: number): string {
  const line = readUsers().find((user) => user.split(':')[2] === String(uid));
  const name = line?.split(':', 1)[0];
  return name === undefined ? `user ${uid}` : `user ${name} (${uid})`;
}

/** The lines of `/etc/passwd`. */
export function readUsers(): readonly string[] {
  try {
    return readFileSync('/etc/passwd', 'utf8').split('\n');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES')) return [];
    throw error;
  }
}
