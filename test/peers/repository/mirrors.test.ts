// Servers that read this one as theirs: devpi and simple-repository-server, as they come from PyPI, between pip and it.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { freePort } from '../../support/cache-servers.ts';
import { cachedVenv } from '../../support/cached-venv.ts';
import { devpiForTest } from '../../support/devpi.ts';
import { workspaceForTest, type TestWorkspace } from '../../support/for-test.ts';
import { startListening } from '../../support/listening-server.ts';
import { rawWheel, wheelName } from '../../support/raw-wheel.ts';
import { createTestToken, startRepository, type TestRepository } from '../../support/repository-server.ts';
import { expectClient } from '../../support/run-client.ts';
import { upload } from '../../support/upload.ts';

interface SetUp {
  workspace: TestWorkspace;
  repository: TestRepository;
  add: (name: string, version: string, ...headers: string[]) => Promise<void>;
}

/** Released: `acme-app` 1.0 and 2.0, which needs `acme-base`. */
async function setUp(): Promise<SetUp> {
  const workspace = workspaceForTest();
  const repository = await startRepository(workspace, { words: ['--no-staging'] });
  const token = await createTestToken(workspace, repository.directory);
  const add: SetUp['add'] = async (name, version, ...headers) => {
    const parts = { name, version, headers };
    const { status, text } = await upload(repository.url, {
      token,
      filename: wheelName(parts),
      bytes: rawWheel(parts),
    });
    expect(status, text).toBe(200);
  };
  await add('acme-base', '1.5');
  await add('acme-app', '1.0');
  await add('acme-app', '2.0', 'Requires-Dist: acme-base>=1', 'Requires-Python: >=3.6');
  return { workspace, repository, add };
}

/** What pip installs from there. */
async function install(workspace: TestWorkspace, index: string, target: string): Promise<string[]> {
  const pip = join(await cachedVenv({ name: 'client-pip', requirements: [] }), 'pip');
  const directory = join(workspace.base, target);
  await expectClient(workspace, [pip, 'install', '--target', directory, '--index-url', index, 'acme-app']);
  return readdirSync(directory)
    .filter((name) => name.endsWith('.dist-info'))
    .sort();
}

const newest = ['acme_app-2.0.dist-info', 'acme_base-1.5.dist-info'];

test('simple-repository-server', async () => {
  const { workspace, repository } = await setUp();
  const bin = await cachedVenv({ name: 'client-mirror', requirements: ['simple-repository-server'] });
  const port = await freePort();
  const index = `http://127.0.0.1:${port}/simple/`;
  const server = join(bin, 'simple-repository-server');
  const words = [`${repository.url}simple/`, '--host', '127.0.0.1', '--port', String(port)];
  await startListening([server, ...words], index, workspace.home);
  expect(await install(workspace, index, 'mirrored')).toEqual(newest);
});

test('devpi, which also sees what comes later', async () => {
  const { workspace, repository, add } = await setUp();
  const { url, devpi } = await devpiForTest(workspace);
  // With 0 devpi forgets the names it has just read when it asks again and is told that nothing has changed.
  const settings = [`mirror_url=${repository.url}simple/`, 'mirror_cache_expiry=2', 'volatile=False'];
  await devpi('index', '-c', 'root/ours', 'type=mirror', ...settings);
  const index = `${url}/root/ours/+simple/`;
  expect(await install(workspace, index, 'first')).toEqual(newest);
  await add('acme-app', '3.0');
  await sleep(2100);
  expect(await install(workspace, index, 'second')).toEqual(['acme_app-3.0.dist-info']);
  // What it has fetched it has also when this server is gone.
  expect(await repository.stop()).toBe(0);
  expect(await install(workspace, index, 'third')).toEqual(['acme_app-3.0.dist-info']);
});
