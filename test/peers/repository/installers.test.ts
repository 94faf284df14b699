// Every program that reads an index, as it comes from PyPI, against the running server.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildEggFile, buildSdistFile, buildWheel } from '../../support/build-distribution.ts';
import { cachedVenv, oldSetuptools } from '../../support/cached-venv.ts';
import { expectSuccess } from '../../support/for-test.ts';
import { expectClient, type ClientOptions } from '../../support/run-client.ts';
import { referencePython } from '../../support/reference-python.ts';
import {
  createTestToken,
  launchRepository,
  runWithToken,
  type TestRepository,
} from '../../support/repository-server.ts';
import { createWorkspace, type Workspace } from '../../support/run-clutch.ts';

let workspace: Workspace;
let repository: TestRepository;
let token = '';
let simple = '';
/** Between the releases 1.0 and 2.0. */
let between = '';

async function clutch(...words: string[]): Promise<void> {
  expectSuccess(await runWithToken(workspace, repository, { token, words }));
}

/** 1.0 and 2.0 are released, 3.0 waits in staging; 2.0 needs `acme-base`. */
beforeAll(async () => {
  workspace = createWorkspace();
  repository = await launchRepository(workspace);
  token = await createTestToken(workspace, repository.directory);
  simple = `${repository.url}simple/`;
  const dist = join(workspace.base, 'dist');
  mkdirSync(dist);
  buildWheel(dist, { name: 'acme-base', version: '1.5', requiresPython: '>=3.6' });
  await buildSdistFile(dist, { name: 'acme-base', version: '1.5' });
  for (const version of ['1.0', '2.0', '3.0']) {
    const parts = {
      name: 'acme-app',
      version,
      requiresPython: '>=3.6',
      requires: version === '1.0' ? [] : ['acme-base>=1'],
    };
    buildWheel(dist, parts);
    buildEggFile(dist, { ...parts, python: '3.9' });
  }
  await clutch('publish', ...readdirSync(dist).map((name) => join(dist, name)));
  await clutch('promote', 'acme-base', '1.5');
  await clutch('promote', 'acme-app', '1.0');
  await new Promise((resolve) => setTimeout(resolve, 1100));
  between = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await clutch('promote', 'acme-app', '2.0');
});

afterAll(async () => {
  await repository.stop('SIGKILL');
  workspace.remove();
});

const run = (command: string, words: readonly string[], options?: ClientOptions): Promise<string> =>
  expectClient(workspace, [command, ...words], options);

const installedIn = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.dist-info'))
    .sort();

const newest = ['acme_app-2.0.dist-info', 'acme_base-1.5.dist-info'];

test('pip: what is released; what is staged; pages in JSON and metadata without the wheel', async () => {
  const bin = await cachedVenv({ name: 'client-pip', requirements: [] });
  const pip = (index: string, target: string): Promise<string> =>
    run(join(bin, 'pip'), [
      'install',
      '-v',
      '--target',
      join(workspace.base, target),
      '--index-url',
      index,
      'Acme.App',
    ]);
  const said = await pip(simple, 'pip');
  expect(installedIn(join(workspace.base, 'pip'))).toEqual(newest);
  expect(said).toMatch(/acme_app-2\.0-py3-none-any\.whl\.metadata/);
  await pip(`${repository.url}staging/simple/`, 'pip-staging');
  expect(installedIn(join(workspace.base, 'pip-staging'))).toEqual([
    'acme_app-3.0.dist-info',
    'acme_base-1.5.dist-info',
  ]);
  const links = [
    'download',
    '--no-index',
    '--find-links',
    `${repository.url}links/`,
    '--dest',
    join(workspace.base, 'links'),
    'acme-app',
  ];
  await run(join(bin, 'pip'), links);
  expect(readdirSync(join(workspace.base, 'links')).sort()).toEqual([
    'acme_app-2.0-py3-none-any.whl',
    'acme_base-1.5-py3-none-any.whl',
  ]);
});

test('uv: install, and the past by --exclude-newer, where a file is as old as its release', async () => {
  const bin = await cachedVenv({ name: 'client-uv', requirements: ['uv'] });
  const uv = (target: string, ...words: string[]): Promise<string> =>
    run(join(bin, 'uv'), [
      'pip',
      'install',
      '--target',
      join(workspace.base, target),
      '--default-index',
      simple,
      ...words,
    ]);
  await uv('uv', 'acme-app');
  expect(installedIn(join(workspace.base, 'uv'))).toEqual(newest);
  await uv('uv-past', '--exclude-newer', between, 'acme-app');
  expect(installedIn(join(workspace.base, 'uv-past'))).toEqual(['acme_app-1.0.dist-info']);
  const project = join(workspace.base, 'uv-project');
  mkdirSync(project);
  writeFileSync(
    join(project, 'pyproject.toml'),
    `[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["acme-app"]\n[[tool.uv.index]]\nurl = "${simple}"\ndefault = true\n`,
  );
  await run(join(bin, 'uv'), ['lock'], { cwd: project });
  const lock = readFileSync(join(project, 'uv.lock'), 'utf8');
  expect(lock).toMatch(
    /acme_app-2\.0-py3-none-any\.whl", hash = "sha256:[0-9a-f]{64}", size = \d+, upload-time/,
  );
});

test('poetry', async () => {
  const bin = await cachedVenv({ name: 'client-poetry', requirements: ['poetry'] });
  const project = join(workspace.base, 'poetry-project');
  mkdirSync(project);
  writeFileSync(
    join(project, 'pyproject.toml'),
    `[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "^3.9"\nacme-app = "*"\n[[tool.poetry.source]]\nname = "ours"\nurl = "${simple}"\n`,
  );
  const env = { POETRY_VIRTUALENVS_IN_PROJECT: 'true' };
  await run(join(bin, 'poetry'), ['install', '-n'], { cwd: project, env });
  expect(readFileSync(join(project, 'poetry.lock'), 'utf8')).toMatch(
    /acme_app-2\.0-py3-none-any\.whl", hash = "sha256:/,
  );
  const said = await run(join(project, '.venv', 'bin', 'python'), [
    '-c',
    'import acme_app, acme_base; print(acme_app.version)',
  ]);
  expect(said).toBe('2.0\n');
});

test('pdm', async () => {
  const bin = await cachedVenv({ name: 'client-pdm', requirements: ['pdm', 'hishel<2'] });
  const project = join(workspace.base, 'pdm-project');
  mkdirSync(project);
  writeFileSync(
    join(project, 'pyproject.toml'),
    `[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["acme-app"]\n[[tool.pdm.source]]\nname = "pypi"\nurl = "${simple}"\nverify_ssl = true\n`,
  );
  await run(join(bin, 'pdm'), ['install', '--no-self'], { cwd: project });
  const said = await run(join(project, '.venv', 'bin', 'python'), [
    '-c',
    'import acme_app, acme_base; print(acme_app.version)',
  ]);
  expect(said).toBe('2.0\n');
});

test('pex', async () => {
  const bin = await cachedVenv({ name: 'client-pex', requirements: ['pex'] });
  const file = join(workspace.base, 'app.pex');
  await run(join(bin, 'pex'), ['--no-pypi', '-i', simple, 'acme-app', '-o', file]);
  expect(await run(file, ['-c', 'import acme_app, acme_base; print(acme_app.version)'])).toBe('2.0\n');
});

const strictParsers = `
import asyncio, hashlib, json, sys
import httpx
from pypi_simple import ACCEPT_HTML_ONLY, ACCEPT_JSON_ONLY, PyPISimple
from simple_repository.components.http import HttpRepository
index = sys.argv[1]
seen = []
for accept in (ACCEPT_JSON_ONLY, ACCEPT_HTML_ONLY):
    with PyPISimple(index, accept=accept) as client:
        root = client.get_index_page()
        page = client.get_project_page('Acme_App')
        wheel = next(p for p in page.packages if p.filename == 'acme_app-2.0-py3-none-any.whl')
        metadata = client.get_package_metadata(wheel)
        client.download_package(wheel, sys.argv[2], verify=True)
        seen.append([root.projects, root.repository_version, page.repository_version, sorted(p.filename for p in page.packages),
                     wheel.requires_python, wheel.has_metadata, sorted(wheel.digests), 'Name: acme-app' in metadata])
async def main():
    async with httpx.AsyncClient(follow_redirects=True) as client:
        repository = HttpRepository(index, http_client=client)
        projects = await repository.get_project_list()
        page = await repository.get_project_page('acme-app')
        seen.append([sorted(p.name for p in projects.projects), sorted(f.filename for f in page.files),
                     all(f.size and f.upload_time for f in page.files), sorted(page.versions or [])])
asyncio.run(main())
print(json.dumps(seen))
`;

test('pypi-simple and simple_repository, which are strict about what a page may be', async () => {
  const bin = await cachedVenv({
    name: 'client-parsers',
    requirements: ['pypi-simple', 'simple-repository', 'httpx'],
  });
  const seen: unknown = JSON.parse(
    await run(join(bin, 'python'), [
      '-W',
      'error::UserWarning',
      '-c',
      strictParsers,
      simple,
      join(workspace.base, 'verified.whl'),
    ]),
  );
  const files = ['1.0', '2.0']
    .flatMap((version) => [`acme_app-${version}-py3-none-any.whl`, `acme_app-${version}-py3.9.egg`])
    .sort();
  const page = [['acme-app', 'acme-base'], '1.4', '1.4', files, '>=3.6', true, ['sha256'], true];
  expect(seen).toEqual([page, page, [['acme-app', 'acme-base'], files, true, ['1.0', '2.0']]]);
});

test.each(['simple/', 'links/'])('zc.buildout 6 over /%s', async (path) => {
  const python = await referencePython();
  const directory = join(workspace.base, `buildout-${path.replace('/', '')}`);
  mkdirSync(directory);
  const script = `import sys, zc.buildout.easy_install as e; ws = e.install(['acme-app'], sys.argv[1], index=sys.argv[2] or None, links=sys.argv[3:]); print(sorted(d.location.rsplit('/', 1)[1] for d in ws))`;
  const eggs = join(directory, 'eggs');
  mkdirSync(eggs);
  const words = path === 'simple/' ? [simple] : [`file://${eggs}/`, `${repository.url}links/`];
  const said = await run(python, ['-c', script, eggs, ...words], { cwd: directory });
  expect(said).toMatch(/acme_app-2\.0-py3\.\d+.*acme_base-1\.5-py3/);
});

test.each(['simple/', 'links/'])('easy_install of setuptools 51.3.3 over /%s', async (path) => {
  const bin = await oldSetuptools();
  const target = join(workspace.base, `easy-${path.replace('/', '')}`);
  mkdirSync(target);
  const where =
    path === 'simple/' ? ['-i', simple] : ['-i', `file://${target}/`, '-f', `${repository.url}links/`];
  const said = await run(join(bin, 'easy_install'), ['-m', '-Z', '-d', target, ...where, 'acme-app'], {
    env: { PYTHONPATH: target },
  });
  expect(said).toContain('Finished processing dependencies for acme-app');
  expect(
    readdirSync(target)
      .filter((name) => name.endsWith('.egg'))
      .sort(),
  ).toEqual(['acme_app-2.0-py3.9.egg', 'acme_base-1.5-py3.9.egg']);
});

test('easy_install of setuptools 51.3.3 follows a development link of /dev/', async () => {
  const bin = await oldSetuptools();
  const source = join(workspace.base, 'dev-source');
  mkdirSync(source);
  writeFileSync(
    join(source, 'setup.py'),
    "from setuptools import setup\nsetup(name='acme-dev', version='7.0', py_modules=['acme_dev'])\n",
  );
  writeFileSync(join(source, 'acme_dev.py'), 'x = 1\n');
  const git = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
  await run('git', ['init', '-q', '-b', 'main'], { cwd: source });
  await run('git', ['add', '-A'], { cwd: source });
  await run('git', [...git, 'commit', '-q', '-m', 'first'], { cwd: source });
  writeFileSync(join(repository.directory, 'links', 'team.links'), `acme-dev = git+file://${source}@main\n`);
  await expect
    .poll(async () => (await fetch(`${repository.url}dev/`)).text(), { timeout: 8000 })
    .toContain('#egg=acme-dev-dev');
  const target = join(workspace.base, 'easy-dev');
  mkdirSync(target);
  const where = ['-i', `file://${target}/`, '-f', `${repository.url}dev/`];
  const easyInstall = join(bin, 'easy_install');
  await run(easyInstall, ['-m', '-Z', '-d', target, ...where, 'acme-dev==dev'], {
    env: { PYTHONPATH: target },
  });
  await run(easyInstall, ['-m', '-Z', '-d', target, ...where, 'acme-app'], {
    env: { PYTHONPATH: target },
  });
  const names = readdirSync(target)
    .filter((name) => name.endsWith('.egg'))
    .map((name) => name.replace(/-py.*/, ''));
  expect(names.sort()).toEqual(['acme_app-2.0', 'acme_base-1.5', 'acme_dev-7.0']);
});
