// A server that is killed at any moment, again and again: what it answered with 200 is there, nothing is there in half,
// and records and files agree.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectSuccess, workspaceForTest, type TestWorkspace } from '../../support/for-test.ts';
import { rawTarGz, rawWheel, wheelName } from '../../support/raw-wheel.ts';
import { createTestToken, startRepository, type TestRepository } from '../../support/repository-server.ts';
import { upload } from '../../support/upload.ts';

interface Files {
  url: string;
  token: string;
}

/** What the server said yes to; a broken connection is no answer. */
interface Promised {
  uploaded: Map<string, Buffer>;
  promoted: Set<string>;
}

const big = 700_000;

function filesOf(version: string): { filename: string; bytes: Buffer }[] {
  const filler = { name: 'filler.bin', content: Buffer.alloc(big, version) };
  const wheel = { name: 'demo', version };
  return [
    { filename: wheelName(wheel), bytes: rawWheel(wheel) },
    {
      filename: wheelName({ ...wheel, tag: 'cp311-cp311-linux_x86_64' }),
      bytes: rawWheel({ ...wheel, tag: 'cp311-cp311-linux_x86_64', entries: [filler] }),
    },
    {
      filename: `demo-${version}.tar.gz`,
      bytes: rawTarGz([
        {
          name: `demo-${version}/PKG-INFO`,
          content: `Metadata-Version: 2.1\nName: demo\nVersion: ${version}\n`,
        },
      ]),
    },
  ];
}

async function publishVersion({ url, token }: Files, version: string, promised: Promised): Promise<void> {
  await Promise.all(
    filesOf(version).map(async (file) => {
      const answer = await attempt(() => upload(url, { token, ...file }));
      if (answer?.status === 200) promised.uploaded.set(file.filename, file.bytes);
    }),
  );
  const answer = await attempt(() =>
    fetch(`${url}api/projects/demo/versions/${version}/promote`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    }),
  );
  if (answer?.status === 200) promised.promoted.add(version);
}

async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

interface Page {
  files: { filename: string; url: string; hashes: { sha256: string } }[];
}

async function readPage(url: string): Promise<Page['files']> {
  const response = await fetch(url, { headers: { accept: 'application/vnd.pypi.simple.v1+json' } });
  return response.status === 404 ? [] : ((await response.json()) as Page).files;
}

async function assertPromises(repository: TestRepository, promised: Promised): Promise<void> {
  const pageUrl = `${repository.url}staging/simple/demo/`;
  const staged = await readPage(pageUrl);
  const names = new Set(staged.map(({ filename }) => filename));
  for (const filename of promised.uploaded.keys()) expect(names, 'answered with 200').toContain(filename);
  for (const { filename, url } of staged) {
    const body = Buffer.from(await (await fetch(new URL(url, pageUrl))).arrayBuffer());
    const sent = promised.uploaded.get(filename);
    if (sent !== undefined) expect(body.equals(sent), filename).toBe(true);
  }
  const released = new Set((await readPage(`${repository.url}simple/demo/`)).map(({ filename }) => filename));
  const versionOf = (filename: string): string => filename.replace('.tar.gz', '').split('-')[1] ?? '';
  for (const version of promised.promoted) {
    const files = [...promised.uploaded.keys()].filter((name) => versionOf(name) === version);
    for (const file of files) expect(released, 'promoted').toContain(file);
  }
  // A version is promoted whole: none of its files waits while another is out.
  const out = new Set([...released].map(versionOf));
  const waiting = [...names].filter((name) => !released.has(name) && out.has(versionOf(name)));
  expect(waiting).toEqual([]);
}

async function check(workspace: TestWorkspace, repository: TestRepository): Promise<string> {
  const result = await workspace.run(['serve', '--data', repository.directory, '--check']);
  expect(result.stdout, 'no record without file').toMatch(/all fit their records/);
  expectSuccess(result);
  return result.stdout;
}

test('killed in uploads and promotions, ten times over', async () => {
  const workspace = workspaceForTest();
  const promised: Promised = { uploaded: new Map(), promoted: new Set() };
  let token = '';
  for (let round = 0; round < 10; round += 1) {
    const repository = await startRepository(workspace);
    if (round === 0) token = await createTestToken(workspace, repository.directory);
    await assertPromises(repository, promised);
    expect(await check(workspace, repository), 'no file without record').not.toContain('leftovers');
    const work = [1, 2, 3].map((part) =>
      publishVersion({ url: repository.url, token }, `${round}.${part}`, promised),
    );
    // Somewhere between the first byte and the last promotion, each round somewhere else.
    const lines = (): number => repository.output().match(/ (?:uploaded|promoted) /g)?.length ?? 0;
    await expect.poll(lines, { interval: 2, timeout: 20_000 }).toBeGreaterThanOrEqual(round);
    await sleep(Math.random() * 10);
    await repository.stop('SIGKILL');
    await Promise.all(work);
    await check(workspace, repository);
  }
  const repository = await startRepository(workspace);
  await assertPromises(repository, promised);
  expect(promised.uploaded.size).toBeGreaterThan(0);
});

test('told to stop, it finishes what is under way', async () => {
  const workspace = workspaceForTest();
  const repository = await startRepository(workspace);
  const token = await createTestToken(workspace, repository.directory);
  const uploads = filesOf('1.0').map((file) => upload(repository.url, { token, ...file }));
  await expect.poll(() => repository.output()).toContain('uploaded');
  const code = repository.stop('SIGTERM');
  expect((await Promise.all(uploads)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await code).toBe(0);
  expect(await check(workspace, repository)).not.toContain('leftovers');
});

test('a second server for the same directory is refused', async () => {
  const workspace = workspaceForTest();
  const repository = await startRepository(workspace);
  const second = await workspace.run(['serve', '--data', repository.directory, '--listen', '0']);
  expect(second.stderr).toContain(`Another process serves \`${repository.directory}\``);
  expect(second.code).toBe(1);
});

test('an address in use is said, with the way out', async () => {
  const workspace = workspaceForTest();
  const { url } = await startRepository(workspace);
  const result = await workspace.run([
    'serve',
    '--data',
    join(workspace.base, 'other'),
    '--listen',
    new URL(url).host,
  ]);
  expect(result.stderr).toMatch(/The address 127\.0\.0\.1:\d+ is in use\nhint: give another one by --listen/);
});

test('a backup that is made while files come and go is whole, and a second one copies what is new', async () => {
  const workspace = workspaceForTest();
  const repository = await startRepository(workspace);
  const token = await createTestToken(workspace, repository.directory);
  const promised: Promised = { uploaded: new Map(), promoted: new Set() };
  const target = join(workspace.base, 'backup');
  const words = ['serve', '--data', repository.directory, '--backup', target];
  await publishVersion({ url: repository.url, token }, '1', promised);
  const work = ['2', '3', '4'].map((version) =>
    publishVersion({ url: repository.url, token }, version, promised),
  );
  const first = await workspace.run(words);
  expectSuccess(first);
  await Promise.all(work);
  const copy = { ...repository, directory: target };
  await check(workspace, copy);
  const second = await workspace.run(words);
  expect(second.stdout).toMatch(/^\d+ files copied .* [1-9]\d* were there; records copied to /);
  expect(await check(workspace, copy)).toMatch(/^12 files/);
  await repository.stop();
  await assertPromises(await startRepository(workspace, { directory: target }), promised);
});
