// What tests of the remote cache share: signing keys, the environment of builders and readers, a fleet of one builder
// and one reader, and tampering with what a server has.

import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

import { loadRemoteCache } from '#store';

import { buildsIn, countedSdist } from './cache-fixture.ts';
import { cacheServerForTest, type CacheServer } from './cache-server.ts';
import { workspaceForTest, type TestWorkspace } from './for-test.ts';
import { createMachine, type MachineResult } from './two-machines.ts';

export interface Keys {
  /** A file. */
  signingKey: string;
  trusted: string;
}

/** The remote cache's own functions. */
export const remote: Awaited<ReturnType<typeof loadRemoteCache>> = await loadRemoteCache();

export function makeKeys(workspace: TestWorkspace, name = 'key'): Keys {
  const { privatePem, publicText } = remote.generateSigningKey();
  const signingKey = join(workspace.base, `${name}.pem`);
  writeFileSync(signingKey, privatePem, { mode: 0o600 });
  return { signingKey, trusted: publicText };
}

export const builder = (url: string, { signingKey }: Keys): Record<string, string> => ({
  CLUTCH_REMOTE_CACHE_URL: url,
  CLUTCH_REMOTE_CACHE_SIGNING_KEY: signingKey,
  CLUTCH_REMOTE_CACHE_WRITE: 'yes',
});

export const reader = (url: string, { trusted }: Keys): Record<string, string> => ({
  CLUTCH_REMOTE_CACHE_URL: url,
  CLUTCH_REMOTE_CACHE_TRUSTED_KEYS: trusted,
});

export interface Fleet {
  workspace: TestWorkspace;
  server: CacheServer;
  keys: Keys;
  configuration: { index: string; eggs: string[] };
  /** A new reader installs; it has a compiler, since it may have to build. */
  read(environment?: Record<string, string>): Promise<MachineResult>;
}

/** A server that has the eggs, which one machine built. */
export async function fleetForTest(eggs: string[] = ['pure'], strict = false): Promise<Fleet> {
  const workspace = workspaceForTest();
  for (const name of eggs) await countedSdist(workspace, { name });
  const server = await cacheServerForTest({ strict });
  const keys = makeKeys(workspace);
  const configuration = { index: workspace.links, eggs };
  const environment = builder(server.url, keys);
  await createMachine(workspace, 'a').install('app', { ...configuration, environment });
  expect(buildsIn(workspace)).toEqual(eggs);
  let readers = 0;
  const read = (more = {}): Promise<MachineResult> => {
    readers += 1;
    return createMachine(workspace, `reader${readers}`).install('app', {
      ...configuration,
      words: ['-v'],
      environment: { ...reader(server.url, keys), ...more },
    });
  };
  return { workspace, server, keys, configuration, read };
}

/** The warnings about a remote cache. */
export const warningsIn = ({ result }: MachineResult): string[] =>
  result.stdout.split('\n').filter((line) => /^Remote cache \S+ |^No remote cache/.test(line));

export const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The hash of a blob in an ActionResult, by the name of its file. */
export function blobIn(action: Buffer, name: string): string {
  const text = action.toString('latin1');
  return /[0-9a-f]{64}/.exec(text.slice(text.indexOf(name)))?.[0] ?? '';
}

/** Replaces a blob of every ActionResult by an edited one, under its true hash. */
export function changeBlob(server: CacheServer, name: string, edit: (bytes: Buffer) => Buffer): void {
  for (const [path, action] of server.blobs('ac')) {
    const old = blobIn(action, name);
    const bytes = edit(server.content.get(`cas/${old}`) ?? Buffer.alloc(0));
    server.content.set(`cas/${digest(bytes)}`, bytes);
    server.content.set(path, Buffer.from(action.toString('latin1').replace(old, digest(bytes)), 'latin1'));
  }
}

/** Puts other bytes where a blob of an ActionResult is. */
export function poisonBlob(server: CacheServer, name: string, edit: (bytes: Buffer) => Buffer): void {
  for (const [, action] of server.blobs('ac')) {
    const path = `cas/${blobIn(action, name)}`;
    server.content.set(path, edit(Buffer.from(server.content.get(path) ?? [])));
  }
}

export function forgetBlob(server: CacheServer, name: string): void {
  for (const [, action] of server.blobs('ac')) server.content.delete(`cas/${blobIn(action, name)}`);
}
