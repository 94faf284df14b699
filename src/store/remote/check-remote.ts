// `cache remote check`: what a machine may do with its remote cache, tried out.

import { BuildError, hashBytes, type Environment, type Report } from '#base';
import { messageOf } from './failures.ts';
import { openServer } from './open-server.ts';
import type { RemoteCacheSettings } from './remote-contract.ts';
import { parseTrustedKey, readSigningKey } from './signing.ts';

export interface RemoteCheck {
  url: string;
  /** Milliseconds for the first answer, with the connection; a text says why there is none. */
  answers: number | string;
  /** `true`, or why not. */
  reads: true | string;
  /** `undefined`: this machine is not to write. */
  writes: true | string | undefined;
  zstd: boolean;
  /** Ids of the keys whose eggs are used. */
  trusted: readonly string[];
  /** The id of the key that this machine signs with; a text says what is wrong with it. */
  signs: { id: string; publicText: string; isTrusted: boolean } | { problem: string } | undefined;
}

/** Sends one small blob to a cache that may be written to. Fails for settings that make no sense. */
export async function checkRemote(options: {
  settings: RemoteCacheSettings;
  environment: Environment;
  report: Report;
}): Promise<RemoteCheck> {
  const { settings } = options;
  const trusted = settings.trustedKeys.map(({ text, where }) => parseTrustedKey(text, where).id);
  const { url, client } = openServer({
    ...options,
    patienceMilliseconds: 30_000,
    onSwitchedOff: () => undefined,
  });
  const probe = Buffer.from('clutch cache remote check\n');
  const path = `/cas/${hashBytes(probe)}`;
  const began = performance.now();
  const read = await attempt(() => client.read(path, probe.length));
  const milliseconds = Math.round(performance.now() - began);
  const isReached = read === true || read.code === 'REMOTE_DENIED' || read.code === 'REMOTE_STATUS';
  const reads = read === true ? true : read.message;
  const written = settings.writes && isReached ? await attempt(() => client.write(path, probe)) : undefined;
  return {
    url,
    answers: isReached ? milliseconds : (reads as string),
    reads,
    writes: written === undefined || written === true ? written : written.message,
    zstd: read === true && (await client.takesZstd()),
    trusted,
    signs: describeSigningKey(settings, trusted),
  };
}

async function attempt(action: () => Promise<unknown>): Promise<true | BuildError> {
  try {
    await action();
    return true;
  } catch (error) {
    if (error instanceof BuildError) return error;
    throw error;
  }
}

function describeSigningKey(
  { signingKey }: RemoteCacheSettings,
  trusted: readonly string[],
): RemoteCheck['signs'] {
  if (signingKey === undefined) return undefined;
  try {
    const { id, publicText } = readSigningKey(signingKey);
    return { id, publicText, isTrusted: trusted.includes(id) };
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return { problem: messageOf(error) };
  }
}
