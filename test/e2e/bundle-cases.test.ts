// Bundles of projects that are not as simple as they could be: developed roots, other people's eggs, virtual environments,
// recipes that leave the wrong things behind; and bundles that somebody interrupts.

import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { buildEggDirectory, buildWheel } from '../support/build-distribution.ts';
import { bundleOf, installBundle, runBundle, writeWheelApp } from '../support/bundle-fixture.ts';
import { expectFailure, expectSuccess, workspaceForTest, type TestWorkspace } from '../support/for-test.ts';
import { targetPython } from '../support/release-fixture.ts';
import { finish, program } from '../support/run-clutch.ts';

const prefix = '/opt/clutch-test-app';
/** What builds of recipes need is fetched once for all cases. */
let cache: string;
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'clutch-cases-'));
});
afterAll(() => rmSync(cache, { recursive: true }));

const start = ['release', 'bundle', '--prefix', prefix, '-n', 'app'];

/** The names in an archive, without the top directory. */
function namesIn(archive: string): string[] {
  return execFileSync('tar', ['--zstd', '-tf', archive], { encoding: 'utf8' })
    .split('\n')
    .map((name) => name.replace(/^app-1\.0\/(?:tree\/)?/, ''));
}

/** A part of a Python recipe with this `install`, developed beside the configuration. */
function writeRecipePart(workspace: TestWorkspace, install: string): void {
  workspace.write({
    'recipes/setup.py': `from setuptools import setup
setup(name='wild', version='1.0', py_modules=['wild'], entry_points={'zc.buildout': ['default = wild:Recipe']})
`,
    'recipes/wild.py': `import os, signal, sys, time
class Recipe:
    def __init__(self, buildout, name, options):
        self.directory = buildout['buildout']['directory']
    def install(self):
${install.replaceAll(/^/gm, '        ')}
        return ()
    update = install
`,
    'buildout.cfg': '[buildout]\nparts = wild\ndevelop = recipes\n[wild]\nrecipe = wild\n',
  });
}

test('a project that is developed itself is built as an egg of the version that its checkout says', async () => {
  const workspace = workspaceForTest();
  const git = (...words: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=Me', '-c', 'user.email=me@localhost', ...words], {
      cwd: workspace.directory,
    });
  workspace.write({
    'pyproject.toml': `[build-system]
requires = ["setuptools", "setuptools-scm"]
build-backend = "setuptools.build_meta"
[project]
name = "site"
dynamic = ["version"]
[project.scripts]
show = "site_policy:main"
[tool.setuptools]
py-modules = ["site_policy"]
[tool.setuptools_scm]
`,
    'site_policy.py':
      'import importlib.metadata\ndef main():\n    print(importlib.metadata.version("site"))\n',
    'buildout.cfg': '[buildout]\nparts = app\ndevelop = .\n[app]\nrecipe = zc.recipe.egg\neggs = site\n',
    'bin/run.sh': '#!/bin/sh\n',
    'var/.gitkeep': '',
    '.gitignore': '*.egg-info\nbuild\nparts\neggs\ndevelop-eggs\n.installed.cfg\n',
  });
  git('init', '-q');
  git('add', '--all', '--force');
  git('commit', '-qm', 'All');
  git('tag', 'v3.1');
  workspace.write({ 'build/lib/stale.py': 'stale', 'bin/old': '' });
  const environment = { XDG_CACHE_HOME: cache };
  const result = await workspace.run([...start, '-o', '../app-1.0.tar.zst'], { environment });
  expectSuccess(result);
  expect(result.stdout).toContain('app 3.1 for ');
  const names = namesIn(join(workspace.base, 'app-1.0.tar.zst')).map((name) =>
    name.replace('app-3.1/tree/', ''),
  );
  expect(names.filter((name) => name.startsWith('bin/'))).toEqual([
    'bin/',
    'bin/run.sh',
    'bin/show',
    'bin/upgrade',
  ]);
  expect(names.filter((name) => /\.git\/|egg-info|^build\/|stale/.test(name))).toEqual([]);
  expect(names.some((name) => /^develop-eggs\/site-3\.1-py3[^/]*\.egg\/site_policy\.py$/.test(name))).toBe(
    true,
  );
});

test('eggs that lie elsewhere, made by zc.buildout, are not taken: the bundle has its own', async () => {
  const workspace = workspaceForTest();
  const eggs = join(workspace.base, 'shared-eggs');
  writeWheelApp(workspace);
  buildEggDirectory(join(eggs, 'v5'), {
    name: 'demo',
    version: '1.0',
    files: { 'demo.py': 'somebody = "else"\n' },
  });
  mkdirSync(join(workspace.home, '.buildout'));
  writeFileSync(join(workspace.home, '.buildout/default.cfg'), `[buildout]\neggs-directory = ${eggs}\n`);
  const target = join(workspace.base, 'srv');
  const { release } = await installBundle(await bundleOf(workspace, target), target);
  const demo = execFileSync(join(release, 'bin/demo'), { encoding: 'utf8' });
  expect(demo).toMatch(new RegExp(`^demo ${release}/eggs/v5/demo-1\\.0-py3[^/]*\\.egg/demo\\.py`));
});

test('scripts start the interpreter below a virtual environment', async () => {
  const workspace = workspaceForTest();
  writeWheelApp(workspace);
  const environment = join(workspace.directory, 'venv');
  execFileSync(targetPython, ['-m', 'venv', '--without-pip', environment]);
  const target = join(workspace.base, 'srv');
  const archive = await bundleOf(workspace, target, {
    environment: { VIRTUAL_ENV: environment },
    words: ['--exclude', 'venv'],
  });
  const { release, manifest } = await installBundle(archive, target);
  expect(manifest.python?.executable).not.toContain(workspace.base);
  expect(readFileSync(join(release, 'bin/demo'), 'utf8')).toContain(`#!${manifest.python?.executable}\n`);
});

test('a prefix that is in use is not seen, and stays as it is', async () => {
  const workspace = workspaceForTest();
  writeRecipePart(workspace, `print('found', sorted(os.listdir(os.path.dirname(self.directory))))`);
  const used = join(workspace.base, 'srv');
  mkdirSync(join(used, 'releases/old'), { recursive: true });
  mkdirSync(join(used, 'var'));
  writeFileSync(join(used, 'var/data'), 'precious');
  symlinkSync('releases/old', join(used, 'current'));
  const result = await runBundle(workspace, used, { environment: { XDG_CACHE_HOME: cache } });
  expectSuccess(result);
  expect(result.stdout).toContain("found ['build-tmp', 'current', 'var']\n");
  expect(readdirSync(used).sort()).toEqual(['current', 'releases', 'var']);
  expect(readFileSync(join(used, 'var/data'), 'utf8')).toBe('precious');
});

test.each([
  [
    'a link to a checkout',
    `open(os.path.join(self.directory, 'develop-eggs', 'foo.egg-link'), 'w').write('/srv/foo\\n.')`,
    'The release would need a source checkout: `develop-eggs/foo.egg-link`',
  ],
  [
    'a script that every release has',
    `open(os.path.join(self.directory, 'bin', 'upgrade'), 'w').write('x')`,
    '`bin/upgrade` is the name of something that every release brings',
  ],
  ['a pipe', `os.mkfifo(os.path.join(self.directory, 'parts', 'queue'))`, '`parts/queue` is neither a file'],
  [
    'something beside the release',
    `open(os.path.join(os.path.dirname(self.directory), 'other'), 'w')`,
    'Read-only file system',
  ],
])('%s is refused by name', async (_what, install, message) => {
  const workspace = workspaceForTest();
  writeRecipePart(workspace, install);
  const result = await runBundle(workspace, prefix, { environment: { XDG_CACHE_HOME: cache } });
  expect(expectFailure(result)).toContain(message);
  expect(readdirSync(workspace.directory).sort()).toEqual(['buildout.cfg', 'recipes']);
});

test('what is in the state, private or unreadable for an SBOM is told', async () => {
  const workspace = workspaceForTest();
  writeRecipePart(
    workspace,
    `os.makedirs(os.path.join(self.directory, 'data', 'deep'))
open(os.path.join(self.directory, 'data', 'seed.txt'), 'w').write('x')
os.makedirs(os.path.join(self.directory, 'parts', 'wild'))
secret = os.path.join(self.directory, 'parts', 'wild', 'secret')
open(secret, 'w').write('x')
os.chmod(secret, 0o600)`,
  );
  const result = await runBundle(workspace, prefix, { words: ['--state', 'data/deep', '--state', 'data'] });
  expectSuccess(result);
  expect(result.stdout).toContain(
    'Note: `data/seed.txt` is not in the release: of the state only directories are made.',
  );
  expect(result.stdout).toContain('Note: `parts/wild/secret` was readable by its owner alone');
  const archive = join(workspace.directory, 'app-1.0.tar.zst');
  const manifest = JSON.parse(
    execFileSync('tar', ['--zstd', '-xOf', archive, 'app-1.0/manifest.json'], { encoding: 'utf8' }),
  ) as { state: string[] };
  expect(manifest.state).toEqual(['data', 'data/deep', 'var']);
});

test('the project may not lie below its prefix', async () => {
  const workspace = workspaceForTest();
  writeWheelApp(workspace);
  const said = expectFailure(await runBundle(workspace, workspace.base));
  expect(said).toContain(`the project lies below the prefix: \`${workspace.directory}\``);
});

/** A bundle whose only part waits until somebody ends it. */
function startWaiting(workspace: TestWorkspace): {
  child: ReturnType<TestWorkspace['start']>;
  waits: Promise<void>;
} {
  const mark = join(workspace.base, 'waiting');
  writeRecipePart(workspace, `open(${JSON.stringify(mark)}, 'w').write(str(os.getpid()))\ntime.sleep(120)`);
  const environment = { XDG_CACHE_HOME: cache };
  const child = workspace.start([...start, '--release-version', '1.0'], { detached: true, environment });
  const waits = (async () => {
    while (!existsSync(mark)) await sleep(50);
  })();
  return { child, waits };
}

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the build and leaves nothing behind', async (signal) => {
  const workspace = workspaceForTest();
  const { child, waits } = startWaiting(workspace);
  const ended = finish(child);
  await waits;
  // Ctrl-C reaches the whole group, `kill` the program alone.
  process.kill(signal === 'SIGINT' ? -(child.pid ?? 0) : (child.pid ?? 0), signal);
  const { code, stderr } = await ended;
  expect(code, stderr).toBe(130);
  expect(stderr).toContain('Interrupted');
  expect(readdirSync(workspace.directory).sort()).toEqual(['buildout.cfg', 'recipes']);
});

test('what a killed build leaves is cleared up by the next one', async () => {
  const workspace = workspaceForTest();
  const { child, waits } = startWaiting(workspace);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await waits;
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await ended;
  expect(readdirSync(workspace.directory).some((name) => name.endsWith('.tmp'))).toBe(true);
  buildWheel(workspace.links, { name: 'demo', version: '1.0' });
  writeWheelApp(workspace);
  await bundleOf(workspace, prefix);
  expect(readdirSync(workspace.directory).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const canBeNobody =
  process.getuid?.() === 0 &&
  spawnSync(nobody[0] ?? '', [...nobody.slice(1), 'unshare', '-Urm', 'test', '-r', program]).status === 0 &&
  existsSync('/usr/bin/python3');

test.runIf(canBeNobody)('somebody without any rights builds the same', async () => {
  const workspace = workspaceForTest();
  writeWheelApp(workspace);
  const environment = { BUILDOUT_PYTHON: '/usr/bin/python3' };
  const ours = readFileSync(await bundleOf(workspace, prefix, { environment }));
  execFileSync('rm', ['-r', join(workspace.home, '.cache')]);
  execFileSync('chown', ['-R', '65534:65534', workspace.base]);
  const theirs = readFileSync(await bundleOf(workspace, prefix, { environment, prefix: nobody }));
  expect(theirs.equals(ours)).toBe(true);
});
