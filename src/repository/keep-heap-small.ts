// A server lives long, and its heap should stay near what it needs. V8 would let it grow threefold before it looks, so
// that one which has work from its first second keeps 40 MB of garbage for good.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects what starting left, and from then on whenever the heap has grown by a little: some milliseconds a second. */
export function keepHeapSmall(): void {
  setFlagsFromString('--optimize-for-size');
  // V8 sets its first limit with the first collection of everything.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  setFlagsFromString('--no-optimize-for-size');
}
