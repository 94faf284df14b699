// What comes through from upstream: fetched once, checked, kept, never for a name of ours, never from a host that nobody
// named; and what happens when upstream lies, is slow, or is gone.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { buildWheel } from '../../support/build-distribution.ts';
import {
  expectFailure,
  expectSuccess,
  indexForTest,
  pathsWith,
  simpleConfiguration,
  workspaceForTest,
  type TestWorkspace,
} from '../../support/for-test.ts';
import type { IndexServer, IndexServerOptions } from '../../support/index-server.ts';
import { rawWheel, wheelName } from '../../support/raw-wheel.ts';
import { createTestToken, startRepository, type TestRepository } from '../../support/repository-server.ts';
import { upload } from '../../support/upload.ts';

interface SetUp {
  workspace: TestWorkspace;
  upstream: IndexServer;
  repository: TestRepository;
  token: string;
  /** The directory of upstream's files. */
  files: string;
}

const big = 3_000_000;

/** Upstream has `lib` 1.0 and 2.0, and `big`, which is 3 MB of what does not compress. */
async function setUp(
  words: readonly string[] = [],
  options: Partial<IndexServerOptions> = {},
): Promise<SetUp> {
  const workspace = workspaceForTest();
  const files = join(workspace.base, 'upstream');
  mkdirSync(files);
  buildWheel(files, { name: 'lib', version: '1.0' });
  buildWheel(files, { name: 'lib', version: '2.0' });
  writeFileSync(join(files, wheelName({ name: 'big' })), noise(big));
  const upstream = await indexForTest({ directory: files, format: 'json', ...options });
  const repository = await startRepository(workspace, { words: ['--upstream', upstream.indexUrl, ...words] });
  const token = await createTestToken(workspace, repository.directory);
  return { workspace, upstream, repository, token, files };
}

function noise(size: number, seed = 'x'): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < size; at += 64) pieces.push(createHash('sha512').update(`${seed}${at}`).digest());
  return Buffer.concat(pieces).subarray(0, size);
}

interface File {
  filename: string;
  url: string;
}

async function filesOf({ repository }: SetUp, name: string): Promise<File[]> {
  const pageUrl = `${repository.url}simple/${name}/`;
  const response = await fetch(pageUrl, { headers: { accept: 'application/vnd.pypi.simple.v1+json' } });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  const { files } = (await response.json()) as { files: File[] };
  return files.map((file) => ({ ...file, url: new URL(file.url, pageUrl).href }));
}

async function fileOf(setUp: SetUp, name: string, filename: string): Promise<string> {
  const file = (await filesOf(setUp, name)).find((one) => one.filename === filename);
  return file?.url ?? 'http://127.0.0.1:1/no-such-file';
}

const kept = ({ repository }: SetUp): string[] =>
  readdirSync(join(repository.directory, 'upstream', 'files'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.length > 60,
  );

test('clutch installs what upstream has; it is fetched once, and served when upstream is gone', async () => {
  const all = await setUp(['--upstream-refresh', '1s']);
  const { workspace, upstream, repository } = all;
  workspace.write({
    'buildout.cfg': simpleConfiguration({
      index: `${repository.url}simple/`,
      eggs: ['lib'],
      buildout: [`find-links = ${workspace.links}/zc.recipe.egg-6.0.0-py3-none-any.whl`],
    }),
  });
  expectSuccess(await workspace.run());
  const url = await fileOf(all, 'lib', wheelName({ name: 'lib', version: '1.0' }));
  const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
  expect(bytes.equals(readFileSync(join(all.files, wheelName({ name: 'lib', version: '1.0' }))))).toBe(true);
  await upstream.close();
  await sleep(1100);
  expect((await filesOf(all, 'lib')).map(({ filename }) => filename)).toHaveLength(2);
  expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes)).toBe(true);
  const unknown = await fetch(`${repository.url}simple/other/`);
  expect([unknown.status, await unknown.text()]).toEqual([
    502,
    expect.stringContaining('Upstream does not answer for `other`'),
  ]);
  // Also after a restart.
  expect(await repository.stop()).toBe(0);
  const again = await startRepository(workspace, { words: ['--upstream', upstream.indexUrl] });
  expect(await filesOf({ ...all, repository: again }, 'lib')).toHaveLength(2);
  expect((await fetch(url.replace(repository.url, again.url))).status).toBe(200);
});

test('a name of ours blocks upstream, from the moment it is ours, files or not', async () => {
  const all = await setUp();
  const { repository, token, upstream } = all;
  const url = await fileOf(all, 'lib', wheelName({ name: 'lib', version: '1.0' }));
  expect((await fetch(url)).status).toBe(200);
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`${repository.url}api/projects/Big/reserved`, { method: 'PUT', headers })).status).toBe(
    200,
  );
  expect(await filesOf(all, 'big')).toEqual([]);
  expect(upstream.paths().filter((path) => path.includes('big'))).toEqual([]);
  await upload(repository.url, {
    token,
    filename: wheelName({ name: 'lib', version: '0.1' }),
    bytes: rawWheel({ name: 'lib', version: '0.1' }),
  });
  // Only staged, so the release page has nothing, least of all the newer ones of upstream.
  expect(await filesOf(all, 'lib')).toEqual([]);
  expect((await fetch(url)).status).toBe(404);
  const deleted = await fetch(`${repository.url}api/projects/lib/versions/0.1`, {
    method: 'DELETE',
    headers,
  });
  expect(deleted.status).toBe(200);
  expect(await filesOf(all, 'lib')).toEqual([]);
  const back = await fetch(`${repository.url}api/projects/big/reserved`, { method: 'DELETE', headers });
  expect(back.status).toBe(200);
  expect(await filesOf(all, 'big')).toHaveLength(1);
});

test('many who ask at once are one request', async () => {
  const all = await setUp();
  all.upstream.addFault({ path: '/simple/big/', times: 1, delayMilliseconds: 300 });
  all.upstream.addFault({ path: wheelName({ name: 'big' }), times: 1, delayMilliseconds: 300 });
  const pages = await Promise.all(Array.from({ length: 8 }, () => filesOf(all, 'big')));
  expect(new Set(pages.map((files) => files[0]?.url))).toHaveProperty('size', 1);
  const url = pages[0]?.[0]?.url ?? '';
  const bodies = await Promise.all(
    Array.from({ length: 8 }, async () => Buffer.from(await (await fetch(url)).arrayBuffer())),
  );
  const wanted = noise(big);
  expect(bodies.map((body) => body.equals(wanted))).toEqual(bodies.map(() => true));
  expect(all.upstream.paths().sort()).toEqual([`/files/${wheelName({ name: 'big' })}`, '/simple/big/']);
  const part = await fetch(url, { headers: { range: 'bytes=-100' } });
  expect([part.status, Buffer.from(await part.arrayBuffer()).equals(wanted.subarray(-100))]).toEqual([
    206,
    true,
  ]);
});

test('a file with another hash than promised never arrives, small or large, and is not kept', async () => {
  const all = await setUp([], { describeFile: () => ({ sha256: 'ab'.repeat(32) }) });
  const small = await fetch(await fileOf(all, 'lib', wheelName({ name: 'lib', version: '1.0' })));
  expect([small.status, await small.text()]).toEqual([
    502,
    expect.stringMatching(/its sha256 is .*upstream's page says abab/),
  ]);
  const large = await fileOf(all, 'big', wheelName({ name: 'big' }));
  await expect(fetch(large).then((response) => response.arrayBuffer())).rejects.toThrow();
  expect(kept(all)).toEqual([]);
  expect(all.repository.output()).toMatch(/upstream-failed .*its sha256 is/);
  await expect.poll(() => readdirSync(join(all.repository.directory, 'upstream', 'tmp'))).toEqual([]);
});

test('a file that breaks off is fetched again, and one that stays broken never arrives', async () => {
  const all = await setUp();
  const filename = wheelName({ name: 'big' });
  const url = await fileOf(all, 'big', filename);
  all.upstream.addFault({ path: filename, times: 1, truncate: true });
  expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(noise(big))).toBe(true);
  const other = await fileOf(all, 'lib', wheelName({ name: 'lib', version: '2.0' }));
  all.upstream.addFault({ path: wheelName({ name: 'lib', version: '2.0' }), truncate: true });
  expect((await fetch(other)).status).toBe(502);
  all.upstream.addFault({ path: wheelName({ name: 'lib', version: '1.0' }), status: 403 });
  const refused = await fetch(await fileOf(all, 'lib', wheelName({ name: 'lib', version: '1.0' })));
  expect([refused.status, await refused.text()]).toEqual([502, expect.stringContaining('status 403')]);
});

test('no link and no redirect leads to a host that nobody named', async () => {
  let visits = 0;
  const inside = createServer((_request, response) => {
    visits += 1;
    response.end('secret of the inside');
  });
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void inside.close());
  const target = `http://127.0.0.1:${(inside.address() as AddressInfo).port}`;
  const all = await setUp();
  const page = {
    meta: { 'api-version': '1.0' },
    name: 'evil',
    files: [target, 'file:///etc', 'javascript:x'].map((root) => ({
      filename: 'evil-1.0.tar.gz',
      url: `${root}/evil-1.0.tar.gz`,
      hashes: {},
    })),
  };
  all.upstream.addPage('/simple/evil/', JSON.stringify(page), 'application/vnd.pypi.simple.v1+json');
  expect(await filesOf(all, 'evil')).toEqual([]);
  expect(all.repository.output()).toContain(`files on \`127.0.0.1:${new URL(target).port}\` are left out`);
  const filename = wheelName({ name: 'lib', version: '1.0' });
  const url = await fileOf(all, 'lib', filename);
  all.upstream.addFault({ path: filename, status: 302, headers: { location: `${target}/${filename}` } });
  const answer = await fetch(url);
  expect([answer.status, await answer.text()]).toEqual([
    502,
    expect.stringContaining('is not a host that this server may ask'),
  ]);
  all.upstream.addFault({ path: '/simple/other/', status: 302, headers: { location: `${target}/simple/` } });
  expect((await fetch(`${all.repository.url}simple/other/`)).status).toBe(502);
  expect(visits).toBe(0);
});

test('files may come from a host that was named', async () => {
  const workspace = workspaceForTest();
  const files = join(workspace.base, 'elsewhere');
  mkdirSync(files);
  const wheel = buildWheel(files, { name: 'lib', version: '1.0' });
  const elsewhere = await indexForTest({ directory: files });
  const empty = join(workspace.base, 'empty');
  mkdirSync(empty);
  const upstream = await indexForTest({ directory: empty });
  const filename = wheelName({ name: 'lib', version: '1.0' });
  const md5 = createHash('md5').update(readFileSync(wheel)).digest('hex');
  upstream.addPage('/simple/lib/', `<a href="${elsewhere.url}/files/${filename}#md5=${md5}">${filename}</a>`);
  const repository = await startRepository(workspace, {
    words: ['--upstream', upstream.indexUrl, '--upstream-files', elsewhere.url],
  });
  const all = { repository } as SetUp;
  expect((await fetch(await fileOf(all, 'lib', filename))).status).toBe(200);
  const page = await (
    await fetch(`${repository.url}simple/lib/`, {
      headers: { accept: 'application/vnd.pypi.simple.v1+json' },
    })
  ).json();
  expect(page).toMatchObject({ versions: ['1.0'], files: [{ hashes: { md5 } }] });
});

test('the first upstream that has a name has it', async () => {
  const workspace = workspaceForTest();
  const [one, two] = ['one', 'two'].map((name) => join(workspace.base, name)) as [string, string];
  for (const directory of [one, two]) mkdirSync(directory);
  buildWheel(one, { name: 'lib', version: '1.0' });
  buildWheel(two, { name: 'lib', version: '9.9' });
  buildWheel(two, { name: 'only', version: '1.0' });
  const first = await indexForTest({ directory: one, format: 'json' });
  const second = await indexForTest({ directory: two, format: 'json' });
  const repository = await startRepository(workspace, {
    words: ['--upstream', first.indexUrl, '--upstream', second.indexUrl, '--upstream-refresh', '0s'],
  });
  const all = { repository } as SetUp;
  const names = async (name: string): Promise<string[]> =>
    (await filesOf(all, name)).map(({ filename }) => filename);
  expect(await names('lib')).toEqual([wheelName({ name: 'lib', version: '1.0' })]);
  expect(await names('only')).toEqual([wheelName({ name: 'only' })]);
  // One that does not answer is not passed over: the next might have something else under the name.
  await first.close();
  expect((await fetch(`${repository.url}simple/new/`)).status).toBe(502);
});

test('a login of upstream goes there, and nowhere else', async () => {
  const login = { user: 'reader', password: 'p4ss-w0rd' };
  const workspace = workspaceForTest();
  const files = join(workspace.base, 'upstream');
  mkdirSync(files);
  buildWheel(files, { name: 'lib', version: '1.0' });
  const upstream = await indexForTest({ directory: files, format: 'json', login });
  const withLogin = upstream.indexUrl.replace('http://', `http://${login.user}:${login.password}@`);
  const repository = await startRepository(workspace, { environment: { CLUTCH_UPSTREAM: withLogin } });
  const all = { repository } as SetUp;
  expect((await fetch(await fileOf(all, 'lib', wheelName({ name: 'lib', version: '1.0' })))).status).toBe(
    200,
  );
  expect(pathsWith(repository.directory, login.password)).toEqual([]);
  expect(repository.output()).not.toContain(login.password);
  expect(await repository.stop()).toBe(0);
  const { hostname } = new URL(upstream.url);
  writeFileSync(
    join(workspace.home, '.netrc'),
    `machine ${hostname} login ${login.user} password ${login.password}\n`,
  );
  const again = await startRepository(workspace, {
    directory: join(workspace.base, 'other'),
    words: ['--upstream', upstream.indexUrl],
  });
  expect(await filesOf({ repository: again } as SetUp, 'lib')).toHaveLength(1);
  expect(await again.stop()).toBe(0);
  writeFileSync(join(workspace.home, '.netrc'), '');
  const without = await startRepository(workspace, {
    directory: join(workspace.base, 'third'),
    words: ['--upstream', upstream.indexUrl],
  });
  const answer = await fetch(`${without.url}simple/lib/`);
  expect([answer.status, await answer.text()]).toEqual([502, expect.stringContaining('status 401')]);
});

test('there is room for so much of upstream; what was not used longest goes, and nothing of ours', async () => {
  const all = await setUp(['--upstream-size', '8M', '--no-staging']);
  const { repository, token, files } = all;
  const own = wheelName({ name: 'own' });
  const filler = { name: 'filler.bin', content: noise(500_000) };
  await upload(repository.url, { token, filename: own, bytes: rawWheel({ name: 'own', entries: [filler] }) });
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    writeFileSync(join(files, wheelName({ name })), noise(big, name));
  const urls = new Map<string, string>();
  for (const name of ['a', 'b', 'a', 'c', 'd', 'a', 'e']) {
    urls.set(name, await fileOf(all, name, wheelName({ name })));
    expect((await fetch(urls.get(name) ?? '').then((response) => response.arrayBuffer())).byteLength).toBe(
      big,
    );
  }
  await expect.poll(() => kept(all)).toHaveLength(2);
  expect(repository.output()).toMatch(/evicted files=1/);
  expect((await fetch(urls.get('b') ?? '')).status).toBe(200);
  const ownUrl = await fileOf(all, 'own', own);
  expect((await fetch(ownUrl)).status).toBe(200);
});

test('a new file stays when those before it have just been used', async () => {
  const all = await setUp(['--upstream-size', '7M']);
  for (const name of ['a', 'b', 'c']) writeFileSync(join(all.files, wheelName({ name })), noise(big, name));
  for (const name of ['a', 'b', 'a', 'b', 'c', 'c']) {
    const response = await fetch(await fileOf(all, name, wheelName({ name })));
    expect([name, (await response.arrayBuffer()).byteLength]).toEqual([name, big]);
  }
  expect(all.upstream.paths().filter((path) => path.includes('/c-1.0'))).toHaveLength(1);
});

test('killed while files come in and go: none is there in half, and the next start is well', async () => {
  const all = await setUp(['--upstream-size', '7M']);
  const { workspace, files, upstream } = all;
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  for (const name of names) writeFileSync(join(files, wheelName({ name })), noise(big, name));
  let { repository } = all;
  for (let round = 0; round < 5; round += 1) {
    const current = { ...all, repository };
    const work = names.map(async (name) => {
      try {
        await (await fetch(await fileOf(current, name, wheelName({ name })))).arrayBuffer();
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
    });
    await expect.poll(() => repository.output(), { interval: 2, timeout: 10_000 }).toMatch(/ fetched /);
    await sleep(Math.random() * 30);
    await repository.stop('SIGKILL');
    await Promise.all(work);
    for (const path of kept(all)) {
      const bytes = readFileSync(join(repository.directory, 'upstream', 'files', path));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(path.split('/')[1]);
    }
    repository = await startRepository(workspace, {
      words: ['--upstream', upstream.indexUrl, '--upstream-size', '7M'],
    });
    expect(existsSync(join(repository.directory, 'upstream', 'tmp'))).toBe(true);
    expect(readdirSync(join(repository.directory, 'upstream', 'tmp'))).toEqual([]);
  }
  for (const name of names) {
    const body = await (
      await fetch(await fileOf({ ...all, repository }, name, wheelName({ name })))
    ).arrayBuffer();
    expect(Buffer.from(body).equals(noise(big, name))).toBe(true);
  }
});

test('an upstream that is no URL is refused', async () => {
  const workspace = workspaceForTest();
  const words = ['serve', '--data', join(workspace.base, 'data'), '--listen', '0', '--upstream', 'pypi.org'];
  expect(expectFailure(await workspace.run(words))).toContain('`pypi.org` is not the URL of an index');
});
