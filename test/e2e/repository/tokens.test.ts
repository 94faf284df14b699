// Tokens: what each may do, until when; and a private repository that tells the anonymous nothing.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildWheel } from '../../support/build-distribution.ts';
import { expectSuccess, pathsWith, workspaceForTest, type TestWorkspace } from '../../support/for-test.ts';
import { rawWheel, wheelName } from '../../support/raw-wheel.ts';
import { createTestToken, startRepository, type TestRepository } from '../../support/repository-server.ts';
import { upload } from '../../support/upload.ts';

const wheel = (name: string): { filename: string; bytes: Buffer } => ({
  filename: wheelName({ name }),
  bytes: rawWheel({ name }),
});

async function setUp(
  words: readonly string[] = [],
): Promise<{ workspace: TestWorkspace; repository: TestRepository }> {
  const workspace = workspaceForTest();
  return { workspace, repository: await startRepository(workspace, { words }) };
}

test('a token does what its actions and projects allow, and nothing else', async () => {
  const { workspace, repository } = await setUp();
  const make = (...words: string[]): Promise<string> =>
    createTestToken(workspace, repository.directory, words);
  const ci = await make('--action', 'upload', '--project', 'acme.*,tool');
  const api = async (token: string, request: string, body?: unknown): Promise<number> => {
    const [method = '', path = ''] = request.split(' ');
    const headers = { authorization: `Bearer ${token}` };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    return (await fetch(`${repository.url}api/${path}`, { method, headers, ...content })).status;
  };
  const send = async (token: string, name: string): Promise<number> =>
    (await upload(repository.url, { token, ...wheel(name) })).status;

  expect(await send(ci, 'acme-web')).toBe(200);
  expect(await send(ci, 'tool')).toBe(200);
  expect(await send(ci, 'toolbox')).toBe(403);
  expect(await send(ci, 'acmeist')).toBe(403);
  // What the form says does not help.
  const forged = await upload(repository.url, { token: ci, ...wheel('victim'), fields: { name: 'tool' } });
  expect(forged.status).toBe(400);

  expect(await api(ci, 'POST projects/tool/versions/1.0/promote')).toBe(403);
  expect(await api(ci, 'POST projects/tool/versions/1.0/yank')).toBe(403);
  expect(await api(ci, 'DELETE projects/tool/versions/1.0')).toBe(403);
  expect(await api(ci, 'PUT projects/tool/reserved')).toBe(403);
  expect(await api(ci, 'GET tokens')).toBe(403);
  expect(await api(ci, 'POST tokens', { name: 'me', actions: ['admin'] })).toBe(403);

  const gate = await make('--action', 'promote', '--project', 'tool');
  expect(await send(gate, 'tool')).toBe(403);
  expect(await api(gate, 'POST projects/acme-web/versions/1.0/promote')).toBe(403);
  expect(await api(gate, 'POST projects/tool/versions/1.0/promote')).toBe(200);

  const admin = await make('--action', 'admin');
  expect(await api(admin, 'POST projects/acme-web/versions/1.0/promote')).toBe(200);
  expect(await api(admin, 'GET tokens')).toBe(200);
});

test('a token ends when its time is over or it is revoked, at once, also by another process', async () => {
  const { workspace, repository } = await setUp();
  const short = await createTestToken(workspace, repository.directory, [
    '--action',
    'upload',
    '--expires',
    '2s',
  ]);
  expect((await upload(repository.url, { token: short, ...wheel('one') })).status).toBe(200);
  const token = await createTestToken(workspace, repository.directory, ['--action', 'upload']);
  const id = token.split('_')[1] ?? '';
  expect((await upload(repository.url, { token, ...wheel('two') })).status).toBe(200);
  expectSuccess(await workspace.run(['token', 'revoke', id, '--data', repository.directory]));
  expect((await upload(repository.url, { token, ...wheel('three') })).status).toBe(401);
  await expect
    .poll(async () => (await upload(repository.url, { token: short, ...wheel('four') })).status, {
      timeout: 5000,
    })
    .toBe(401);
  const listed = await workspace.run(['token', 'list', '--data', repository.directory]);
  expect(listed.stdout).toMatch(new RegExp(`^${id}  test  upload  \\*  revoked \\d{4}-`, 'm'));
  expect(listed.stdout).toMatch(/expired \d{4}-/);
  // Neither the secret nor anything that could be used like it is on the disk, in the list or in the log.
  const secret = token.split('_').slice(2).join('_');
  expect(pathsWith(repository.directory, secret)).toEqual([]);
  expect(listed.stdout + repository.output()).not.toContain(secret);
});

test('tokens are made, listed and revoked over the network by one that may', async () => {
  const { workspace, repository } = await setUp();
  const admin = await createTestToken(workspace, repository.directory);
  const environment = { CLUTCH_REPOSITORY: repository.url, CLUTCH_REPOSITORY_TOKEN: admin };
  const made = await workspace.run(['token', 'create', 'ci', '--project', 'tool', '--json'], { environment });
  expectSuccess(made);
  const { id, token } = JSON.parse(made.stdout) as { id: string; token: string };
  expect((await upload(repository.url, { token, ...wheel('tool') })).status).toBe(200);
  expect((await workspace.run(['token', 'list'], { environment })).stdout).toMatch(/ci {2}upload {2}tool/);
  expectSuccess(await workspace.run(['token', 'revoke', id], { environment }));
  expect((await upload(repository.url, { token, ...wheel('tool') })).status).toBe(401);
  const again = await workspace.run(['token', 'revoke', id], { environment });
  expect(again.stderr).toContain('There is no token');
});

test.each([
  ['an action that there is not', ['--action', 'fly'], '`fly` is no action'],
  ['an age that is none', ['--expires', 'soon'], '`soon` is no age'],
  ['a project that is none', ['--project', '../x'], '`../x` is no project'],
])('token create refuses %s', async (_, words, message) => {
  const workspace = workspaceForTest();
  const result = await workspace.run([
    'token',
    'create',
    'x',
    '--data',
    join(workspace.base, 'data'),
    ...words,
  ]);
  expect(result.code).toBe(1);
  expect(result.stderr).toContain(message);
});

test('a private repository tells the anonymous nothing, not even which names there are', async () => {
  const { workspace, repository } = await setUp(['--private']);
  const admin = await createTestToken(workspace, repository.directory);
  const reader = await createTestToken(workspace, repository.directory, ['--action', 'read']);
  const narrow = await createTestToken(workspace, repository.directory, [
    '--action',
    'read',
    '--project',
    'secret',
  ]);
  const ci = await createTestToken(workspace, repository.directory, ['--action', 'upload']);
  for (const name of ['secret', 'other']) {
    expect((await upload(repository.url, { token: ci, ...wheel(name) })).status).toBe(200);
  }
  const read = async (path: string, token?: string): Promise<Response> => {
    const login =
      token === undefined ? {} : { authorization: `Basic ${Buffer.from(`any:${token}`).toString('base64')}` };
    return fetch(repository.url + path, { headers: { accept: '*/*', ...login }, redirect: 'manual' });
  };
  const page = await (await read('staging/simple/secret/', reader)).text();
  const [, file = ''] = /href="(?:\.\.\/)+([^"#]+)/.exec(page) ?? [];
  const paths = [
    'simple/',
    'simple/secret/',
    'simple/Secret/',
    'simple/nosuch/',
    'staging/simple/',
    'staging/simple/secret/',
    'links/',
    'staging/links/',
    'dev/',
    'api/projects',
    'api/projects/secret',
    'api/projects/nosuch',
    'api/staging',
    'api/recent',
    'api/links',
    'metrics',
    '',
    'search?q=secret',
    'project/secret/',
    'project/nosuch/',
    'recent/',
    'recent/feed.atom',
    'staging/',
    file,
    `${file}.metadata`,
    'files/aa/bb/cc',
  ];
  for (const path of paths) {
    const answer = await read(path);
    const text = await answer.text();
    expect([path, answer.status, answer.headers.get('www-authenticate')]).toEqual([
      path,
      401,
      'Basic realm="clutch", charset="UTF-8"',
    ]);
    expect(text).not.toMatch(/secret|other/);
    expect((await read(path, ci)).status, `${path} with a token that can only upload`).toBe(403);
  }
  expect((await read('health')).status).toBe(200);

  for (const path of paths.filter((path) => !/nosuch|Secret|bb\/cc/.test(path))) {
    expect((await read(path, reader)).status, path).toBe(200);
    expect((await read(path, admin)).status, path).toBe(200);
  }
  expect((await read('staging/simple/secret/', narrow)).status).toBe(200);
  expect((await read(file, narrow)).status).toBe(200);
  expect((await read('staging/simple/other/', narrow)).status).toBe(403);
  for (const list of ['staging/simple/', 'staging/links/', 'api/projects', 'api/recent', 'api/staging']) {
    const text = await (await read(list, narrow)).text();
    expect(text, list).toContain('secret');
    expect(text, list).not.toContain('other');
  }
});

test('clutch installs from a private repository with a login from netrc or in the URL', async () => {
  const { workspace, repository } = await setUp(['--private', '--no-staging']);
  const token = await createTestToken(workspace, repository.directory);
  const reader = await createTestToken(workspace, repository.directory, ['--action', 'read']);
  const file = buildWheel(workspace.links, { name: 'demo', version: '1.0' });
  const environment = { CLUTCH_REPOSITORY: repository.url, CLUTCH_REPOSITORY_TOKEN: token };
  expectSuccess(await workspace.run(['publish', file], { environment }));
  const url = new URL(repository.url);
  url.username = 'reader';
  url.password = reader;
  workspace.write({
    'buildout.cfg': [
      '[buildout]',
      'parts = app',
      `index = ${url.href}simple/`,
      `find-links = ${workspace.links}/zc.recipe.egg-6.0.0-py3-none-any.whl`,
      '[app]',
      'recipe = zc.recipe.egg',
      'eggs = demo',
      'interpreter = py',
      '',
    ].join('\n'),
  });
  expectSuccess(await workspace.run());
  expect(pathsWith(workspace.directory, reader)).toEqual(['buildout.cfg']);
});
