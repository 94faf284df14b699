// A bundle is built at its prefix, holds nothing of the machine that built it, and runs where it is unpacked.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describeTree } from '#release';
import { expect, test } from 'vitest';

import {
  bundleOf,
  runBundle,
  scanFor,
  installBundle,
  writeMixedApp,
  writeWheelApp,
} from '../support/bundle-fixture.ts';
import {
  expectFailure,
  expectSuccess,
  pathsBelow,
  workspaceForTest,
  type TestWorkspace,
} from '../support/for-test.ts';
import { runPython } from '../support/release-fixture.ts';

const run = (path: string, words: readonly string[] = []): string =>
  execFileSync(path, words, { encoding: 'utf8' });

test('an application is built for a directory that does not exist, and runs from there', async () => {
  const workspace = workspaceForTest();
  writeWheelApp(workspace);
  const prefix = join(workspace.base, 'srv', 'app');
  const archive = await bundleOf(workspace, prefix);
  expect(existsSync(join(workspace.base, 'srv'))).toBe(false);
  expect(readdirSync(workspace.directory).sort()).toEqual([
    'app-1.0.cdx.json',
    'app-1.0.tar.zst',
    'buildout.cfg',
  ]);
  const { release, manifest } = await installBundle(archive, prefix);
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
  const root = join(workspace.base, 'root');
  const { release } = await installBundle(archive, join(root, prefix), ['--root', root]);
  expect(run(join(release, 'bin', 'demo'))).toContain(`demo ${release}/eggs/`);
});

interface SbomFile {
  components: { name: string; purl?: string; hashes?: { content: string }[] }[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

function readSbom(archive: string): SbomFile {
  return JSON.parse(readFileSync(archive.replace('.tar.zst', '.cdx.json'), 'utf8')) as SbomFile;
}

/** Two bundles of one application, made as differently as can be. */
async function bundleTwice(prefix: string): Promise<[TestWorkspace, string, string]> {
  const made = [];
  for (const { umask, environment } of [
    { umask: '022', environment: { LC_ALL: 'C', TZ: 'UTC' } },
    { umask: '077', environment: { LC_ALL: 'de_DE.UTF-8', LANGUAGE: 'de', TZ: 'Asia/Tokyo' } },
  ]) {
    const workspace = workspaceForTest();
    await writeMixedApp(workspace);
    workspace.write({ 'var/filestorage/Data.fs': umask, 'etc/motd': 'hello' });
    const start = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh'];
    const result = await runBundle(workspace, prefix, { prefix: start, environment });
    expectSuccess(result);
    expect(result.stdout).not.toContain('was readable by');
    made.push({ workspace, archive: join(workspace.directory, 'app-1.0.tar.zst') });
  }
  const [first, second] = made;
  if (first === undefined || second === undefined) throw new Error('no bundles');
  return [first.workspace, first.archive, second.archive];
}

test('bundles from empty caches, other directories, another umask, locale and time zone are equal, and name none of it', async () => {
  const prefix = join(workspaceForTest().base, 'srv', 'app');
  const [workspace, archive, other] = await bundleTwice(prefix);
  expect(readFileSync(archive).equals(readFileSync(other))).toBe(true);
  expect(readSbom(archive)).toEqual(readSbom(other));
  const { release, manifest } = await installBundle(archive, prefix);
  const needles = [workspace.base, join(other, '..', '..'), 'build-tmp', '.tmp/'];
  expect(scanFor(release, needles)).toBe('');
  const paths = pathsBelow(release).filter((path) => !path.startsWith('var/'));
  const files = paths.map((path) => lstatSync(join(release, path))).filter((status) => status.isFile());
  expect([...new Set(files.map(({ mtimeMs }) => mtimeMs))]).toEqual([Date.UTC(2020, 0, 1)]);
  expect(new Set(files.map(({ mode }) => mode & 0o777))).toEqual(new Set([0o444, 0o555]));

  expect(run(join(prefix, 'current/bin/policy'))).toMatch(
    /^policy 42 demo .*policy-2\.0-py3.*\.egg\/policy\.py\n$/,
  );
  expect(run(join(prefix, 'current/bin/py'), ['-c', 'import speedups; print(speedups.answer())'])).toBe(
    '42\n',
  );
  expect(readFileSync(join(release, 'parts/conf/etc/app.conf'), 'utf8')).toBe(
    `log ${prefix}/current/var/log/app.log\nplugins ${prefix}/current/parts/conf\n`,
  );
  expect(readdirSync(join(release, 'parts/conf/__pycache__'))).toHaveLength(1);
  expect(readFileSync(join(release, 'etc/motd'), 'utf8')).toBe('hello');
  expect(readdirSync(release).sort()).toEqual([
    '.release',
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
  expect(manifest.libraries).toEqual([expect.objectContaining({ soname: 'libc.so.6' })]);

  const { components } = readSbom(archive);
  const sdist = readFileSync(join(workspace.links, 'withext-1.0.tar.gz'));
  expect(components.find(({ name }) => name === 'withext')).toMatchObject({
    purl: 'pkg:pypi/withext@1.0',
    hashes: [{ content: createHash('sha256').update(sdist).digest('hex') }],
  });
  expect(components.find(({ name }) => name === 'policy')).not.toHaveProperty('purl');

  expect(manifest.state).toEqual(['var', 'var/log']);
  expect(readlinkSync(join(release, 'var'))).toBe('../../var');
  writeFileSync(join(prefix, 'current/var/log/app.log'), 'works');
  expect(readFileSync(join(prefix, 'var/log/app.log'), 'utf8')).toBe('works');
  expect(readdirSync(join(prefix, 'var'))).toEqual(['log']);
});

test('signed with a key, it is installed by who has the public one, and the next one too', async () => {
  const workspace = workspaceForTest();
  writeWheelApp(workspace);
  const prefix = join(workspace.base, 'srv', 'app');
  const [key, other] = [join(workspace.base, 'app.key'), join(workspace.base, 'other.key')];
  for (const file of [key, other])
    expectSuccess(await workspace.run(['release', 'key', file, '--no-password']));
  const archive = await bundleOf(workspace, prefix, { words: ['--key', key] });
  const { bundle, stdout } = await installBundle(archive, prefix, ['--key', `${key}.pub`, '--check']);
  expect(stdout).toMatch(/Signed by .*file:manifest\.json/);
  const refused = await runPython([join(bundle, 'install.py'), '--key', `${other}.pub`]);
  expect(refused).toMatchObject({ stdout: '' });
  expect(refused.stderr).toContain('key');
  expect(existsSync(prefix)).toBe(false);
  const signature = readFileSync(`${archive}.minisig`, 'utf8');
  expect(signature).toContain('trusted comment: timestamp:1577836800\tfile:app-1.0.tar.zst\thashed\n');
  expect(expectFailure(await workspace.run(['release', 'key', key]))).toContain('is there already');
  const missing = await runBundle(workspace, prefix, { words: ['--key', `${key}.pub`] });
  expect(expectFailure(missing)).toContain('it is no secret key of minisign');
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

test('a login of the configuration is not shipped, and not shown', async () => {
  const workspace = workspaceForTest();
  writeWheelApp(workspace, ['download = https://me:geheim@example.invalid/']);
  const said = expectFailure(await runBundle(workspace, '/opt/clutch-test-app'));
  expect(said).toContain('buildout.cfg: a login of the configuration');
  expect(said).not.toContain('geheim');
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
