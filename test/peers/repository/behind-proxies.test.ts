// The repository behind real nginx and real Caddy with TLS, as docs/repository.md configures them: clients read and upload
// through them, and the pipelines of the document run as they stand there.

import { symlinkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { cachedVenv } from '../../support/cached-venv.ts';
import { documentBlock } from '../../support/document-block.ts';
import { eggsIn, expectSuccess, simpleConfiguration, workspaceForTest } from '../../support/for-test.ts';
import { rawWheel, wheelName } from '../../support/raw-wheel.ts';
import { createTestToken, startRepository, type TestRepository } from '../../support/repository-server.ts';
import { program, type Workspace } from '../../support/run-clutch.ts';
import { expectClient } from '../../support/run-client.ts';
import { tlsProxyBefore, type TlsProxy } from '../../support/tls-proxies.ts';

const kinds = ['nginx', 'caddy'] as const;

test.each(kinds)('clients read and upload through %s with TLS', async (kind) => {
  const workspace = workspaceForTest();
  const repository = await startRepository(workspace);
  const token = await createTestToken(workspace, repository.directory);
  const proxy = await tlsProxyBefore(kind, repository.url, workspace.base);
  const { environment: env } = proxy;
  const dist = join(workspace.base, 'dist');
  mkdirSync(dist);
  // Larger than what nginx lets through by itself.
  const filler = { name: 'filler.bin', content: Buffer.alloc(3_000_000, 'x') };
  for (const name of ['by-clutch', 'by-twine', 'by-uv'])
    writeFileSync(join(dist, wheelName({ name })), rawWheel({ name, entries: [filler] }));
  const file = (name: string): string => join(dist, wheelName({ name }));

  const login = { ...env, CLUTCH_REPOSITORY: proxy.url, CLUTCH_REPOSITORY_TOKEN: token };
  expectSuccess(await workspace.run(['publish', file('by-clutch')], { environment: login }));
  const twine = join(await cachedVenv({ name: 'client-twine', requirements: ['twine', 'build'] }), 'twine');
  const legacy = `${proxy.url}legacy/`;
  const words = ['upload', '--repository-url', legacy, '-u', '__token__', '-p', token, file('by-twine')];
  await expectClient(workspace, [twine, ...words], { env });
  const uv = join(await cachedVenv({ name: 'client-uv', requirements: ['uv'] }), 'uv');
  const publish = ['publish', '--publish-url', legacy, '--check-url', `${proxy.url}staging/simple/`];
  await expectClient(workspace, [uv, ...publish, file('by-uv')], {
    env: { ...env, UV_PUBLISH_TOKEN: token },
  });
  for (const name of ['by-clutch', 'by-twine', 'by-uv'])
    expectSuccess(await workspace.run(['promote', name, '1.0'], { environment: login }));

  const names = ['by-clutch', 'by-twine', 'by-uv'];
  const index = `${proxy.url}simple/`;
  const pip = join(await cachedVenv({ name: 'client-pip', requirements: [] }), 'pip');
  const target = (name: string): string => join(workspace.base, name);
  await expectClient(workspace, [pip, 'install', '--target', target('pip'), '--index-url', index, ...names], {
    env,
  });
  await expectClient(
    workspace,
    [uv, 'pip', 'install', '--target', target('uv'), '--default-index', index, ...names],
    { env },
  );
  for (const client of ['pip', 'uv'])
    expect(readdirSync(target(client)).filter((name) => name.endsWith('.dist-info'))).toHaveLength(3);
  workspace.write({
    'buildout.cfg': simpleConfiguration({
      index,
      eggs: names,
      buildout: [`find-links = ${workspace.links}/zc.recipe.egg-6.0.0-py3-none-any.whl`],
    }),
  });
  expectSuccess(await workspace.run([], { environment: env }));
  expect(eggsIn(workspace.directory).filter((name) => name.startsWith('by'))).toHaveLength(3);

  // Pages know their address, and the cookie of a login is for TLS only.
  const curl = (...words: string[]): Promise<string> =>
    expectClient(workspace, ['curl', '-sS', '--cacert', proxy.authority, ...words]);
  expect(await curl(`${proxy.url}project/by-uv/`)).toContain(`find-links = ${proxy.url}links/`);
  const origin = ['-H', `Origin: ${proxy.url.slice(0, -1)}`];
  const answer = await curl('-i', ...origin, '-d', `token=${token}`, `${proxy.url}login`);
  expect(answer).toMatch(/^HTTP\/\S+ 303[^]*set-cookie: clutch_session=.*; Secure/im);
});

interface Pipeline {
  job: string;
  command: string;
}

/** The commands of the document's pipeline, in order. */
function commandsOf(name: 'gitlab' | 'github'): Pipeline[] {
  const commands: Pipeline[] = [];
  let job = '';
  for (const line of documentBlock('docs/repository.md', name).split('\n')) {
    job = /^ {0,2}(publish|test|release):$/.exec(line)?.[1] ?? job;
    const [, secret] = /secrets\.(\w+)/.exec(line) ?? [];
    const last = commands.at(-1);
    if (secret !== undefined && last !== undefined)
      last.command = `CLUTCH_REPOSITORY_TOKEN=$${secret} ${last.command}`;
    const [, command] = /^ +- (?:run: )?(?!uses)(.+)$/.exec(line) ?? [];
    if (command !== undefined) commands.push({ job, command });
  }
  return commands;
}

function writeProject(workspace: Workspace): string {
  const directory = join(workspace.base, 'project');
  const files = {
    'pyproject.toml':
      '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n' +
      '[project]\nname = "acme.web"\nversion = "1.0"\nrequires-python = ">=3.8"\n[tool.hatch.build.targets.wheel]\npackages = ["acme"]\n',
    'acme/__init__.py': '',
    'acme/web/__init__.py': 'answer = 42\n',
    'acme/web/test_web.py': 'from acme.web import answer\n\ndef test_answer():\n    assert answer == 42\n',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

async function released({ url }: TestRepository): Promise<string[]> {
  const headers = { accept: 'application/vnd.pypi.simple.v1+json' };
  const response = await fetch(`${url}simple/acme-web/`, { headers });
  if (response.status === 404) return [];
  return ((await response.json()) as { files: { filename: string }[] }).files.map(({ filename }) => filename);
}

test.each([
  ['gitlab', 'nginx'],
  ['github', 'caddy'],
] as const)('the pipeline for %s runs as it stands in the document', async (name, kind) => {
  const workspace = workspaceForTest();
  const repository = await startRepository(workspace);
  const proxy: TlsProxy = await tlsProxyBefore(kind, repository.url, workspace.base);
  const make = (action: string): Promise<string> =>
    createTestToken(workspace, repository.directory, ['--action', action]);
  const [upload, promote] = [await make('upload'), await make('promote')];
  const tools = join(workspace.base, 'tools');
  mkdirSync(tools);
  symlinkSync(program, join(tools, 'clutch'));
  const python = join(workspace.base, 'venv', 'bin');
  await expectClient(workspace, ['python3', '-m', 'venv', dirname(python)]);
  await expectClient(workspace, [join(python, 'pip'), 'install', '-q', 'build', 'pytest']);
  const project = writeProject(workspace);
  const elsewhere = join(workspace.base, 'elsewhere');
  mkdirSync(elsewhere);
  const commands = commandsOf(name);
  expect(commands.map(({ job }) => job)).toEqual(['publish', 'publish', 'test', 'test', 'release']);
  for (const { job, command } of commands) {
    expect(await released(repository)).toEqual([]);
    const env = {
      // The build fetches its backend from PyPI, which another authority has signed.
      ...(command.includes('-m build') ? {} : proxy.environment),
      PATH: `${python}:${tools}:${process.env['PATH'] ?? ''}`,
      VERSION: '1.0',
      CLUTCH_REPOSITORY: proxy.url,
      EGGS_UPLOAD: upload,
      EGGS_PROMOTE: promote,
    };
    const line = command.replaceAll('https://eggs.example.org/', proxy.url);
    const cwd = job === 'publish' ? project : elsewhere;
    await expectClient(workspace, ['sh', '-euc', line], { cwd, env });
  }
  expect(await released(repository)).toEqual(['acme_web-1.0-py3-none-any.whl', 'acme_web-1.0.tar.gz']);
});
