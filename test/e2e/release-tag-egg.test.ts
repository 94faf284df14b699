// `release tag` and `release egg`: nothing is tagged or published that something stands against, nothing without --yes,
// and what was interrupted goes on.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { expectFailure, expectSuccess, workspaceForTest, type TestWorkspace } from '../support/for-test.ts';
import { createTestToken, startRepository } from '../support/repository-server.ts';
import { git, gitRepository, runIn } from '../support/version-control.ts';

const identity = {
  GIT_AUTHOR_NAME: 't',
  GIT_AUTHOR_EMAIL: 't@localhost',
  GIT_COMMITTER_NAME: 't',
  GIT_COMMITTER_EMAIL: 't@localhost',
  HGUSER: 't',
};

test('`release tag` looks first, tags with --yes, and refuses what is not committed or exists', async () => {
  const workspace = workspaceForTest();
  const { directory } = workspace;
  workspace.write({ 'buildout.cfg': '[buildout]\nparts =\n' });
  const tag = async (...words: string[]): ReturnType<TestWorkspace['run']> =>
    workspace.run(['release', 'tag', ...words], { environment: identity });
  expect(expectFailure(await tag('1.0'))).toContain('is no checkout of git, hg or svn');

  gitRepository(directory);
  const planned = await tag('1.0');
  expectSuccess(planned);
  const commit = git(directory, 'rev-parse', 'HEAD').trim();
  expect(planned.stdout).toBe(
    `Would tag ${directory} at ${commit} (git) as 1.0. Nothing was tagged: give --yes to do it.\n`,
  );
  expect(git(directory, 'tag')).toBe('');

  workspace.write({ 'new.txt': '' });
  const dirty = await tag('1.0', '--yes');
  expect(expectFailure(dirty)).toContain('`new.txt` is not committed as it is (git) (dirty-checkout)');
  expect(dirty.stdout).toContain('1 finding. Nothing was tagged.');
  expect(git(directory, 'tag')).toBe('');

  git(directory, 'add', '.');
  git(directory, 'commit', '-qm', 'two');
  git(workspace.base, 'clone', '-q', '--bare', directory, 'origin.git');
  git(directory, 'remote', 'add', 'origin', join(workspace.base, 'origin.git'));
  expectSuccess(await tag('1.0', '--yes', '-m', 'the first', '--push', 'origin'));
  expect(git(directory, 'tag', '-n')).toMatch(/^1\.0 +the first\n$/);
  expect(git(join(workspace.base, 'origin.git'), 'tag')).toBe('1.0\n');
  const existing = await tag('1.0', '--yes');
  expect(expectFailure(existing)).toContain('the tag `1.0` exists already');
  expect(expectFailure(await tag('--yes'))).toContain('release tag needs the name of the tag');
  expect(expectFailure(await tag('a b', '--yes'))).toMatch(/`git tag` in .* failed: .*not a valid tag name/);
});

test.skipIf(spawnSync('svnadmin', ['--version']).status !== 0)(
  '`release tag` in Subversion copies below tags',
  async () => {
    const workspace = workspaceForTest();
    runIn(workspace.base, 'svnadmin', 'create', 'svn');
    const url = `file://${workspace.base}/svn/project`;
    const checkout = join(workspace.base, 'checkout');
    const source = join(workspace.base, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'buildout.cfg'), '[buildout]\nparts =\n');
    runIn(workspace.base, 'svn', 'import', '-q', '-m', 'one', 'source', `${url}/trunk`);
    runIn(workspace.base, 'svn', 'checkout', '-q', `${url}/trunk`, checkout);
    const options = { cwd: checkout };
    expectSuccess(await workspace.run(['release', 'tag', '1.0', '--yes'], options));
    expect(runIn(checkout, 'svn', 'list', `${url}/tags/1.0`)).toBe('buildout.cfg\n');
    const again = await workspace.run(['release', 'tag', '1.0', '--yes'], options);
    expect(expectFailure(again)).toContain('the tag `1.0` exists already');
    writeFileSync(join(checkout, 'buildout.cfg'), '[buildout]\nparts = \n');
    const dirty = await workspace.run(['release', 'tag', '1.1', '--yes'], options);
    expect(expectFailure(dirty)).toContain('`buildout.cfg` is not committed as it is (svn)');
  },
);

test.skipIf(spawnSync('hg', ['--version']).status !== 0)('`release tag` in Mercurial', async () => {
  const workspace = workspaceForTest();
  workspace.write({ 'buildout.cfg': '[buildout]\nparts =\n' });
  runIn(workspace.directory, 'hg', 'init');
  runIn(workspace.directory, 'hg', 'commit', '-qAm', 'one');
  const words = ['release', 'tag', '1.0', '--yes'];
  expectSuccess(await workspace.run(words, { environment: identity }));
  expect(runIn(workspace.directory, 'hg', 'tags', '--quiet')).toContain('1.0');
  expect(expectFailure(await workspace.run(words, { environment: identity }))).toContain('exists already');
});

const backEnd = `
import base64, hashlib, io, os, tarfile, zipfile

def digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip('=')

name, version = 'my-project', open('VERSION').read().strip()
info = 'Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\n%s\\nText.\\n' % (name, version, open('REQUIRES').read())

def build_sdist(directory, config_settings=None):
    stem = 'my_project-' + version
    with tarfile.open(os.path.join(directory, stem + '.tar.gz'), 'w:gz') as archive:
        for path in ['VERSION', 'REQUIRES', 'back_end.py', 'pyproject.toml', 'my_project.py']:
            archive.add(path, stem + '/' + path)
        member = tarfile.TarInfo(stem + '/PKG-INFO')
        member.size = len(info)
        archive.addfile(member, io.BytesIO(info.encode()))
    return stem + '.tar.gz'

def build_wheel(directory, config_settings=None, metadata_directory=None):
    filename = 'my_project-%s-py3-none-any.whl' % version
    folder = 'my_project-%s.dist-info/' % version
    with zipfile.ZipFile(os.path.join(directory, filename), 'w') as wheel:
        wheel.write('my_project.py')
        wheel.writestr(folder + 'METADATA', info)
        wheel.writestr(folder + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        rows = [] if version == '0.9' else [
            '%s,sha256=%s,%d' % (name, digest(wheel.read(name)), len(wheel.read(name))) for name in wheel.namelist()]
        wheel.writestr(folder + 'RECORD', '\\n'.join(rows + [folder + 'RECORD,,', '']))
    return filename
`;

function writeProject(workspace: TestWorkspace, version: string, requires = ''): string {
  workspace.write({
    'project/VERSION': version,
    'project/REQUIRES': requires,
    'project/my_project.py': '',
    'project/back_end.py': backEnd,
    'project/pyproject.toml':
      '[build-system]\nrequires = []\nbuild-backend = "back_end"\nbackend-path = ["."]\n',
  });
  return join(workspace.directory, 'project');
}

test('`release egg` checks and builds first, then tags and publishes; run again, it goes on', async () => {
  const workspace = workspaceForTest();
  const project = writeProject(
    workspace,
    '1.0.dev1',
    'Requires-Dist: other @ git+https://bob:tongue@x.example/o\n',
  );
  gitRepository(project);
  const repository = await startRepository(workspace);
  const token = await createTestToken(workspace, repository.directory);
  const named = { CLUTCH_REPOSITORY: repository.url, CLUTCH_REPOSITORY_TOKEN: token };
  const egg = async (words: readonly string[], environment = {}): ReturnType<TestWorkspace['run']> =>
    workspace.run(['release', 'egg', 'project', ...words], { environment: { ...identity, ...environment } });

  const refused = await egg(['--yes'], named);
  const said = expectFailure(refused);
  expect(said).toContain('my-project 1.0.dev1 is a development version (unreleased-version)');
  expect(said).toContain('(direct-reference)');
  expect(said).not.toContain('tongue');
  expect(refused.stdout).toContain('2 findings. Nothing was tagged or published.');

  writeProject(workspace, '0.9');
  git(project, 'commit', '-qam', 'a wheel that no repository takes');
  const broken = await egg(['--yes'], named);
  expect(expectFailure(broken)).toContain('RECORD` does not name `my_project.py`');
  expect(broken.stdout).toContain('Nothing was tagged or published.');
  expect(git(project, 'tag')).toBe('');

  writeProject(workspace, '1.0');
  const dirty = await egg([]);
  expect(expectFailure(dirty)).toContain('`VERSION` is not committed as it is');
  git(project, 'commit', '-qam', 'two');
  const planned = await egg(['--tag-format', 'v{version}']);
  expectSuccess(planned);
  expect(planned.stdout).toBe(
    'my-project 1.0: built my_project-1.0.tar.gz, my_project-1.0-py3-none-any.whl; ' +
      'would be tagged v1.0 (git) and published\n' +
      'Nothing was tagged or published: give --yes to do it.\n',
  );
  expect(readdirSync(project)).not.toContain('dist');
  expect(git(project, 'tag')).toBe('');

  expect(expectFailure(await egg(['--yes']))).toContain('No repository is named');
  const wrongToken = await egg(['--yes'], { ...named, CLUTCH_REPOSITORY_TOKEN: 'wrong' });
  expect(wrongToken.code).toBe(1);
  expect(git(project, 'tag')).toBe('1.0\n');
  const done = await egg(['--yes'], named);
  expectSuccess(done);
  expect(done.stdout).toContain('my-project 1.0 is tagged 1.0 already.');
  expect(done.stdout).toContain('my_project-1.0-py3-none-any.whl is in staging');
  expect(readdirSync(join(project, 'dist')).sort()).toEqual([
    'my_project-1.0-py3-none-any.whl',
    'my_project-1.0.tar.gz',
  ]);

  writeFileSync(join(project, 'my_project.py'), 'changed = 1\n');
  git(project, 'commit', '-qam', 'three');
  expect(expectFailure(await egg(['--yes'], named))).toContain('the tag `1.0` exists already');
});

test('`release egg` builds into a directory, without a repository, and names what it does not find', async () => {
  const workspace = workspaceForTest();
  const project = writeProject(workspace, '2.0');
  expect(expectFailure(await workspace.run(['release', 'egg', 'project']))).toContain('is no checkout');
  gitRepository(project);
  const words = ['release', 'egg', 'project', '--yes', '--no-publish', '-o', 'out'];
  expectSuccess(await workspace.run(words, { environment: identity }));
  expect(readdirSync(join(workspace.directory, 'out'))).toHaveLength(2);
  expect(existsSync(join(project, 'dist'))).toBe(false);
  expect(git(project, 'tag', '-n')).toMatch(/^2\.0 +Release my-project 2\.0\n$/);
  const wheel = readFileSync(join(workspace.directory, 'out', 'my_project-2.0-py3-none-any.whl'), 'latin1');
  expect(wheel).toContain('my_project.py');
  expect(expectFailure(await workspace.run(['release', 'egg', 'nowhere']))).toContain('nowhere');
  expect(expectFailure(await workspace.run(['release', 'egg']))).toContain(
    'needs the directory of a project',
  );
});
