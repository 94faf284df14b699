// What is only kept so as not to ask upstream again may be lost: on a full disk reads go on without it.

import type { Log } from '../observe/log.ts';
import { isDiskFull } from '../refusals.ts';

export interface Notes {
  log: Log;
  now: () => number;
}

/** False, and said in the log, when there was no room for what `action` writes. */
export function unlessDiskIsFull({ log, now }: Notes, action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    const message = 'the disk is full: what is known of upstream is not written down';
    log({ time: now(), level: 'warning', event: 'upstream-failed', message });
    return false;
  }
}
