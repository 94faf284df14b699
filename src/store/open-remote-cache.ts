// The door to the remote cache: its code is loaded when something is asked of it, which a run without one never does.

import type * as remoteDoor from './remote/index.ts';

export type { PushedItem } from './remote/push.ts';
export type { RemoteCache } from './remote/remote-cache.ts';
export type { RemoteCheck } from './remote/check-remote.ts';

/** What `remote/` offers. */
export function loadRemoteCache(): Promise<typeof remoteDoor> {
  return import('./remote/index.ts');
}
