// A server that dies at one file-system call after the other while it takes uploads, replaces, promotes and deletes: what it
// answered with 200 is there, and the next start finds records and files that agree. Plain runs take some calls, another
// set each day; CLUTCH_TEST_STRIDE=1 takes all.

import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { workspaceForTest, type TestWorkspace } from '../../support/for-test.ts';
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

test('killed at any file-system call, it keeps what it promised', { timeout: 900_000 }, async () => {
  const workspace = workspaceForTest();
  const { directory: before, token, promised } = await prepare(workspace);
  const directory = join(workspace.base, 'data');
  const begin = (): void => {
    rmSync(directory, { recursive: true, force: true });
    cpSync(before, directory, { recursive: true });
  };
  /** True when it died. */
  const run = async (prefix: readonly string[], log: Promised): Promise<boolean> => {
    let repository: TestRepository | undefined;
    // Killed while it starts, it never says that it serves.
    repository = await launchRepository(workspace, { directory, prefix }).catch(() => undefined);
    if (repository === undefined) return true;
    await change({ url: repository.url, token }, log);
    return end(repository);
  };
  const copy = (): Promised => ({
    uploaded: new Map(promised.uploaded),
    promoted: new Set(promised.promoted),
  });
  begin();
  const log = join(workspace.base, 'calls');
  await run(tracePrefix(calls, log), copy());
  const moments = readMoments(log);
  expect(moments.length).toBeGreaterThan(100);
  let deaths = 0;
  const some = someMoments(moments, 20);
  for (const moment of some) {
    const what = `killed at ${moment.call} ${moment.number}`;
    begin();
    const promises = copy();
    if (await run(killPrefix(moment), promises)) deaths += 1;
    expect(await checkRepository(workspace, { directory }), what).toMatch(/^\d+ files/);
    const again = await startRepository(workspace, { directory });
    await assertPromises(again, promises);
    expect(await checkRepository(workspace, again), what).not.toContain('leftovers');
    expect(readdirSync(join(directory, 'tmp')), what).toEqual([]);
    expect((await upload(again.url, { token, ...other('3.0', 'later') })).status, what).toBe(200);
    await again.stop('SIGKILL');
  }
  // Threads share the work as they like, so a thread may not come to its last calls.
  expect(deaths / some.length).toBeGreaterThan(0.6);
});
