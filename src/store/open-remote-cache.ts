// The door to the remote cache: its code is loaded when it is opened, which a run without one never does.

import type { RemoteCache, RemoteCacheOptions } from './remote/index.ts';
import { createCacheLayout } from './cache-layout.ts';

export type { RemoteCache };

/** Opens no connection. `directory` is that of the egg cache. Fails for settings that make no sense. */
export async function openRemoteCache(
  options: Omit<RemoteCacheOptions, 'temporaryPath'> & { directory: string },
): Promise<RemoteCache> {
  const { createRemoteCache } = await import('./remote/index.ts');
  const layout = createCacheLayout(options.directory);
  return createRemoteCache({ ...options, temporaryPath: () => layout.temporaryPath('remote') });
}
