// A server that dies at one file-system call after the other while it takes uploads, replaces, promotes and deletes, or
// fetches from upstream and evicts: what it answered with 200 is there, and the next start finds records and files that
// agree. Plain runs take some calls, another set each day; CLUTCH_TEST_STRIDE=1 takes all.

import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { indexForTest, workspaceForTest, type TestWorkspace } from '../../support/for-test.ts';
import { killPrefix, readMoments, someMoments, tracePrefix } from '../../support/kill-at-call.ts';
import { rawWheel, wheelName } from '../../support/raw-wheel.ts';
import {
  assertPromises,
  attempt,
  checkRepository,
  publishVersion,
  type Login,
  type Promised,
} from '../../support/repository-promises.ts';
import {
  createTestToken,
  launchRepository,
  startRepository,
  type TestRepository,
} from '../../support/repository-server.ts';
import { upload } from '../../support/upload.ts';

const calls = [
  'mkdir',
  'rename',
  'unlink',
  'rmdir',
  'openat',
  'write',
  'pwrite64',
  'ftruncate',
  'fsync',
  'fdatasync',
];

const other = (version: string, text: string): { filename: string; bytes: Buffer } => ({
  filename: wheelName({ name: 'other', version }),
  bytes: rawWheel({ name: 'other', version, entries: [{ name: 'x.py', content: text }] }),
});

/** An upload and its promotion, a replacement, a deletion; a server that dies in between answers nothing more. */
async function change({ url, token }: Login, promised: Promised): Promise<void> {
  await publishVersion({ url, token }, '2.0', promised);
  await attempt(() => upload(url, { token, ...other('1.0', 'second'), fields: { replace: '1' } }));
  const headers = { authorization: `Bearer ${token}` };
  await attempt(() => fetch(`${url}api/projects/other/versions/2.0`, { method: 'DELETE', headers }));
}

/** Ends it when it has not died; strace ends with what it traces, not the other way round. True: it had died. */
async function end(repository: TestRepository): Promise<boolean> {
  const { child } = repository;
  const children = `/proc/${child.pid}/task/${child.pid}/children`;
  const traced = existsSync(children) ? readFileSync(children, 'utf8').trim() : '';
  for (const pid of traced.split(' ')) if (pid !== '') process.kill(Number(pid), 'SIGKILL');
  await repository.stop('SIGCONT');
  return traced === '';
}

/** The directory that each run begins with: `demo` 1.0 is released, `other` 1.0 and 2.0 are staged. */
async function prepare(
  workspace: TestWorkspace,
): Promise<{ directory: string; token: string; promised: Promised }> {
  const directory = join(workspace.base, 'before');
  const repository = await startRepository(workspace, { directory });
  const token = await createTestToken(workspace, directory);
  const promised: Promised = { uploaded: new Map(), promoted: new Set() };
  await publishVersion({ url: repository.url, token }, '1.0', promised);
  for (const version of ['1.0', '2.0'])
    expect((await upload(repository.url, { token, ...other(version, 'first') })).status).toBe(200);
  expect(await repository.stop()).toBe(0);
  return { directory, token, promised };
}

interface Life {
  workspace: TestWorkspace;
  /** Copied for each run. */
  before: string;
  /** Options of `serve`. */
  words: readonly string[];
  /** Before each run. */
  begin?: () => void;
  /** What is asked of the server that dies. */
  change: (repository: TestRepository) => Promise<void>;
  /** What must be true of the directory that it left, and of the next server. */
  verify: (repository: TestRepository, what: string) => Promise<void>;
}

/** Runs the server once for every call, or for some of them, and looks at what it left. */
async function killAtEachCall({ workspace, before, words, begin, change, verify }: Life): Promise<void> {
  const directory = join(workspace.base, 'data');
  /** True when it died. */
  const run = async (prefix: readonly string[]): Promise<boolean> => {
    begin?.();
    rmSync(directory, { recursive: true, force: true });
    cpSync(before, directory, { recursive: true });
    // Killed while it starts, it never says that it serves.
    const repository = await launchRepository(workspace, { directory, prefix, words }).catch(() => undefined);
    if (repository === undefined) return true;
    await change(repository);
    return end(repository);
  };
  const log = join(workspace.base, 'calls');
  await run(tracePrefix(calls, log));
  const moments = readMoments(log);
  expect(moments.length).toBeGreaterThan(100);
  let deaths = 0;
  const some = someMoments(moments, 20);
  for (const moment of some) {
    const what = `killed at ${moment.call} ${moment.number}`;
    if (await run(killPrefix(moment))) deaths += 1;
    expect(await checkRepository(workspace, { directory }), what).toMatch(/^\d+ files/);
    const again = await startRepository(workspace, { directory, words });
    await verify(again, what).catch((error: unknown) => {
      throw new Error(`${what}: ${again.output()}`, { cause: error });
    });
    expect(await checkRepository(workspace, again), what).not.toContain('leftovers');
    expect(readdirSync(join(directory, 'tmp')), what).toEqual([]);
    await again.stop('SIGKILL');
  }
  // Threads share the work as they like, so a thread may not come to its last calls.
  expect(deaths / some.length).toBeGreaterThan(0.6);
}

const timeout = 900_000;

test('killed at any call of uploads and promotions, it keeps what it promised', { timeout }, async () => {
  const workspace = workspaceForTest();
  const { directory, token, promised } = await prepare(workspace);
  let promises = promised;
  await killAtEachCall({
    workspace,
    before: directory,
    words: [],
    begin: () => {
      promises = { uploaded: new Map(promised.uploaded), promoted: new Set(promised.promoted) };
    },
    change: ({ url }) => change({ url, token }, promises),
    verify: async (repository, what) => {
      await assertPromises(repository, promises);
      const later = { token, ...other('3.0', 'later') };
      expect((await upload(repository.url, later)).status, what).toBe(200);
    },
  });
});

test(
  'killed at any call of fetching and evicting, it has nothing in half and forgets nothing',
  { timeout },
  async () => {
    const workspace = workspaceForTest();
    const size = 400_000;
    const upstreamFiles = join(workspace.base, 'upstream');
    mkdirSync(upstreamFiles);
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) writeFileSync(join(upstreamFiles, wheelName({ name })), randomBytes(size));
    const upstream = await indexForTest({ directory: upstreamFiles, format: 'json' });
    const words = ['--upstream', upstream.indexUrl, '--upstream-size', '1M'];
    const before = join(workspace.base, 'before');
    const first = await startRepository(workspace, { directory: before, words });
    expect(await first.stop()).toBe(0);
    const read = async ({ url }: TestRepository, name: string): Promise<Buffer> => {
      const pageUrl = `${url}simple/${name}/`;
      const [, href = ''] = /href="([^"#]+)/.exec(await (await fetch(pageUrl)).text()) ?? [];
      return Buffer.from(await (await fetch(new URL(href, pageUrl))).arrayBuffer());
    };
    await killAtEachCall({
      workspace,
      before,
      words,
      change: async (repository) => {
        for (const name of names) await attempt(() => read(repository, name));
      },
      verify: async (repository, what) => {
        const kept = readKept(repository.directory);
        for (const { name, bytes } of kept)
          expect(createHash('sha256').update(bytes).digest('hex'), what).toBe(name);
        // What is recorded is what is there: else the limit would mean something else each time.
        const metrics = await (await fetch(`${repository.url}metrics`)).text();
        expect(metrics, what).toContain(`\nclutch_upstream_bytes ${kept.length * size}\n`);
        for (const name of names) {
          const wanted = readFileSync(join(upstreamFiles, wheelName({ name })));
          expect((await read(repository, name)).equals(wanted), what).toBe(true);
        }
        expect(readKept(repository.directory).length, what).toBeLessThanOrEqual(2);
      },
    });
  },
);

/** The files of upstream that are kept, by their names on the disk. */
function readKept(directory: string): { name: string; bytes: Buffer }[] {
  const files = join(directory, 'upstream', 'files');
  return readdirSync(files, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.length > 60)
    .map((path) => ({ name: path.slice(3), bytes: readFileSync(join(files, path)) }));
}
