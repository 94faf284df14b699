// `release check` names all that stands against a release, with file and line, and writes nothing.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { buildSdistFile, buildWheel, writeCheckout } from '../support/build-distribution.ts';
import {
  expectFailure,
  expectSuccess,
  indexForTest,
  pathsBelow,
  simpleConfiguration,
  workspaceForTest,
  type TestWorkspace,
} from '../support/for-test.ts';
import { git, gitRepository } from '../support/version-control.ts';

interface Finding {
  code: string;
  message: string;
  file?: string;
  line?: number;
  section?: string;
  option?: string;
  explanation: string;
  wayOut: string;
}

/** The findings; the run left everything but the program's own compiled code as it was. */
async function check(
  workspace: TestWorkspace,
  words: readonly string[] = [],
  before: readonly string[] = [],
): Promise<Finding[]> {
  await workspace.run([...before, 'release', 'check', '--help']);
  const state = hashOf(workspace);
  const result = await workspace.run([...before, 'release', 'check', '--json', ...words]);
  expect(result.stderr).toBe('');
  expect(hashOf(workspace)).toBe(state);
  const { findings } = JSON.parse(result.stdout) as { findings: Finding[] };
  expect(result.code).toBe(findings.length === 0 ? 0 : 1);
  return findings;
}

function hashOf({ base }: TestWorkspace): string {
  const hash = createHash('sha256');
  for (const name of pathsBelow(base)) {
    if (name.startsWith('home/.cache/clutch/compiled')) continue;
    const status = lstatSync(join(base, name));
    hash.update(`${name} ${status.mode} ${status.isDirectory() ? '' : status.mtimeMs}\n`);
    if (status.isFile()) hash.update(readFileSync(join(base, name)));
  }
  return hash.digest('hex');
}

function places(findings: readonly Finding[], workspace: TestWorkspace): string[] {
  return findings.map(({ code, file, line }) => {
    const short = (file ?? '').replace(`${workspace.directory}/`, '');
    return `${code} ${short}${line === undefined ? '' : `:${line}`}`;
  });
}

test('a buildout with pins, hashes and a clean, tagged checkout has no finding', async () => {
  const workspace = workspaceForTest();
  buildWheel(workspace.links, { name: 'app', version: '1.0', requires: ['lib'] });
  buildWheel(workspace.links, { name: 'lib', version: '2.0' });
  const index = await indexForTest({ directory: workspace.links });
  workspace.write({
    'buildout.cfg': simpleConfiguration({
      index: index.indexUrl,
      eggs: ['app'],
      versions: { app: '1.0', lib: '2.0' },
    }),
  });
  gitRepository(workspace.directory);
  expect(places(await check(workspace), workspace)).toEqual([`untagged-checkout ${workspace.directory}`]);
  expect(await check(workspace, ['--tag', '1.0'])).toEqual([]);
  expect(await check(workspace, ['--allow', 'untagged-checkout'])).toEqual([]);
  git(workspace.directory, 'tag', '1.0');
  expect(await check(workspace)).toEqual([]);
  expect(places(await check(workspace, ['--tag', '1.0']), workspace)).toEqual([
    `tag-exists ${workspace.directory}`,
  ]);
  // What a run makes is no change of the sources.
  expectSuccess(await workspace.run());
  expect(await check(workspace)).toEqual([]);
  const text = await workspace.run(['release', 'check']);
  expect(text.stdout).toBe('Nothing stands against a release.\n');
  expect(index.requests.length).toBeGreaterThan(0);
});

test('names sources in use, loose versions, unknown hashes, logins and outside paths, each with its line', async () => {
  const workspace = workspaceForTest();
  await buildSdistFile(workspace.links, { name: 'app', version: '1.0', requires: ['lib'] });
  buildWheel(workspace.links, { name: 'lib', version: '2.0' });
  buildWheel(workspace.links, { name: 'loose', version: '3.0', requires: ['lib'] });
  buildWheel(workspace.links, { name: 'maker', version: '1.0' });
  buildWheel(workspace.links, { name: 'mr.developer', version: '2.0' });
  const index = await indexForTest({
    directory: workspace.links,
    describeFile: (filename) => (filename.startsWith('loose') ? { sha256: '' } : {}),
  });
  writeCheckout(join(workspace.directory, 'src', 'own'), { name: 'own', version: '0.1' });
  writeCheckout(join(workspace.base, 'elsewhere'), { name: 'elsewhere', version: '0.1' });
  writeFileSync(join(workspace.base, 'base.cfg'), '[buildout]\nextensions = mr.developer\n');
  workspace.write({
    'buildout.cfg': [
      '[buildout]',
      'extends = ../base.cfg',
      'parts = app broken data',
      'develop =',
      '    src/own',
      '    ../elsewhere',
      `index = ${index.indexUrl}`,
      'auto-checkout =',
      '    some.package',
      `find-links = ${index.url.replace('//', '//bob:tongue@')}/links/`,
      '[sources]',
      'some.package = git https://bob:tongue@git.example/x.git',
      '[app]',
      'recipe = zc.recipe.egg',
      'eggs =',
      '    app',
      '    own',
      '    loose',
      '[broken]',
      'recipe = zc.recipe.egg',
      'eggs = absent',
      '[data]',
      'recipe = maker',
      'url = https://files.example/x-1.0.tar.gz',
      'file-storage = ${buildout:directory}/data/Data.fs',
      'log = ${buildout:directory}/var/log/data.log',
      'command = curl -O https://files.example/y',
      '[versions]',
      'app = 1.0',
      'loose = >=1',
      'maker = 1.0',
      'mr.developer = 2.0',
      '',
    ].join('\n'),
  });
  const findings = await check(workspace);
  const seen = places(findings, workspace);
  for (const expected of [
    'cannot-install buildout.cfg:21',
    'develop buildout.cfg:4',
    'source-checkout buildout.cfg:8',
    'unpinned buildout.cfg:30',
    'picked buildout.cfg:15',
    'unknown-hash buildout.cfg:15',
    'password buildout.cfg:10',
    'password buildout.cfg:12',
    'outside-path buildout.cfg:2',
    'outside-path buildout.cfg:4',
    'uncached-download buildout.cfg:24',
    'uncached-download buildout.cfg:27',
    'writes-inside buildout.cfg:25',
  ]) {
    expect(seen).toContain(expected);
  }
  const printed = JSON.stringify(findings);
  expect(printed).not.toContain('tongue');
  expect(findings.every(({ explanation, wayOut }) => explanation !== '' && wayOut !== '')).toBe(true);
  expect(await check(workspace, ['--state', 'data'])).not.toContainEqual(
    expect.objectContaining({ code: 'writes-inside' }),
  );
  const text = await workspace.run(['release', 'check']);
  expect(text.code).toBe(1);
  expect(text.stdout).toContain('buildout.cfg:25: part `data` writes into `data/Data.fs` (writes-inside)');
  expect(text.stdout).not.toContain('tongue');
});

test('uncommitted files, a login from the command line, and a wrong kind', async () => {
  const workspace = workspaceForTest();
  const index = await indexForTest({ directory: workspace.links });
  workspace.write({
    'buildout.cfg': '[buildout]\nparts =\n',
    'changed.txt': 'one',
    '.gitignore': 'ignored\n',
  });
  gitRepository(workspace.directory);
  git(workspace.directory, 'tag', 'v1');
  workspace.write({ 'changed.txt': 'two', 'new.txt': '', ignored: '' });
  const login = `index=${index.indexUrl.replace('//', '//bob:tongue@')}`;
  const findings = await check(workspace, [], [login]);
  expect(places(findings, workspace)).toEqual([
    'password ',
    'dirty-checkout changed.txt',
    'dirty-checkout new.txt',
  ]);
  workspace.write({ 'other.cfg': '[buildout]\nparts =\n[x]\ny = ftp://a:b@c/\n' });
  const other = places(await check(workspace, ['-c', 'other.cfg']), workspace);
  expect(other).toContain('password other.cfg:4');
  const wrong = await workspace.run(['release', 'check', '--allow', 'dirt']);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain('there is no kind of finding `dirt`');
});

test('a checkout whose program is missing or fails is a finding, not a failure', async () => {
  const workspace = workspaceForTest();
  workspace.write({ 'buildout.cfg': '[buildout]\nparts =\n' });
  mkdirSync(join(workspace.directory, '.git'));
  const findings = await check(workspace);
  expect(findings.map(({ code }) => code)).toEqual(['unknown-checkout']);
  expect(existsSync(join(workspace.directory, 'eggs'))).toBe(false);
});

test('a develop egg of an earlier run, an activated source, and a list of hashes in a directory', async () => {
  const workspace = workspaceForTest();
  buildWheel(workspace.links, { name: 'app', version: '1.0', requires: ['own'] });
  writeCheckout(join(workspace.base, 'own'), { name: 'own', version: '0.1' });
  const configuration = (develop: string): string =>
    simpleConfiguration({
      index: workspace.links,
      eggs: ['app'],
      versions: { app: '1.0' },
      buildout: [develop],
    });
  workspace.write({ 'buildout.cfg': configuration('develop = ../own') });
  expectSuccess(await workspace.run());
  workspace.write({
    'buildout.cfg': configuration(''),
    '.mr.developer.cfg': '[buildout]\nargs = []\n[develop]\nsome.package = True\nother.package = False\n',
  });
  expect(places(await check(workspace), workspace)).toEqual([
    'source-checkout .mr.developer.cfg:4',
    'develop develop-eggs/own.egg-link:1',
    'unknown-hash buildout.cfg:9',
  ]);
  const sums = spawnSync('sh', ['-c', 'sha256sum * > SHA256SUMS'], { cwd: workspace.links });
  expect(sums.status).toBe(0);
  expect(places(await check(workspace), workspace)).toEqual([
    'source-checkout .mr.developer.cfg:4',
    'develop develop-eggs/own.egg-link:1',
  ]);
  // What the list says is also compared.
  buildWheel(workspace.links, { name: 'app', version: '1.0', requires: ['own'], files: { 'other.py': '' } });
  rmSync(join(workspace.directory, 'eggs'), { recursive: true });
  workspace.write({ 'buildout.cfg': configuration('develop = ../own') });
  const said = expectFailure(await workspace.run(['buildout:egg-cache=']));
  expect(said).toMatch(/app-1\.0-py3-none-any\.whl` has the wrong sha256/);
});
