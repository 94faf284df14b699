// The remote cache as the machine's configuration or the environment names it, for commands that need one.

import { BuildError } from '#base';
import { readRemoteCacheSettings, type RemoteCacheSettings } from '#parts';
import type { Invocation } from '../command.ts';

/** Fails with `REMOTE_NOT_CONFIGURED` when there is none, and with `NET_OFFLINE` in offline mode. */
export async function remoteSettings({ context, settings: read }: Invocation): Promise<RemoteCacheSettings> {
  const { annotated } = (await read()).configuration;
  if (annotated.get('buildout')?.get('offline')?.value === 'true') throw offline();
  const settings = await readRemoteCacheSettings(context.environment);
  if (settings !== undefined) return settings;
  throw new BuildError('REMOTE_NOT_CONFIGURED', 'No remote cache is configured on this machine', {
    hint: 'write [remote-cache] with `url = …` into /etc/clutch/clutch.cfg or ~/.config/clutch/clutch.cfg, or set CLUTCH_REMOTE_CACHE_URL',
  });
}

function offline(): BuildError {
  return new BuildError('NET_OFFLINE', 'The remote cache cannot be asked in offline mode', {
    hint: 'run without `-o` and with `offline = false`',
  });
}
