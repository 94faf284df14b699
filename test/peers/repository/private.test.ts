// A repository that is `--private`, and the clients that can send a token: in the URL, in ~/.netrc, or in settings of their
// own. None says the token in what it prints.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWheel } from '../../support/build-distribution.ts';
import { cachedVenv, oldSetuptools } from '../../support/cached-venv.ts';
import { expectSuccess } from '../../support/for-test.ts';
import { referencePython } from '../../support/reference-python.ts';
import {
  createTestToken,
  launchRepository,
  runWithToken,
  type TestRepository,
} from '../../support/repository-server.ts';
import { expectClient, runClient } from '../../support/run-client.ts';
import { createWorkspace, type Workspace } from '../../support/run-clutch.ts';

let workspace: Workspace;
let repository: TestRepository;
let reader = '';
/** Without and with the token. */
let index = '';
let secretIndex = '';

beforeAll(async () => {
  workspace = createWorkspace();
  repository = await launchRepository(workspace, { words: ['--private', '--no-staging'] });
  const token = await createTestToken(workspace, repository.directory);
  reader = await createTestToken(workspace, repository.directory, ['--action', 'read']);
  index = `${repository.url}simple/`;
  secretIndex = index.replace('http://', `http://any:${reader}@`);
  const wheel = buildWheel(workspace.base, { name: 'acme-app', version: '1.0', requiresPython: '>=3.6' });
  expectSuccess(await runWithToken(workspace, repository, { token, words: ['publish', wheel] }));
});

afterAll(async () => {
  await repository.stop('SIGKILL');
  workspace.remove();
});

const netrc = (): string => join(workspace.home, '.netrc');
function writeNetrc(): void {
  writeFileSync(netrc(), `machine 127.0.0.1 login any password ${reader}\n`, { mode: 0o600 });
}

const installed = (target: string): boolean =>
  readdirSync(join(workspace.base, target)).includes('acme_app-1.0.dist-info');

test('pip: not without, by the URL, by netrc', async () => {
  const pip = join(await cachedVenv({ name: 'client-pip', requirements: [] }), 'pip');
  const base = [pip, 'install', '--no-input', 'acme-app'];
  const words = (from: string, target: string): string[] =>
    base.concat('--target', join(workspace.base, target), '--index-url', from);
  const refused = await runClient(workspace, words(index, 'pip-no'));
  expect(refused.code).not.toBe(0);
  expect(await expectClient(workspace, words(secretIndex, 'pip-url'))).not.toContain(reader);
  writeNetrc();
  await expectClient(workspace, words(index, 'pip-netrc'));
  rmSync(netrc());
  expect(['pip-url', 'pip-netrc'].map(installed)).toEqual([true, true]);
});

test('uv: not without, by the URL, by netrc, by its variables', async () => {
  const uv = join(await cachedVenv({ name: 'client-uv', requirements: ['uv'] }), 'uv');
  const base = [uv, 'pip', 'install', 'acme-app'];
  const words = (from: string, target: string): string[] =>
    base.concat('--target', join(workspace.base, target), '--default-index', from);
  expect((await runClient(workspace, words(index, 'uv-no'))).code).not.toBe(0);
  expect(await expectClient(workspace, words(secretIndex, 'uv-url'))).not.toContain(reader);
  writeNetrc();
  await expectClient(workspace, words(index, 'uv-netrc'));
  rmSync(netrc());
  const env = { UV_INDEX_OURS_USERNAME: 'any', UV_INDEX_OURS_PASSWORD: reader };
  await expectClient(workspace, words(`ours=${index}`, 'uv-variables'), { env });
  expect(['uv-url', 'uv-netrc', 'uv-variables'].map(installed)).toEqual([true, true, true]);
});

test('zc.buildout 6 and easy_install of setuptools 51.3.3, by the URL', async () => {
  const python = await referencePython();
  const eggs = join(workspace.base, 'buildout-eggs');
  mkdirSync(eggs);
  const script = `import sys, zc.buildout.easy_install as e; ws = e.install(['acme-app'], sys.argv[1], index=sys.argv[2]); print([d.project_name for d in ws])`;
  expect(await expectClient(workspace, [python, '-c', script, eggs, secretIndex])).toContain("'acme-app'");
  const target = join(workspace.base, 'easy');
  mkdirSync(target);
  const easyInstall = join(await oldSetuptools(), 'easy_install');
  const words = [easyInstall, '-m', '-Z', '-d', target, '-i', secretIndex, 'acme-app'];
  await expectClient(workspace, words, { env: { PYTHONPATH: target } });
  expect(readdirSync(target).some((name) => name.startsWith('acme_app-1.0'))).toBe(true);
});

test('uploads need their action, and a reader can do nothing else', async () => {
  const twine = join(await cachedVenv({ name: 'client-twine', requirements: ['twine', 'build'] }), 'twine');
  const wheel = buildWheel(workspace.base, { name: 'acme-other', version: '1.0' });
  const words = [
    twine,
    'upload',
    '--repository-url',
    `${repository.url}legacy/`,
    '-u',
    '__token__',
    '-p',
    reader,
    wheel,
  ];
  const refused = await runClient(workspace, words);
  expect(refused.code).not.toBe(0);
  expect(refused.output.replaceAll(/\s+/g, ' ')).toContain('does not allow `upload` for `acme-other`');
});
