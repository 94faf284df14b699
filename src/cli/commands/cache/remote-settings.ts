// The remote cache as the machine's configuration or the environment names it, for commands that need one.

import { BuildError } from '#base';
import { readRemoteCacheSettings, type RemoteCacheSettings } from '#parts';
import type { Invocation } from '../command.ts';

/** Fails with `REMOTE_NOT_CONFIGURED` when there is none. No project's configuration is read. */
export async function remoteSettings({ context }: Invocation): Promise<RemoteCacheSettings> {
  const settings = await readRemoteCacheSettings(context.environment);
  if (settings !== undefined) return settings;
  throw new BuildError('REMOTE_NOT_CONFIGURED', 'No remote cache is configured on this machine', {
    hint: 'write [remote-cache] with `url = …` into /etc/clutch/clutch.cfg or ~/.config/clutch/clutch.cfg, or set CLUTCH_REMOTE_CACHE_URL',
  });
}
