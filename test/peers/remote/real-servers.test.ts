// The cache that machines share on real servers, bazel-remote 2.6.1 and nginx: one machine builds, another one without a
// compiler builds nothing; and whatever a server does, or somebody does to its files, every install is correct.

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { buildLegacySdist } from '../../support/build-legacy-sdist.ts';
import { bazelRemote } from '../../support/build-bazel-remote.ts';
import { buildsIn, countedSdist } from '../../support/cache-fixture.ts';
import { realServerForTest, type RealServer, type ServerKind } from '../../support/cache-servers.ts';
import {
  blobIn,
  builder,
  digest,
  makeKeys,
  reader,
  remote,
  warningsIn,
  type Keys,
} from '../../support/fleet.ts';
import { workspaceForTest, type TestWorkspace } from '../../support/for-test.ts';
import { createMachine, type MachineResult } from '../../support/two-machines.ts';

beforeAll(() => void bazelRemote(), 900_000);

const kinds: readonly ServerKind[] = ['bazel-remote', 'nginx'];

const extension = `
#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *args) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_speed", "", -1, methods};
PyMODINIT_FUNC PyInit__speed(void) { return PyModule_Create(&module); }
`;

/** A C extension of the old kind: setuptools builds it, and `wheel` where that is asked for. */
async function extensionSdist(workspace: TestWorkspace): Promise<void> {
  const setup = `from setuptools import setup, Extension
setup(name="speed", version="1.0", py_modules=["speed"], ext_modules=[Extension("_speed", ["_speed.c"])])
`;
  const files = { 'setup.py': setup, 'speed.py': 'from _speed import answer\n', '_speed.c': extension };
  await buildLegacySdist(workspace.links, { name: 'speed', version: '1.0', files });
}

interface Scene {
  workspace: TestWorkspace;
  server: RealServer;
  keys: Keys;
  configuration: { index: string; eggs: string[] };
  /** A new machine installs; what it built is counted. */
  read(more?: Record<string, string>): Promise<MachineResult & { built: number }>;
}

const withLogin = (url: string): string => url.replace('://', '://ci:secret@');

/** A server that has the eggs, which one machine built. */
async function scene(kind: ServerKind, eggs: string[] = ['pure']): Promise<Scene> {
  const workspace = workspaceForTest();
  for (const name of eggs) await countedSdist(workspace, { name });
  const server = await realServerForTest(kind, join(workspace.base, 'srv'));
  const keys = makeKeys(workspace);
  const configuration = { index: workspace.links, eggs };
  const environment = builder(withLogin(server.url), keys);
  const stored = await createMachine(workspace, 'a').install('app', {
    ...configuration,
    words: ['-v'],
    environment,
  });
  expect(stored.result.stdout).toContain(`${eggs.length} written`);
  let machines = 0;
  const read: Scene['read'] = async (more = {}) => {
    machines += 1;
    const before = buildsIn(workspace).length;
    const result = await createMachine(workspace, `reader${machines}`).install('app', {
      ...configuration,
      words: ['-v'],
      environment: { ...reader(server.url, keys), ...more },
    });
    execFileSync(join(result.directory, 'bin', 'py'), ['-c', `import ${eggs.join(', ')}`]);
    return { ...result, built: buildsIn(workspace).length - before };
  };
  return { workspace, server, keys, configuration, read };
}

interface Stored {
  key: string;
  action: Buffer;
}

/** What the server has at the key under which everybody looks for this egg first. */
async function storedEgg({ workspace, server }: Scene, project: string): Promise<Stored> {
  const a = createMachine(workspace, 'a');
  const shown = await a.command(['cache', 'show', project, '--json']);
  const [entry] = JSON.parse(shown.stdout) as { requestKeys: string[] }[];
  const key = remote.declaredKey(entry?.requestKeys[0] ?? '', {});
  const answer = await fetch(`${server.url}/ac/${key}`);
  expect(answer.status).toBe(200);
  return { key, action: Buffer.from(await answer.arrayBuffer()) };
}

async function put(server: RealServer, path: string, body: Buffer | string): Promise<number> {
  const authorization = `Basic ${Buffer.from('ci:secret').toString('base64')}`;
  const bytes = new Uint8Array(Buffer.from(body));
  return (await fetch(`${server.url}${path}`, { method: 'PUT', body: bytes, headers: { authorization } }))
    .status;
}

/** Seconds waited for nothing, as `cache stats` tells them. */
function lostSeconds({ machine }: MachineResult): number {
  const report = JSON.parse(readFileSync(join(machine.eggCache, 'remote.json'), 'utf8')) as { lost: number };
  return report.lost / 1000;
}

describe.each(kinds)('%s', (kind) => {
  test('an extension is built once, and a machine without a compiler installs it', async () => {
    const workspace = workspaceForTest();
    await extensionSdist(workspace);
    const server = await realServerForTest(kind, join(workspace.base, 'srv'));
    const keys = makeKeys(workspace);
    const configuration = { index: workspace.links, eggs: ['speed'], words: ['-v'] };
    const a = createMachine(workspace, 'a');
    const built = await a.install('app', {
      ...configuration,
      environment: builder(withLogin(server.url), keys),
    });
    expect(warningsIn(built)).toEqual([
      expect.stringMatching(/eggs: 0 hits, 1 misses, 0 errors, 0 rejected, 1 written/),
    ]);
    const check = await a.command(['cache', 'remote', 'check'], builder(withLogin(server.url), keys));
    expect(check.stdout).toMatch(new RegExp(`^compression +${kind === 'nginx' ? 'none' : 'zstd'}$`, 'm'));
    const b = createMachine(workspace, 'b', { compiler: false });
    const environment = reader(server.url, keys);
    const got = await b.install('app', { ...configuration, environment });
    expect(warningsIn(got)).toEqual([
      expect.stringContaining('eggs: 1 hits, 0 misses, 0 errors, 0 rejected'),
    ]);
    expect(got.eggs).toEqual(built.eggs);
    const said = execFileSync(join(got.directory, 'bin', 'py'), [
      '-c',
      'import speed; print(speed.answer())',
    ]);
    expect(said.toString()).toBe('42\n');
    // It could not have built it: without the server it fails.
    await server.stop();
    const alone = createMachine(workspace, 'c', { compiler: false }).install('app', {
      ...configuration,
      environment,
    });
    await expect(alone).rejects.toThrow();
  });

  test.each(['egg.tar', 'manifest.json', 'manifest.sig'])('an evicted %s is a miss', async (name) => {
    const found = await scene(kind);
    const { action } = await storedEgg(found, 'pure');
    await found.server.stop();
    for (const file of found.server.filesOf(blobIn(action, name))) rmSync(file);
    await found.server.start();
    const run = await found.read();
    expect(run.built).toBe(1);
    expect(warningsIn(run)).toEqual([expect.stringContaining('0 hits, 1 misses, 0 errors, 0 rejected')]);
  });

  test('a poisoned blob is not used, and a builder that may write heals it', async () => {
    const found = await scene(kind);
    const { action } = await storedEgg(found, 'pure');
    const hash = blobIn(action, 'egg.tar');
    // bazel-remote takes no wrong blob, so its file is damaged; nginx takes any.
    const status = await put(found.server, `/cas/${hash}`, Buffer.alloc(10_240, 'evil'));
    expect(status).toBe(kind === 'nginx' ? 204 : 500);
    if (kind === 'bazel-remote') {
      const [file = ''] = found.server.filesOf(hash);
      const bytes = readFileSync(file);
      await found.server.stop();
      writeFileSync(file, bytes.fill(0x55, bytes.length >> 1, (bytes.length >> 1) + 40));
      await found.server.start();
    }
    const run = await found.read();
    expect(run.built).toBe(1);
    expect(run.result.stdout).toMatch(/eggs: 0 hits, 0 misses, (?:0 errors, 1|1 errors, 0) rejected/);
    expect(warningsIn(run).length).toBeLessThanOrEqual(2);
    if (kind === 'bazel-remote') return;
    expect((await found.read(builder(withLogin(found.server.url), found.keys))).built).toBe(1);
    expect((await found.read()).built).toBe(0);
  });

  test('a manifest of another egg, an unsigned one and one of a stranger are not used', async () => {
    const found = await scene(kind, ['other', 'pure']);
    const { server, workspace } = found;
    const [other, pure] = [await storedEgg(found, 'other'), await storedEgg(found, 'pure')];
    const expectRejected = async (says: string): Promise<void> => {
      const run = await found.read();
      expect(run.built, says).toBe(1);
      expect(warningsIn(run)).toEqual([
        expect.stringContaining(says),
        expect.stringContaining('1 hits, 0 misses, 0 errors, 1 rejected'),
      ]);
    };
    await put(server, `/ac/${pure.key}`, other.action);
    await expectRejected('its manifest is that of another egg, other-1.0');

    const files = [...(remote.tryDecodeActionResult(pure.action)?.values() ?? [])];
    const signed = async (signature: string): Promise<void> => {
      const blob = { path: 'manifest.sig', sha256: digest(Buffer.from(signature)), size: signature.length };
      expect(await put(server, `/cas/${blob.sha256}`, signature)).toBeLessThan(300);
      const action = remote.encodeActionResult([...files.filter(({ path }) => path !== blob.path), blob]);
      expect(await put(server, `/ac/${pure.key}`, action)).toBeLessThan(300);
    };
    await signed('no signature\n');
    await expectRejected('its signature is no signature');
    const stranger = remote.readSigningKey(makeKeys(workspace, 'stranger').signingKey);
    const manifest = await fetch(`${server.url}/cas/${blobIn(pure.action, 'manifest.json')}`);
    await signed(remote.signManifest(Buffer.from(await manifest.arrayBuffer()), stranger));
    await expectRejected(`it is signed by the key ${stranger.id}, which is not trusted`);
  });

  test('a builder without the login reads, builds, and says once that it may not write', async () => {
    const found = await scene(kind);
    await countedSdist(found.workspace, { name: 'more' });
    await countedSdist(found.workspace, { name: 'another' });
    const run = await createMachine(found.workspace, 'b').install('app', {
      ...found.configuration,
      eggs: ['another', 'more', 'pure'],
      words: ['-v'],
      environment: { ...builder(found.server.url, found.keys) },
    });
    expect(warningsIn(run)).toEqual([
      expect.stringContaining('cannot be written to: it answers with status 401'),
      expect.stringMatching(/eggs: 1 hits, 2 misses, \d errors, 0 rejected, 0 written/),
    ]);
  });

  test('a server that stands still costs two seconds at most', async () => {
    const found = await scene(kind, ['four', 'one', 'three', 'two']);
    process.kill(found.server.pid(), 'SIGSTOP');
    const run = await found.read();
    expect(run.built).toBe(4);
    expect(lostSeconds(run)).toBeLessThan(2);
    expect(warningsIn(run)).toHaveLength(2);
  });

  test.each([0, 100, 500, 3000])('a server that dies after %i bytes', async (bytes) => {
    const found = await scene(kind, ['four', 'one', 'three', 'two']);
    const url = await dyingAfter(found.server, bytes);
    const run = await found.read({ CLUTCH_REMOTE_CACHE_URL: url });
    expect(run.built).toBeGreaterThan(0);
    expect(lostSeconds(run)).toBeLessThan(2);
  });
});

/** In front of the server: when so many bytes have come from it, it is killed and every connection ends. */
async function dyingAfter(server: RealServer, limit: number): Promise<string> {
  const { port } = new URL(server.url);
  let seen = 0;
  const proxy = createServer((client) => {
    const upstream = connect(Number(port), '127.0.0.1');
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    client.pipe(upstream);
    upstream.on('data', (piece: Buffer) => {
      client.write(piece.subarray(0, Math.max(0, limit - seen)));
      seen += piece.length;
      if (seen < limit) return;
      end();
      proxy.close();
      void server.stop();
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}
