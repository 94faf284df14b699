// `cache push`: what this machine has built and fetched into the remote cache, for a CI that fills it. Unlike a run it
// waits for a slow server, and fails when the server does.

import { accessSync, constants } from 'node:fs';
import { basename } from 'node:path';
import { BuildError, hasCode, hashFile, type Environment, type Report } from '#base';
import { createCacheLayout } from '../cache-layout.ts';
import type { CatalogEntry } from '../catalog.ts';
import { openServer, type RemoteServer } from './open-server.ts';
import { publishEgg } from './publish-egg.ts';
import type { RemoteCacheSettings } from './remote-contract.ts';
import { readSigningKey } from './signing.ts';
import { toServersError } from './failures.ts';

export interface PushOptions {
  settings: RemoteCacheSettings;
  environment: Environment;
  report: Report;
  /** That of the egg cache. */
  directory: string;
  /** Entries to be stored, and paths of files. */
  eggs: readonly CatalogEntry[];
  files: readonly string[];
  /** Called for each as soon as it is decided. */
  onPushed: (item: PushedItem) => void;
}

export interface PushedItem {
  name: string;
  outcome: 'written' | 'present' | 'skipped';
  /** Why it was skipped. */
  reason?: string;
}

const patienceMilliseconds = 120_000;

/** Fails with `REMOTE_KEY_INVALID`, and as soon as the server cannot be reached or refuses something. */
export async function pushToRemote(options: PushOptions): Promise<void> {
  const { settings, environment, report, eggs, files, onPushed } = options;
  const ignore = (): void => undefined;
  const server = openServer({ settings, environment, report, patienceMilliseconds, onSwitchedOff: ignore });
  const push = async (name: string, store: () => Promise<Omit<PushedItem, 'name'>>): Promise<void> => {
    report({ type: 'fetch-start', name });
    try {
      onPushed({ name, ...(await store()) });
    } catch (error) {
      throw toServersError(error, `${server.url} does not take ${name}`);
    } finally {
      report({ type: 'fetch-end', name });
    }
  };
  for (const entry of eggs) await push(entry.egg.manifest.eggName, () => pushEgg(server, entry, options));
  for (const path of files) await push(basename(path), () => pushFile(server, path));
}

async function pushEgg(
  { client }: RemoteServer,
  { egg }: CatalogEntry,
  { settings, directory }: PushOptions,
): Promise<Omit<PushedItem, 'name'>> {
  const { origin } = egg.manifest;
  if (typeof origin === 'object' && origin !== null && Reflect.has(origin, 'signer'))
    return { outcome: 'skipped', reason: 'another machine built it' };
  const signingKey = readSigningKey(settings.signingKey ?? '');
  const layout = createCacheLayout(directory);
  const { project } = egg.manifest;
  try {
    const outcome = await publishEgg({ client, signingKey, layout, asksFirst: true }, egg);
    if (outcome !== 'unfit') return { outcome };
    return { outcome: 'skipped', reason: `an older clutch built it: \`cache rebuild ${project}\`` };
  } catch (error) {
    // Edited, or pruned meanwhile: no reason to keep back the others.
    if (!(error instanceof BuildError) || error.code !== 'EGG_CACHE_DAMAGED') throw error;
    return { outcome: 'skipped', reason: `${error.message}: \`cache verify ${project}\`` };
  }
}

async function pushFile({ client }: RemoteServer, path: string): Promise<Omit<PushedItem, 'name'>> {
  // What this user may not read was fetched by another one; what is gone was pruned meanwhile.
  const reason = whyUnreadable(path);
  if (reason !== undefined) return { outcome: 'skipped', reason };
  const sha256 = hashFile(path);
  if ((await client.sizeOf(`/cas/${sha256}`)) !== undefined) return { outcome: 'present' };
  await client.upload(sha256, path, false);
  return { outcome: 'written' };
}

function whyUnreadable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'it is gone';
    if (hasCode(error, 'EACCES')) return 'this user may not read it';
    throw error;
  }
}
