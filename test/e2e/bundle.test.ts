// A bundle is built at its prefix, holds nothing of the machine that built it, and runs where it is unpacked.

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describeTree } from '#release';
import { expect, test } from 'vitest';

import {
  bundleOf,
  runBundle,
  scanFor,
  unpackBundle,
  writeMixedApp,
  writeWheelApp,
} from '../support/bundle-fixture.ts';
import { expectFailure, pathsBelow, workspaceForTest } from '../support/for-test.ts';

const run = (path: string, words: readonly string[] = []): string =>
  execFileSync(path, words, { encoding: 'utf8' });

test('an application is built for a directory that does not exist, and runs from there', async () => {
  const workspace = workspaceForTest();
  writeWheelApp(workspace);
  const prefix = join(workspace.base, 'srv', 'app');
  const archive = await bundleOf(workspace, prefix);
  expect(existsSync(join(workspace.base, 'srv'))).toBe(false);
  expect(readdirSync(workspace.directory).sort()).toEqual(['app-1.0.tar.zst', 'buildout.cfg']);
  const { release, manifest } = unpackBundle(archive, prefix);
  expect(describeTree(release).root).toBe(manifest.root);
  expect(run(join(prefix, 'current', 'bin', 'demo'))).toContain(`demo ${release}/eggs/`);
  expect(manifest).toMatchObject({ name: 'app', version: '1.0', prefix, state: ['var'], libraries: [] });
});

test('a prefix whose parents are missing too is in place during the build', async () => {
  const workspace = workspaceForTest();
  const prefix = `/clutch-no-such-directory-${process.pid}/opt/app`;
  writeWheelApp(workspace, ['extra = x']);
  const archive = await bundleOf(workspace, prefix);
  expect(existsSync(`/clutch-no-such-directory-${process.pid}`)).toBe(false);
  const { release } = unpackBundle(archive, join(workspace.base, 'target'));
  expect(run(join(release, 'bin', 'demo'))).toContain(`demo ${release}/eggs/`);
});

test('every kind of egg and what a recipe writes are in it, and nothing names the machine that built it', async () => {
  const workspace = workspaceForTest();
  await writeMixedApp(workspace);
  workspace.write({ 'var/filestorage/Data.fs': 'precious', 'etc/motd': 'hello' });
  const prefix = join(workspace.base, 'srv', 'app');
  const { release, manifest } = unpackBundle(await bundleOf(workspace, prefix), prefix);
  expect(run(join(prefix, 'current/bin/policy'))).toMatch(
    /^policy 42 demo .*policy-2\.0-py3.*\.egg\/policy\.py\n$/,
  );
  expect(run(join(prefix, 'current/bin/py'), ['-c', 'import speedups; print(speedups.answer())'])).toBe(
    '42\n',
  );
  expect(readFileSync(join(release, 'parts/conf/etc/app.conf'), 'utf8')).toBe(
    `log ${prefix}/current/var/log/app.log\nplugins ${prefix}/current/parts/conf\n`,
  );
  expect(readFileSync(join(release, 'etc/motd'), 'utf8')).toBe('hello');
  expect(manifest.state).toEqual(['var', 'var/log']);
  expect(manifest['libraries']).toEqual([expect.objectContaining({ soname: 'libc.so.6' })]);
  expect(readlinkSync(join(release, 'var'))).toBe('../../var');
  writeFileSync(join(prefix, 'current/var/log/app.log'), 'works');
  expect(readFileSync(join(prefix, 'var/log/app.log'), 'utf8')).toBe('works');
  expect(readdirSync(release).sort()).toEqual([
    'bin',
    'buildout.cfg',
    'develop-eggs',
    'eggs',
    'etc',
    'parts',
    'src',
    'var',
  ]);
  expect(readdirSync(join(release, 'src'))).toEqual([]);
  const tmp = join(workspace.base, 'buildout');
  expect(scanFor(release, [tmp, workspace.home, 'build-tmp', '.tmp/', workspace.links])).toBe('');
  const paths = pathsBelow(release).filter((path) => !path.startsWith('var/'));
  const files = paths.map((path) => lstatSync(join(release, path)));
  const times = files.filter((status) => status.isFile()).map(({ mtimeMs }) => mtimeMs);
  expect([...new Set(times)]).toEqual([Date.UTC(2020, 0, 1)]);
  expect(statSync(join(release, 'parts/conf/plugin.py')).mode & 0o777).toBe(0o444);
  expect(readdirSync(join(release, 'parts/conf/__pycache__'))).toHaveLength(1);
});

test('two bundles from empty caches, other directories, another umask, locale and time zone are equal', async () => {
  const archives = await Promise.all(
    [
      { umask: '022', environment: { LC_ALL: 'C', TZ: 'UTC' } },
      { umask: '077', environment: { LC_ALL: 'de_DE.UTF-8', LANGUAGE: 'de', TZ: 'Asia/Tokyo' } },
    ].map(async ({ umask, environment }) => {
      const workspace = workspaceForTest();
      await writeMixedApp(workspace);
      const prefix = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh'];
      return readFileSync(await bundleOf(workspace, '/opt/clutch-test-app', { prefix, environment }));
    }),
  );
  expect(archives[0]?.equals(archives[1] ?? Buffer.alloc(0))).toBe(true);
});

test('a file that names the checkout is refused by name', async () => {
  const workspace = workspaceForTest();
  writeWheelApp(workspace);
  const note = `see ${workspace.directory}/README`;
  workspace.write({ 'docs/notes.txt': note });
  const said = expectFailure(await runBundle(workspace, '/opt/clutch-test-app'));
  expect(said).toContain(`docs/notes.txt: ${workspace.directory}`);
  expect(readdirSync(workspace.directory).sort()).toEqual(['buildout.cfg', 'docs']);
  await bundleOf(workspace, '/opt/clutch-test-app', { words: ['--exclude', 'docs'] });
});

test('a run that fails says so, and leaves nothing behind', async () => {
  const workspace = workspaceForTest();
  writeWheelApp(workspace);
  const said = expectFailure(
    await workspace.run([
      'app:eggs=nowhere',
      'release',
      'bundle',
      '--prefix',
      '/opt/clutch-test-app',
      '--release-version',
      '1',
    ]),
  );
  expect(said).toContain("Couldn't find a distribution for 'nowhere'");
  expect(said).toContain('The run at /opt/clutch-test-app/current ended with status 1');
  expect(readdirSync(workspace.directory)).toEqual(['buildout.cfg']);
});

test.each([
  [['--prefix', 'opt/app'], 'cannot be a prefix'],
  [['--prefix', '/opt/../app'], 'cannot be a prefix'],
  [['--prefix', '/'], 'cannot be a prefix'],
  [['--prefix', '/opt/my app'], 'cannot be a prefix'],
  [['--prefix', '/opt/app', '-o', 'app.zip'], 'does not say how to pack'],
  [['--prefix', '/opt/app', '--state', '../var'], 'is no path below the release'],
  [['--prefix', '/opt/app', '--release-version', '1/2'], 'cannot be the version'],
  [['--prefix', '/opt/app', '--frefix'], '--frefix'],
  [[], 'needs --prefix'],
])('%j is refused before anything is built', async (words, message) => {
  const workspace = workspaceForTest();
  writeWheelApp(workspace);
  const said = expectFailure(await workspace.run(['release', 'bundle', '--release-version', '1', ...words]));
  expect(said).toContain(message);
  expect(said).not.toContain('Installing');
});

/** As on a system that lets nobody make namespaces. */
const withoutNamespaces = [
  'unshare',
  '-Urm',
  'sh',
  '-c',
  'echo 0 > /proc/sys/user/max_user_namespaces; echo 0 > /proc/sys/user/max_mnt_namespaces; exec "$@"',
  'sh',
];

test('without namespaces it is built in the prefix itself, which is left as it was', async () => {
  const workspace = workspaceForTest();
  writeWheelApp(workspace);
  const prefix = join(workspace.base, 'srv', 'app');
  const free = readFileSync(await bundleOf(workspace, prefix));
  const bound = readFileSync(await bundleOf(workspace, prefix, { prefix: withoutNamespaces }));
  expect(bound.equals(free)).toBe(true);
  expect(existsSync(join(workspace.base, 'srv'))).toBe(false);
  mkdirSync(join(prefix, 'current'), { recursive: true });
  const said = expectFailure(await runBundle(workspace, prefix, { prefix: withoutNamespaces }));
  expect(said).toContain(`this system gives no mount namespace`);
  expect(said).toContain(`\`${join(prefix, 'current')}\` exists`);
  expect(readdirSync(join(prefix, 'current'))).toEqual([]);
});
