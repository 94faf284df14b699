// What a trusted builder may have been made to sign: the key is right, and the egg is not.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createTar, memberOf, type NewMember } from '#archive';
import { hashBytes } from '#base';
import type { Manifest } from '../manifest.ts';
import { encodeActionResult } from './action-result.ts';
import type { BlobClient } from './blob-client.ts';
import { fetchEgg, type EggAnswer, type WantedEgg } from './fetch-egg.ts';
import { declaredKey } from './remote-keys.ts';
import { blobNames, describeBlob, formatRemoteManifest } from './remote-manifest.ts';
import { generateSigningKey, parseTrustedKey, readSigningKey, signManifest } from './signing.ts';
import { receiveFile } from './receive-blob.ts';

const root = mkdtempSync(join(tmpdir(), 'clutch-hostile-eggs-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let directory: string;
let count = 0;
beforeEach(() => {
  count += 1;
  directory = join(root, String(count), 'work');
  mkdirSync(directory, { recursive: true });
});

const { privatePem, publicText } = generateSigningKey();
writeFileSync(join(root, 'key.pem'), privatePem);
const signingKey = readSigningKey(join(root, 'key.pem'));
const requestKey = 'a'.repeat(64);
const wanted: WantedEgg = {
  project: 'demo',
  requestKeys: [requestKey],
  declaredPins: {},
  pinsOn: () => ({}),
  missingLibraries: () => [],
};

const content = 'x = 1\n';

function manifestOf(change: Partial<Manifest> = {}): Manifest {
  return {
    eggName: 'demo-1.0-py3.11.egg',
    project: 'demo',
    version: '1.0',
    metadata: { requiresDist: [], providesExtra: [], texts: {} },
    used: { requirements: {}, pins: {} },
    buildKey: 'b'.repeat(64),
    requestKeys: [requestKey],
    directories: [],
    files: [{ path: 'demo.py', size: content.length, mode: 0o444, sha256: hashBytes(content) }],
    links: [],
    ...change,
  };
}

/** The answer of a server that has this egg, truly signed. */
async function fetch(members: readonly NewMember[], egg: Manifest = manifestOf()): Promise<EggAnswer> {
  const archive = await createTar(members, 'none');
  const keys = [declaredKey(requestKey, {})];
  const manifest = formatRemoteManifest({ keys, archive: describeBlob(archive), egg });
  const signature = Buffer.from(signManifest(manifest, signingKey));
  const blobs = new Map([archive, manifest, signature].map((bytes) => [hashBytes(bytes), bytes]));
  const action = encodeActionResult([
    { path: blobNames.archive, ...describeBlob(archive) },
    { path: blobNames.manifest, ...describeBlob(manifest) },
    { path: blobNames.signature, ...describeBlob(signature) },
  ]);
  const client: Pick<BlobClient, 'read' | 'download'> = {
    read: async (path) => (path.startsWith('/ac/') ? action : blobs.get(path.slice('/cas/'.length))),
    download: (blob, target) =>
      receiveFile(blob, target, async (sink) => {
        const answer = { status: 200, headers: new Map<string, string>(), url: '' };
        sink.onStart?.(answer);
        sink.onBody?.(blobs.get(blob.sha256) ?? Buffer.alloc(0));
        return answer;
      }),
  };
  const report = (): void => undefined;
  const fetcher = { client: client as BlobClient, trusted: [parseTrustedKey(publicText)], report };
  return fetchEgg(fetcher, wanted, directory);
}

const file = memberOf('demo.py', content);

test('a true egg is taken', async () => {
  expect(await fetch([file])).toMatchObject({ outcome: 'hit', egg: { signer: signingKey.id } });
  expect(readdirSync(join(directory, 'demo-1.0-py3.11.egg'))).toEqual(['demo.py']);
});

const link: NewMember = {
  path: 'demo.py',
  kind: 'symlink',
  mode: 0o755,
  size: 10,
  read: () => Buffer.from('/etc/passwd'),
};

test.each<{ name: string; members: NewMember[]; change?: Partial<Manifest>; says: string }>([
  { name: 'climbs out', members: [memberOf('../evil.py', content)], says: 'leaves the tree' },
  { name: 'is absolute', members: [memberOf('/evil.py', content)], says: 'is absolute' },
  { name: 'has a link out', members: [link], says: 'points to `/etc/passwd`' },
  { name: 'has one file more', members: [file, memberOf('more.py', '')], says: 'more than 1 entries' },
  { name: 'has other content', members: [memberOf('demo.py', 'x = 2\n')], says: 'not those of its manifest' },
  {
    name: 'has another mode',
    members: [memberOf('demo.py', content, 0o755)],
    says: 'not those of its manifest',
  },
  { name: 'lacks a file', members: [], says: 'not those of its manifest' },
  { name: 'inflates', members: [memberOf('demo.py', 'x'.repeat(5000))], says: 'more than' },
  { name: 'is of another project', members: [file], change: { project: 'other' }, says: 'an egg of other' },
  {
    name: 'has a name with a path',
    members: [file],
    change: { eggName: '../demo.egg' },
    says: 'cannot be read',
  },
  {
    name: 'has a path out in its manifest',
    members: [file],
    change: { files: [{ path: '../demo.py', size: 6, mode: 0o444, sha256: 'c'.repeat(64) }] },
    says: 'cannot be read',
  },
])('an egg that $name is refused, and nothing of it is left', async ({ members, change, says }) => {
  const answer = fetch(members, manifestOf(change ?? {}));
  await expect(answer).rejects.toMatchObject({
    code: 'REMOTE_REJECTED',
    message: expect.stringContaining(says),
  });
  expect(readdirSync(directory)).toEqual([]);
  expect(readdirSync(join(directory, '..'))).toEqual(['work']);
});
