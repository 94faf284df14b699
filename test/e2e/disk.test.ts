// Disks that are full or read-only, and caches of somebody else: installs correctly where it can, else says what to do.

import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { buildWheel } from '../support/build-distribution.ts';
import {
  eggsIn,
  expectFailure,
  expectSuccess,
  pathsBelow,
  simpleConfiguration,
  workspaceForTest,
  type TestWorkspace,
} from '../support/for-test.ts';
import { program } from '../support/run-clutch.ts';

const isRoot = process.getuid?.() === 0;
const systemPython = '/usr/bin/python3';

/** `big` has four megabytes that do not compress away when unpacked. */
function writeBig(workspace: TestWorkspace, buildout: readonly string[] = []): void {
  const text = 'x'.repeat(1024 * 1024);
  const files = Object.fromEntries([1, 2, 3, 4].map((number) => [`big/data${number}.txt`, text]));
  buildWheel(workspace.links, { name: 'big', version: '1.0', files: { 'big/__init__.py': '', ...files } });
  buildWheel(workspace.links, { name: 'small', version: '1.0' });
  workspace.write({
    'buildout.cfg': simpleConfiguration({ index: workspace.links, eggs: ['small', 'big'], buildout }),
  });
}

/** Runs with a file system of so many megabytes at `directory`; `after` is a shell command to run there later. */
function withSmallDisk(directory: string, megabytes: number, after = 'true'): { prefix: string[] } {
  const script = `mount -t tmpfs -o size=${megabytes}m tmpfs "$1" && cd . && shift && "$@"; code=$?; ${after}; exit $code`;
  return { prefix: ['unshare', '-Urm', 'sh', '-c', script, 'sh', directory] };
}

const importAll = (workspace: TestWorkspace): void => {
  execFileSync(join(workspace.directory, 'bin', 'py'), ['-c', 'import small, big']);
};

test('a full disk under the egg cache costs the cache, not the installation', async () => {
  const workspace = workspaceForTest();
  writeBig(workspace);
  mkdirSync(workspace.eggCache, { recursive: true });
  const result = await workspace.run([], withSmallDisk(workspace.eggCache, 2));
  if (result.code === 0) importAll(workspace);
  else
    expect(expectFailure(result)).toMatch(/(full|No space)[\s\S]*egg-cache|egg-cache[\s\S]*(full|no space)/i);
  expect(result.stderr + result.stdout).toMatch(/full|no space/i);
  expect(eggsIn(workspace.directory).filter((name) => !name.endsWith('.egg'))).toEqual([]);
  expectSuccess(await workspace.run());
  importAll(workspace);
});

test('a full disk under the buildout ends the run, names the directory, and the next run completes', async () => {
  const workspace = workspaceForTest();
  writeBig(workspace, ['egg-cache-link = copy']);
  const eggs = join(workspace.directory, 'eggs');
  mkdirSync(eggs);
  const listing = join(workspace.base, 'listing');
  const small = withSmallDisk(eggs, 2, `find "${eggs}/v5" -mindepth 1 -maxdepth 1 > "${listing}"`);
  const said = expectFailure(await workspace.run([], small));
  expect(said).toMatch(/full|no space/i);
  expect(said).toContain(workspace.directory);
  expect(execFileSync('cat', [listing], { encoding: 'utf8' })).not.toMatch(/big|\.tmp/);
  expectSuccess(await workspace.run());
  importAll(workspace);
});

test.each(['auto', 'copy'])('a read-only egg cache is used as far as it goes (%s)', async (link) => {
  const workspace = workspaceForTest();
  writeBig(workspace, [`egg-cache-link = ${link}`]);
  expectSuccess(await workspace.run());
  for (const name of ['eggs', 'bin', '.installed.cfg']) {
    rmSync(join(workspace.directory, name), { recursive: true });
  }
  buildWheel(workspace.links, { name: 'small', version: '2.0' });
  const script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"';
  const prefix = ['unshare', '-Urm', 'sh', '-c', script, 'sh', workspace.eggCache];
  const before = pathsBelow(workspace.eggCache);
  expectSuccess(await workspace.run([], { prefix }));
  importAll(workspace);
  expect(pathsBelow(workspace.eggCache)).toEqual(before);
  expect(eggsIn(workspace.directory).join(' ')).toContain('small-2.0');
});

test.runIf(isRoot && existsSync(systemPython))(
  'a cache of another user is copied from and left alone (fs.protected_hardlinks)',
  async () => {
    const workspace = workspaceForTest();
    writeBig(workspace);
    const environment = { BUILDOUT_PYTHON: systemPython, XDG_CACHE_HOME: join(workspace.home, '.cache') };
    expectSuccess(await workspace.run([], { environment }));
    openForAll(workspace);
    const before = pathsBelow(workspace.eggCache);
    const directory = join(workspace.base, 'theirs');
    mkdirSync(directory);
    const home = join(workspace.base, 'their-home');
    mkdirSync(home);
    execFileSync('chown', ['65534:65534', directory, home]);
    const prefix = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const words = ['-c', join(workspace.directory, 'buildout.cfg'), `buildout:directory=${directory}`];
    const own = { cwd: directory, prefix, environment: { ...environment, HOME: home } };
    const settings = [`buildout:egg-cache=${workspace.eggCache}`];
    const result = await workspace.run([...words, ...settings], own);
    expectSuccess(result);
    expect(result.stderr).toBe('');
    const egg = join(directory, 'eggs', 'v5', readdirSync(join(directory, 'eggs', 'v5'))[0] ?? '');
    expect(statSync(egg).uid).toBe(65534);
    execFileSync('setpriv', [...prefix.slice(1), join(directory, 'bin', 'py'), '-c', 'import small, big']);
    expect(pathsBelow(workspace.eggCache)).toEqual(before);
  },
);

test.runIf(isRoot && existsSync(systemPython))('a directory that may not be written is named', async () => {
  const workspace = workspaceForTest();
  writeBig(workspace);
  openForAll(workspace);
  const home = join(workspace.base, 'their-home');
  mkdirSync(home);
  execFileSync('chown', ['65534:65534', home]);
  const prefix = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  const environment = { BUILDOUT_PYTHON: systemPython, HOME: home };
  const said = expectFailure(await workspace.run([], { prefix, environment }));
  expect(said).toContain(workspace.directory);
  expect(said).toMatch(/permission|not allowed|EACCES/i);
});

/** The test's directory is its owner's alone, as mkdtemp makes it. */
function openForAll(workspace: TestWorkspace): void {
  chmodSync(workspace.base, 0o755);
  execFileSync('chmod', ['-R', 'a+rX', workspace.base]);
  expect(existsSync(program)).toBe(true);
}
