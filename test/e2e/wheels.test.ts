// Wheels become eggs and scripts, from an index, from the egg cache without a network, and without any cache at all.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { buildWheel } from '../support/build-distribution.ts';
import {
  eggsIn,
  expectFailure,
  expectSuccess,
  indexForTest,
  pathsWith,
  simpleConfiguration,
  workspaceForTest,
  type TestWorkspace,
} from '../support/for-test.ts';

const egg = (stem: string): RegExp => new RegExp(`^${stem}-py3\\.\\d+.*\\.egg$`);

function buildDemo(directory: string): void {
  const module =
    'import demoneeded\n\ndef main():\n    print("demo " + version + " " + demoneeded.version)\n';
  for (const version of ['1.0', '2.0']) {
    buildWheel(directory, {
      name: 'demo',
      version,
      requires: ['demoneeded'],
      entryPoints: '[console_scripts]\ndemo = demo:main\n',
      files: { 'demo.py': `version = "${version}"\n${module}` },
    });
  }
  for (const version of ['1.0', '1.1', '1.2rc1']) buildWheel(directory, { name: 'demoneeded', version });
}

function writeDemo(workspace: TestWorkspace, index: string, buildout: readonly string[] = []): void {
  const configuration = { index, buildout, eggs: ['demo'], versions: { Demo: '1.0' } };
  workspace.write({ 'buildout.cfg': simpleConfiguration(configuration) });
}

const runScript = (directory: string, name: string, words: readonly string[] = []): string =>
  execFileSync(join(directory, 'bin', name), words, { encoding: 'utf8' });

const offNetwork = { prefix: ['unshare', '-Urn'] };

test('installs the pinned version and its dependencies, and the script runs', async () => {
  const workspace = workspaceForTest();
  buildDemo(workspace.links);
  const index = await indexForTest({ directory: workspace.links });
  writeDemo(workspace, index.indexUrl, ['show-picked-versions = true']);
  const result = await workspace.run();
  expectSuccess(result);
  expect(result.stdout).toContain("Getting distribution for 'demo==1.0'.\n");
  expect(result.stdout).toContain('Got demo 1.0.\n');
  expect(eggsIn(workspace.directory)).toEqual([
    expect.stringMatching(egg('demo-1.0')),
    expect.stringMatching(egg('demoneeded-1.1')),
  ]);
  expect(runScript(workspace.directory, 'demo')).toBe('demo 1.0 1.1\n');
  expect(runScript(workspace.directory, 'py', ['-c', 'import demo; print(demo.__file__)'])).toContain(
    join(workspace.directory, 'eggs', 'v5'),
  );
  expect(result.stdout).toMatch(
    /Versions had to be automatically picked\.\nThe following part definition lists the versions picked:\n\[versions\]\n\n# Required by:\n# demo==1\.0\ndemoneeded = 1\.1\n/,
  );
});

test('installs nothing again when nothing changed', async () => {
  const workspace = workspaceForTest();
  buildDemo(workspace.links);
  writeDemo(workspace, workspace.links);
  expectSuccess(await workspace.run());
  // As in zc.buildout, the order of eggs in scripts changes once when the eggs are there before the run.
  expectSuccess(await workspace.run(['-N']));
  const egg = join(workspace.directory, 'eggs', 'v5', eggsIn(workspace.directory)[0] ?? '');
  const before = [statSync(egg).ino, statSync(join(workspace.directory, 'bin', 'demo')).mtimeMs];
  const second = await workspace.run(['-N']);
  expectSuccess(second);
  expect(second.stdout).toBe('Updating app.\n');
  expect([statSync(egg).ino, statSync(join(workspace.directory, 'bin', 'demo')).mtimeMs]).toEqual(before);
});

test('refuses to pick a version when that is not allowed', async () => {
  const workspace = workspaceForTest();
  buildDemo(workspace.links);
  writeDemo(workspace, workspace.links, ['allow-picked-versions = false']);
  const said = expectFailure(await workspace.run());
  expect(said).toContain('Picked: demoneeded = 1.1');
});

test('another buildout gets every egg from the egg cache, without a network', async () => {
  const workspace = workspaceForTest();
  buildDemo(workspace.links);
  const index = await indexForTest({ directory: workspace.links });
  writeDemo(workspace, index.indexUrl, ['[versions]', 'demoneeded = 1.0', 'zc.recipe.egg = 6.0.0']);
  expectSuccess(await workspace.run());
  const second = join(workspace.base, 'second');
  mkdirSync(second);
  cpSync(join(workspace.directory, 'buildout.cfg'), join(second, 'buildout.cfg'));
  const result = await workspace.run([], { cwd: second, ...offNetwork });
  expectSuccess(result);
  expect(result.stdout).toContain("Getting distribution for 'demo==1.0'.\nGot demo 1.0.\n");
  expect(runScript(second, 'demo')).toBe('demo 1.0 1.0\n');
  expect(eggsIn(second)).toEqual(eggsIn(workspace.directory));
  const paths = [workspace.directory, second].map((directory) =>
    join(directory, 'eggs', 'v5', eggsIn(directory)[0] ?? '', 'demo.py'),
  );
  expect(new Set(paths.map((path) => readFileSync(path, 'utf8'))).size).toBe(1);
  expect(new Set(paths.map((path) => statSync(path).mtimeMs)).size).toBe(1);
});

test('a buildout that pins what another one picked needs no network', async () => {
  const [first, second] = [workspaceForTest(), workspaceForTest()];
  buildDemo(first.links);
  const index = (await indexForTest({ directory: first.links })).indexUrl;
  first.write({ 'buildout.cfg': simpleConfiguration({ index, eggs: ['demo'] }) });
  expectSuccess(await first.run());
  const versions = { demo: '2.0', demoneeded: '1.1' };
  second.write({ 'buildout.cfg': simpleConfiguration({ index, eggs: ['demo'], versions }) });
  expectSuccess(await second.run([], { ...offNetwork, environment: { HOME: first.home } }));
  expect(runScript(second.directory, 'demo')).toBe('demo 2.0 1.1\n');
});

test('a buildout works and runs again after every cache is deleted', async () => {
  const workspace = workspaceForTest();
  buildDemo(workspace.links);
  const index = await indexForTest({ directory: workspace.links });
  writeDemo(workspace, index.indexUrl);
  expectSuccess(await workspace.run());
  rmSync(workspace.home, { recursive: true, force: true });
  mkdirSync(workspace.home);
  expect(runScript(workspace.directory, 'demo')).toBe('demo 1.0 1.1\n');
  const again = await workspace.run(['-N'], offNetwork);
  expectSuccess(again);
  expect(again.stdout).not.toContain('Got ');
  expect(runScript(workspace.directory, 'demo')).toBe('demo 1.0 1.1\n');
});

test('with relative-paths the directory can be moved', async () => {
  const workspace = workspaceForTest();
  buildDemo(workspace.links);
  writeDemo(workspace, workspace.links, ['relative-paths = true']);
  expectSuccess(await workspace.run());
  const moved = join(workspace.base, 'somewhere', 'else');
  mkdirSync(join(moved, '..'));
  renameSync(workspace.directory, moved);
  rmSync(workspace.home, { recursive: true, force: true });
  expect(runScript(moved, 'demo')).toBe('demo 1.0 1.1\n');
  expect(runScript(moved, 'py', ['-c', 'import demo; demo.main()'])).toBe('demo 1.0 1.1\n');
  expect(pathsWith(join(moved, 'bin'), workspace.directory)).toEqual([]);
});

test('a copy at the same path in another mount namespace works', async () => {
  const workspace = workspaceForTest();
  buildDemo(workspace.links);
  writeDemo(workspace, workspace.links);
  expectSuccess(await workspace.run());
  const elsewhere = join(workspace.base, 'image');
  cpSync(workspace.directory, elsewhere, { recursive: true });
  rmSync(workspace.directory, { recursive: true });
  rmSync(workspace.home, { recursive: true });
  mkdirSync(workspace.directory);
  const script = `mount --bind "$1" "$2" && exec "$2/bin/demo"`;
  const words = ['-Urmn', 'sh', '-c', script, 'sh', elsewhere, workspace.directory];
  expect(execFileSync('unshare', words, { encoding: 'utf8' })).toBe('demo 1.0 1.1\n');
});

test('the egg cache may be switched off', async () => {
  const workspace = workspaceForTest();
  buildDemo(workspace.links);
  writeDemo(workspace, workspace.links, ['egg-cache =']);
  expectSuccess(await workspace.run());
  expect(pathsWith(workspace.home, 'demo')).toEqual([]);
  expect(runScript(workspace.directory, 'demo')).toBe('demo 1.0 1.1\n');
});
