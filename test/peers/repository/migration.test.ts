// Coming from pypiserver, devpi and a plain directory, each real and filled by its own means, by the commands of
// docs/repository.md: afterwards everything is there, with the same bytes, and what was bad is set aside with the reason.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildEggFile, buildSdistFile, buildWheel } from '../../support/build-distribution.ts';
import { freePort } from '../../support/cache-servers.ts';
import { cachedVenv } from '../../support/cached-venv.ts';
import { devpiForTest } from '../../support/devpi.ts';
import { documentBlock } from '../../support/document-block.ts';
import { workspaceForTest, type TestWorkspace } from '../../support/for-test.ts';
import { startListening } from '../../support/listening-server.ts';
import { createTestToken, startRepository, type TestRepository } from '../../support/repository-server.ts';
import { expectClient } from '../../support/run-client.ts';
import { program } from '../../support/run-clutch.ts';

/** Distributions of two projects, some of them old. */
async function makeFiles(workspace: TestWorkspace): Promise<string[]> {
  const directory = join(workspace.base, 'made');
  mkdirSync(directory);
  buildWheel(directory, { name: 'acme.web', version: '1.0' });
  buildWheel(directory, { name: 'acme.web', version: '1.1' });
  await buildSdistFile(directory, { name: 'acme.web', version: '1.1' });
  await buildSdistFile(directory, { name: 'old-thing', version: '0.1' });
  return readdirSync(directory)
    .sort()
    .map((name) => join(directory, name));
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Names and hashes of all that is released, the hashes of what really comes. */
async function released({ url }: TestRepository): Promise<Record<string, string>> {
  const page = await (await fetch(`${url}links/`)).text();
  const found: Record<string, string> = {};
  for (const [, href = '', name = ''] of page.matchAll(/href="([^"#]+)[^>]*>([^<]+)</g)) {
    const response = await fetch(new URL(href, `${url}links/`));
    found[name] = hashOf(new Uint8Array(await response.arrayBuffer()));
  }
  return found;
}

const hashesOf = (paths: readonly string[]): Record<string, string> =>
  Object.fromEntries(paths.map((path) => [nameOf(path), hashOf(readFileSync(path))]));

/** Runs a block of the document in `cwd`, with its places replaced. */
async function follow(
  workspace: TestWorkspace,
  repository: TestRepository,
  { block, cwd, env = {} }: { block: string; cwd: string; env?: Record<string, string> },
): Promise<string> {
  const tools = join(workspace.base, 'tools');
  if (!existsSync(tools)) {
    mkdirSync(tools);
    symlinkSync(program, join(tools, 'clutch'));
  }
  const text = documentBlock('docs/repository.md', block).replaceAll('/srv/eggs', repository.directory);
  const token = await createTestToken(workspace, repository.directory);
  const login = { CLUTCH_REPOSITORY: repository.url, CLUTCH_REPOSITORY_TOKEN: token };
  const path = `${env['PATH'] ?? ''}:${tools}:${process.env['PATH'] ?? ''}`;
  return expectClient(workspace, ['sh', '-euc', text], { cwd, env: { ...login, ...env, PATH: path } });
}

test('pypiserver: its packages are copied into incoming/release', async () => {
  const workspace = workspaceForTest();
  const files = await makeFiles(workspace);
  const packages = join(workspace.base, 'packages');
  mkdirSync(packages);
  const bin = await cachedVenv({ name: 'bench-pypiserver', requirements: ['pypiserver', 'setuptools<81'] });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const words = ['run', '-p', String(port), '-i', '127.0.0.1', '-P', '.', '-a', '.', packages];
  const stop = await startListening([join(bin, 'pypi-server'), ...words], url, workspace.home);
  const twine = join(await cachedVenv({ name: 'client-twine', requirements: ['twine', 'build'] }), 'twine');
  await expectClient(workspace, [twine, 'upload', '--repository-url', url, '-u', 'x', '-p', 'x', ...files]);
  await stop();
  // What pypiserver takes without a look.
  writeFileSync(join(packages, 'broken-1.0-py3-none-any.whl'), 'no wheel');

  const repository = await startRepository(workspace);
  await follow(workspace, repository, { block: 'from a directory', cwd: workspace.base });
  await expect.poll(() => released(repository), { timeout: 20_000 }).toEqual(hashesOf(files));
  const refused = join(repository.directory, 'incoming', 'refused');
  await expect
    .poll(() => readdirSync(refused).sort(), { timeout: 20_000 })
    .toEqual(['broken-1.0-py3-none-any.whl', 'broken-1.0-py3-none-any.whl.reason.txt']);
  expect(readFileSync(join(refused, 'broken-1.0-py3-none-any.whl.reason.txt'), 'utf8')).toMatch(
    /Refused by the check of the zip/,
  );
});

test('devpi: what devpi-export writes is published', async () => {
  const workspace = workspaceForTest();
  const files = await makeFiles(workspace);
  const { url, bin, devpi, serverDirectory, stop } = await devpiForTest(workspace);
  await devpi('index', '-c', 'root/ours', 'bases=', 'volatile=False');
  const login = ['-u', 'root', '-p', 'x'];
  const upload = ['upload', '--disable-progress-bar', '--repository-url', `${url}/root/ours/`, ...login];
  await expectClient(workspace, [join(bin, 'twine'), ...upload, ...files]);
  await stop();
  const repository = await startRepository(workspace, { words: ['--no-staging'] });
  const env = { PATH: bin, DEVPISERVER_SERVERDIR: serverDirectory };
  await follow(workspace, repository, { block: 'from devpi', cwd: workspace.base, env });
  expect(await released(repository)).toEqual(hashesOf(files));
});

test('a plain directory of eggs from other times is published, and installed by the same name', async () => {
  const workspace = workspaceForTest();
  const packages = join(workspace.base, 'packages');
  mkdirSync(packages);
  const files = [
    buildWheel(packages, { name: 'acme.web', version: '1.0' }),
    buildEggFile(packages, { name: 'acme.old', version: '1.0', python: '2.7' }),
    await buildSdistFile(packages, { name: 'acme.web', version: '0.9' }),
  ];
  const repository = await startRepository(workspace, { words: ['--no-staging'] });
  const said = await follow(workspace, repository, { block: 'from afar', cwd: workspace.base });
  expect(said.match(/ is released/g)).toHaveLength(3);
  expect(await released(repository)).toEqual(hashesOf(files));
  const target = join(workspace.base, 'installed');
  const pip = ['-m', 'pip', 'install', '-q', '--no-index', '--target', target];
  const from = ['--find-links', `${repository.url}links/`, 'acme.web'];
  execFileSync('python3', [...pip, ...from], { stdio: 'pipe' });
  expect(readdirSync(target).some((name) => name.endsWith('-1.0.dist-info'))).toBe(true);
});
