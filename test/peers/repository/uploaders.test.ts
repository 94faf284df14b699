// Every program that uploads, as it comes from PyPI, against the running server: the form that it sends must be what is
// in the file, and what the server refuses must reach the user.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cachedVenv, oldSetuptools } from '../../support/cached-venv.ts';
import { rawWheel, wheelName } from '../../support/raw-wheel.ts';
import { createTestToken, launchRepository, type TestRepository } from '../../support/repository-server.ts';
import { runClient, type Ran } from '../../support/run-client.ts';
import { createWorkspace, type Workspace } from '../../support/run-clutch.ts';

let workspace: Workspace;
let repository: TestRepository;
let token = '';

beforeAll(async () => {
  workspace = createWorkspace();
  repository = await launchRepository(workspace);
  token = await createTestToken(workspace, repository.directory, ['--action', 'upload']);
});

afterAll(async () => {
  await repository.stop('SIGKILL');
  workspace.remove();
});

const run = (
  command: string,
  words: readonly string[],
  { cwd, ...env }: Record<string, string> & { cwd: string },
): Promise<Ran> => runClient(workspace, [command, ...words], { cwd, env });

function project(name: string, files: Readonly<Record<string, string>>): string {
  const directory = join(workspace.base, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

const pyproject = (name: string, backEnd: string, requires: string): string => `[build-system]
requires = ["${requires}"]
build-backend = "${backEnd}"
[project]
name = "${name}"
version = "1.0"
description = "Böxes & <things>"
readme = "README.md"
requires-python = ">=3.8,<5"
license = "MIT"
authors = [{ name = "Änne B", email = "a@b.example" }]
dependencies = ["Requests>=2; python_version > '3.7'", "six"]
[project.optional-dependencies]
x = ["attrs"]
[project.urls]
Home = "https://example.org/?a=1&b=<2>"
`;

async function uploaded(name: string): Promise<string[]> {
  const page = await fetch(`${repository.url}staging/simple/${name}/`, {
    headers: { accept: 'application/vnd.pypi.simple.v1+json' },
  });
  return ((await page.json()) as { files: { filename: string }[] }).files.map(({ filename }) => filename);
}

const bothOf = (name: string, tag = 'py3-none-any'): string[] => [
  `${name}-1.0-${tag}.whl`,
  `${name}-1.0.tar.gz`,
];

test('twine', async () => {
  const bin = await cachedVenv({ name: 'client-twine', requirements: ['twine', 'build'] });
  const directory = project('twine', {
    'pyproject.toml': pyproject('acme-twine', 'hatchling.build', 'hatchling'),
    'README.md': '# Hällo\n',
    'acme_twine/__init__.py': '',
  });
  expect(await run(join(bin, 'python'), ['-m', 'build', '-q'], { cwd: directory })).toMatchObject({
    code: 0,
  });
  const files = readdirSync(join(directory, 'dist')).map((file) => join('dist', file));
  const words = ['upload', '--repository-url', `${repository.url}legacy/`, ...files];
  const login = { TWINE_USERNAME: '__token__', TWINE_PASSWORD: token };
  expect(await run(join(bin, 'twine'), words, { cwd: directory, ...login })).toMatchObject({ code: 0 });
  expect(await uploaded('acme-twine')).toEqual(bothOf('acme_twine'));
  expect(await run(join(bin, 'twine'), words, { cwd: directory, ...login })).toMatchObject({ code: 0 });

  // What is refused is refused in words that twine shows.
  const other = project('twine-other', {});
  mkdirSync(other, { recursive: true });
  const parts = { name: 'acme-twine', version: '1.0' };
  writeFileSync(join(other, wheelName(parts)), rawWheel(parts));
  const refused = await run(
    join(bin, 'twine'),
    ['upload', '--repository-url', `${repository.url}legacy/`, wheelName(parts)],
    { cwd: other, ...login },
  );
  expect(refused.output.replaceAll(/\s+/g, ' ')).toContain('is in staging with other bytes');
  const wrong = await run(join(bin, 'twine'), words, {
    cwd: directory,
    ...login,
    TWINE_PASSWORD: 'clutch_no',
  });
  expect(wrong.output.replaceAll(/\s+/g, ' ')).toMatch(/401.*not known, has expired or was revoked/);
});

test('uv, which asks first what is there', async () => {
  const bin = await cachedVenv({ name: 'client-uv', requirements: ['uv'] });
  const directory = project('uv', {
    'pyproject.toml': pyproject('acme-uv', 'hatchling.build', 'hatchling'),
    'README.md': '# Hällo\n',
    'acme_uv/__init__.py': '',
  });
  const uv = (...words: string[]): Promise<Ran> =>
    run(join(bin, 'uv'), words, { cwd: directory, UV_PUBLISH_TOKEN: token });
  expect(await uv('build', '-q')).toMatchObject({ code: 0 });
  const publish = [
    'publish',
    '--publish-url',
    `${repository.url}legacy/`,
    '--check-url',
    `${repository.url}staging/simple/`,
  ];
  const first = await uv(...publish);
  expect(first).toMatchObject({ code: 0 });
  expect(await uploaded('acme-uv')).toEqual(bothOf('acme_uv'));
  const second = await uv(...publish);
  expect(second.output).toContain('already exists, skipping');
  const parts = { name: 'acme-uv', version: '1.0' };
  const other = project('uv-other', { dist: '' });
  writeFileSync(join(other, wheelName(parts)), rawWheel(parts));
  const refused = await uv(
    'publish',
    '--publish-url',
    `${repository.url}legacy/`,
    join(other, wheelName(parts)),
  );
  expect(refused.output).toContain('is in staging with other bytes');
});

test('poetry', async () => {
  const bin = await cachedVenv({ name: 'client-poetry', requirements: ['poetry'] });
  const directory = project('poetry', {
    'pyproject.toml': `[tool.poetry]
name = "acme-poetry"
version = "1.0"
description = "Böxes & <things>"
authors = ["Änne B <a@b.example>"]
readme = "README.md"
[tool.poetry.dependencies]
python = "^3.9"
requests = "^2.0"
six = { version = "*", optional = true }
[tool.poetry.extras]
s = ["six"]
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
`,
    'README.md': '# Hällo\n',
    'acme_poetry/__init__.py': '',
  });
  const login = {
    POETRY_REPOSITORIES_OURS_URL: `${repository.url}legacy/`,
    POETRY_HTTP_BASIC_OURS_USERNAME: '__token__',
    POETRY_HTTP_BASIC_OURS_PASSWORD: token,
    POETRY_VIRTUALENVS_CREATE: 'false',
  };
  const published = await run(join(bin, 'poetry'), ['publish', '--build', '-n', '-r', 'ours'], {
    cwd: directory,
    ...login,
  });
  expect(published).toMatchObject({ code: 0 });
  expect(await uploaded('acme-poetry')).toEqual(bothOf('acme_poetry'));
});

test('pdm', async () => {
  const bin = await cachedVenv({ name: 'client-pdm', requirements: ['pdm', 'hishel<2'] });
  const directory = project('pdm', {
    'pyproject.toml': pyproject('acme-pdm', 'pdm.backend', 'pdm-backend'),
    'README.md': '# Hällo\n',
    'acme_pdm/__init__.py': '',
  });
  const words = ['publish', '--repository', `${repository.url}legacy/`, '-u', '__token__', '-P', token];
  expect(await run(join(bin, 'pdm'), words, { cwd: directory })).toMatchObject({ code: 0 });
  expect(await uploaded('acme-pdm')).toEqual(bothOf('acme_pdm'));
});

test('flit', async () => {
  const bin = await cachedVenv({ name: 'client-flit', requirements: ['flit'] });
  const directory = project('flit', {
    'pyproject.toml': `[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"
[project]
name = "acme-flit"
authors = [{ name = "Änne B" }]
dynamic = ["version", "description"]
dependencies = ["six"]
`,
    'acme_flit.py': '"""Böxes & <things>"""\n__version__ = "1.0"\n',
  });
  const login = {
    FLIT_INDEX_URL: `${repository.url}legacy/`,
    FLIT_USERNAME: '__token__',
    FLIT_PASSWORD: token,
  };
  expect(await run(join(bin, 'flit'), ['publish'], { cwd: directory, ...login })).toMatchObject({ code: 0 });
  expect(await uploaded('acme-flit')).toEqual([...bothOf('acme_flit', 'py2.py3-none-any')].sort());
});

test('setup.py upload of setuptools 51.3.3: sdist, wheel and egg', async () => {
  const bin = await oldSetuptools();
  const directory = project('setup', {
    'setup.py': `from setuptools import setup
setup(name='acme.setup', version='1.0', description='Old & <good>', author='A', author_email='a@b.example', url='https://example.org/',
      py_modules=['acme_setup'], python_requires='>=3.8', install_requires=['six'], long_description='Text', license='MIT')
`,
    'acme_setup.py': 'x = 1\n',
  });
  writeFileSync(
    join(workspace.home, '.pypirc'),
    `[distutils]\nindex-servers = ours\n[ours]\nrepository = ${repository.url}legacy/\nusername = __token__\npassword = ${token}\n`,
  );
  const words = ['setup.py', '-q', 'sdist', 'bdist_wheel', 'bdist_egg', 'upload', '-r', 'ours'];
  const sent = await run(join(bin, 'python'), words, { cwd: directory });
  expect(sent, sent.output).toMatchObject({ code: 0 });
  expect((await uploaded('acme-setup')).sort()).toEqual([
    'acme.setup-1.0-py3-none-any.whl',
    expect.stringMatching(/^acme\.setup-1\.0-py3\.\d+\.egg$/),
    'acme.setup-1.0.tar.gz',
  ]);
});
