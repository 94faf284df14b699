// A repository whose disk is full: changes are refused with 507 and nothing is lost, reads go on, also of upstream's pages
// and files, and when there is room again everything goes on by itself.

import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '../../support/cache-servers.ts';
import { indexForTest, workspaceForTest, type TestWorkspace } from '../../support/for-test.ts';
import { rawWheel, wheelName } from '../../support/raw-wheel.ts';
import { startRepository, type TestRepository } from '../../support/repository-server.ts';
import { program } from '../../support/run-clutch.ts';
import { upload, type UploadAnswer } from '../../support/upload.ts';

const big = 700_000;

interface SmallDisk {
  workspace: TestWorkspace;
  repository: TestRepository;
  token: string;
  /** The data directory as the server sees it: the file system is mounted for it alone. */
  inside: string;
}

const mountScript = (megabytes: number): string =>
  `mount -t tmpfs -o size=${megabytes}m tmpfs "$1" && "$3" token create test --action admin --data "$1" > "$2" && shift 3 && `;

/** A server whose data directory is a file system of its own. */
async function serveOnSmallDisk(megabytes: number, words: readonly string[] = []): Promise<SmallDisk> {
  const workspace = workspaceForTest();
  const directory = join(workspace.base, 'data');
  const tokenFile = join(workspace.base, 'token');
  mkdirSync(directory);
  const script = `${mountScript(megabytes)} exec "$@"`;
  const prefix = ['unshare', '-Urm', 'sh', '-c', script, 'sh', directory, tokenFile, program];
  const repository = await startRepository(workspace, { directory, prefix, words });
  const inside = `/proc/${repository.child.pid}/root${directory}`;
  return { workspace, repository, token: readFileSync(tokenFile, 'utf8').trim(), inside };
}

/** Takes what room there is, to the last kilobyte. */
function fill(inside: string): void {
  for (const size of [1 << 20, 1 << 16, 1 << 12]) {
    for (;;) {
      try {
        appendFileSync(join(inside, 'filler'), Buffer.alloc(size));
      } catch (error) {
        expect(error).toMatchObject({ code: 'ENOSPC' });
        break;
      }
    }
  }
}

const empty = (inside: string): void => rmSync(join(inside, 'filler'));

interface Page {
  files: { filename: string; url: string }[];
}

/** The files of a page, each fetched. */
async function readAll(pageUrl: string): Promise<Map<string, number>> {
  const response = await fetch(pageUrl, { headers: { accept: 'application/vnd.pypi.simple.v1+json' } });
  expect(response.status, pageUrl).toBe(200);
  const found = new Map<string, number>();
  for (const { filename, url } of ((await response.json()) as Page).files)
    found.set(filename, (await (await fetch(new URL(url, pageUrl))).arrayBuffer()).byteLength);
  return found;
}

test('a full disk refuses uploads with 507, loses nothing, and reads go on', async () => {
  const { repository, token } = await serveOnSmallDisk(6);
  const answers = new Map<string, UploadAnswer>();
  for (let number = 0; number < 12; number += 1) {
    const parts = { name: 'big', version: `${number}` };
    const filler = { name: 'filler.bin', content: Buffer.alloc(big, `${number}`) };
    const bytes = rawWheel({ ...parts, entries: [filler] });
    answers.set(wheelName(parts), await upload(repository.url, { token, filename: wheelName(parts), bytes }));
  }
  const statuses = [...answers.values()].map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200, 507]));
  expect([...answers.values()].find(({ status }) => status === 507)?.text).toContain(
    'The disk of the repository is full',
  );
  const taken = [...answers].filter(([, { status }]) => status === 200).map(([filename]) => filename);
  const found = await readAll(`${repository.url}staging/simple/big/`);
  expect([...found.keys()].sort()).toEqual(taken.sort());
  for (const size of found.values()) expect(size).toBeGreaterThan(big);
  // What a full disk took is given back, and then there is room again.
  const headers = { authorization: `Bearer ${token}` };
  const deleted = await fetch(`${repository.url}api/projects/big/versions/0`, { method: 'DELETE', headers });
  expect(deleted.status).toBe(200);
  const small = { filename: wheelName({ name: 'small' }), bytes: rawWheel({ name: 'small' }) };
  const again = await upload(repository.url, { token, ...small });
  expect([again.status, again.text]).toEqual([200, expect.stringContaining('is in staging')]);
  expect(await repository.stop()).toBe(0);
});

test('without a byte of room every change is refused or done whole, and done later', async () => {
  const { repository, token, inside } = await serveOnSmallDisk(6);
  const send = (name: string): Promise<UploadAnswer> =>
    upload(repository.url, { token, filename: wheelName({ name }), bytes: rawWheel({ name }) });
  const change = async (method: string, path: string, body?: object): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    return (await fetch(`${repository.url}api/${path}`, { method, headers, ...content })).status;
  };
  for (const name of ['one', 'two']) expect((await send(name)).status).toBe(200);
  fill(inside);
  const changes: [string, string, object?][] = [
    ['POST', 'projects/one/versions/1.0/promote'],
    ['POST', 'projects/two/versions/1.0/yank', { reason: 'x'.repeat(400) }],
    ['PUT', 'projects/secret/reserved'],
    ['PUT', 'links/dev', { url: 'git+https://git.example/x.git' }],
    ['POST', 'tokens', { name: 'x', actions: ['read'] }],
  ];
  const statuses: number[] = [];
  for (let round = 0; round < 40; round += 1)
    for (const [method, path, body] of changes) statuses.push(await change(method, path, body));
  expect(new Set(statuses)).toEqual(new Set([507]));
  expect((await send('three')).status).toBe(507);
  writeFileSync(join(inside, 'incoming', wheelName({ name: 'dropped' })), '');
  for (const path of [
    '',
    'simple/',
    'staging/simple/two/',
    'staging/links/',
    'dev/',
    'search?q=two',
    'project/two/',
  ])
    expect((await fetch(repository.url + path)).status, path).toBe(200);
  expect((await fetch(`${repository.url}health`)).status).toBe(200);
  expect((await readAll(`${repository.url}staging/simple/one/`)).size).toBe(1);

  empty(inside);
  for (const [method, path, body] of changes) expect(await change(method, path, body), path).toBe(200);
  expect((await send('three')).status).toBe(200);
  expect((await readAll(`${repository.url}simple/one/`)).size).toBe(1);
  expect(readdirSync(join(inside, 'tmp'))).toEqual([]);
  expect(repository.output()).not.toMatch(/ ERROR |^ +at /m);
  expect(await repository.stop()).toBe(0);
});

function noise(seed: string, size: number): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < size; at += 64) pieces.push(createHash('sha512').update(`${seed}${at}`).digest());
  return Buffer.concat(pieces).subarray(0, size);
}

test('upstream goes on: its pages, what is here, and new files in the place of old ones', async () => {
  const upstreamFiles = join(workspaceForTest().base, 'upstream');
  mkdirSync(upstreamFiles);
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  for (const name of names) writeFileSync(join(upstreamFiles, wheelName({ name })), noise(name, big));
  const upstream = await indexForTest({ directory: upstreamFiles, format: 'json' });
  const { repository, inside } = await serveOnSmallDisk(8, [
    '--upstream',
    upstream.indexUrl,
    '--upstream-refresh',
    '0s',
  ]);
  const read = async (name: string): Promise<number | undefined> =>
    (await readAll(`${repository.url}simple/${name}/`)).get(wheelName({ name }));
  for (const name of ['a', 'b', 'c', 'd']) expect(await read(name)).toBe(big);
  fill(inside);
  // What is here, and pages of what is not.
  for (let round = 0; round < 30; round += 1)
    for (const name of ['a', 'b', 'c', 'd']) expect(await read(name)).toBe(big);
  const page = await fetch(`${repository.url}simple/e/`);
  expect(page.status).toBe(200);
  const missing = await fetch(`${repository.url}simple/nowhere/`);
  expect(missing.status).toBe(404);
  // A new file makes room for itself.
  expect(await read('e')).toBe(big);
  expect(repository.output()).toMatch(/evicted files=/);
  expect(repository.output()).not.toMatch(/ ERROR |^ +at /m);
  empty(inside);
  for (const name of names) expect(await read(name)).toBe(big);
  expect(await repository.stop()).toBe(0);
});

test('a log on the full disk ends nothing', async () => {
  const workspace = workspaceForTest();
  const directory = join(workspace.base, 'data');
  mkdirSync(directory);
  const port = await freePort();
  const script = `${mountScript(4)} exec "$@" > "${directory}/log"`;
  const prefix = [
    'unshare',
    '-Urm',
    'sh',
    '-c',
    script,
    'sh',
    directory,
    join(workspace.base, 'token'),
    program,
  ];
  const child = workspace.start(['serve', '--data', directory, '--listen', `127.0.0.1:${port}`], { prefix });
  const inside = `/proc/${child.pid}/root${directory}`;
  const get = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}/${path}`)).status;
  await expect.poll(() => get('health').catch(() => 0), { timeout: 20_000 }).toBe(200);
  fill(inside);
  for (let round = 0; round < 200; round += 1) expect(await get(`simple/${'x'.repeat(200)}/`)).toBe(404);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await get('health')).toBe(200);
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('close', resolve));
});
