// A server that is killed at any moment, again and again: what it answered with 200 is there, nothing is there in half,
// and records and files agree.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectSuccess, workspaceForTest } from '../../support/for-test.ts';
import {
  assertPromises,
  checkRepository,
  filesOf,
  publishVersion,
  type Promised,
} from '../../support/repository-promises.ts';
import { createTestToken, startRepository } from '../../support/repository-server.ts';
import { upload } from '../../support/upload.ts';

test('killed in uploads and promotions, ten times over', async () => {
  const workspace = workspaceForTest();
  const promised: Promised = { uploaded: new Map(), promoted: new Set() };
  let token = '';
  for (let round = 0; round < 10; round += 1) {
    const repository = await startRepository(workspace);
    if (round === 0) token = await createTestToken(workspace, repository.directory);
    await assertPromises(repository, promised);
    expect(await checkRepository(workspace, repository), 'no file without record').not.toContain('leftovers');
    const work = [1, 2, 3].map((part) =>
      publishVersion({ url: repository.url, token }, `${round}.${part}`, promised),
    );
    // Somewhere between the first byte and the last promotion, each round somewhere else.
    const lines = (): number => repository.output().match(/ (?:uploaded|promoted) /g)?.length ?? 0;
    await expect.poll(lines, { interval: 2, timeout: 20_000 }).toBeGreaterThanOrEqual(round);
    await sleep(Math.random() * 10);
    await repository.stop('SIGKILL');
    await Promise.all(work);
    await checkRepository(workspace, repository);
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
  expect(await checkRepository(workspace, repository)).not.toContain('leftovers');
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
  await checkRepository(workspace, copy);
  const second = await workspace.run(words);
  expect(second.stdout).toMatch(/^\d+ files copied .* [1-9]\d* were there; records copied to /);
  expect(await checkRepository(workspace, copy)).toMatch(/^12 files/);
  await repository.stop();
  await assertPromises(await startRepository(workspace, { directory: target }), promised);
});
