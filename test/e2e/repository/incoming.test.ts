// Files that a CI only copies: taken in when they are whole, refused with the reason beside them; and development links.

import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { workspaceForTest } from '../../support/for-test.ts';
import { rawWheel, wheelName } from '../../support/raw-wheel.ts';
import { rawZip } from '../../support/raw-zip.ts';
import { createTestToken, startRepository, type TestRepository } from '../../support/repository-server.ts';

async function namesOn(repository: TestRepository, path: string): Promise<string[]> {
  const text = await (await fetch(repository.url + path)).text();
  return [...text.matchAll(/>([^<]+\.(?:whl|egg|tar\.gz|zip))</g)].map(([, name = '']) => name);
}

test('files that are dropped or renamed in are staged or released, and bad ones are set aside with the reason', async () => {
  const workspace = workspaceForTest();
  const repository = await startRepository(workspace);
  const incoming = join(repository.directory, 'incoming');
  const drop = (path: string, bytes: Buffer): void => writeFileSync(join(incoming, path), bytes);
  drop(wheelName({ name: 'staged' }), rawWheel({ name: 'staged' }));
  drop(`release/${wheelName({ name: 'out' })}`, rawWheel({ name: 'out' }));
  drop('bad-1.0-py3-none-any.whl', Buffer.from('no wheel'));
  drop('notes.txt', Buffer.from('hello'));
  drop('.hidden-1.0-py3-none-any.whl', rawWheel());
  drop('copying-1.0-py3-none-any.whl.part', rawWheel());
  drop(
    'old-1.0_r1234-py2.5.egg',
    rawZip([{ name: 'EGG-INFO/PKG-INFO', content: 'Name: old\nVersion: 1.0-r1234\n' }]),
  );
  drop(
    'older-2008Q1snapshot-py2.4.egg',
    rawZip([{ name: 'EGG-INFO/PKG-INFO', content: 'Name: older\nVersion: 2008Q1snapshot\n' }]),
  );
  const secret = join(workspace.base, 'secret');
  writeFileSync(secret, rawWheel({ name: 'secret' }));
  symlinkSync(secret, join(incoming, wheelName({ name: 'secret' })));
  linkSync(secret, join(incoming, wheelName({ name: 'secret', version: '2.0' })));
  spawnSync('mkfifo', [join(incoming, 'pipe-1.0-py3-none-any.whl')]);

  await expect
    .poll(() => readdirSync(incoming).sort(), { timeout: 15_000 })
    .toEqual(['.hidden-1.0-py3-none-any.whl', 'copying-1.0-py3-none-any.whl.part', 'refused', 'release']);
  expect(await namesOn(repository, 'links/')).toEqual([wheelName({ name: 'out' })]);
  expect((await namesOn(repository, 'staging/links/')).sort()).toEqual([
    'old-1.0_r1234-py2.5.egg',
    'older-2008Q1snapshot-py2.4.egg',
    'out-1.0-py3-none-any.whl',
    'staged-1.0-py3-none-any.whl',
  ]);
  // `_r1234` is a post release; what PEP 440 can't read is on the flat page only.
  const versions = async (name: string): Promise<unknown> => {
    const headers = { accept: 'application/vnd.pypi.simple.v1+json' };
    return (
      (await (await fetch(`${repository.url}staging/simple/${name}/`, { headers })).json()) as {
        versions: unknown;
      }
    ).versions;
  };
  expect(await versions('old')).toEqual(['1.0.post1234']);
  expect(await versions('older')).toEqual([]);

  const refused = join(incoming, 'refused');
  const reason = (name: string): string => readFileSync(join(refused, `${name}.reason.txt`), 'utf8');
  expect(reason('bad-1.0-py3-none-any.whl')).toMatch(/check of the zip.*bytes are nothing known/);
  expect(reason('notes.txt')).toMatch(/is no wheel/);
  expect(reason(wheelName({ name: 'secret' }))).toMatch(/it is a link/);
  expect(reason(wheelName({ name: 'secret', version: '2.0' }))).toMatch(/it is a link/);
  expect(reason('pipe-1.0-py3-none-any.whl')).toMatch(/it is no file/);
  expect(existsSync(join(refused, 'bad-1.0-py3-none-any.whl'))).toBe(true);
});

test('a file is not read while it is written, and at once when it is renamed in', async () => {
  const workspace = workspaceForTest();
  const repository = await startRepository(workspace);
  const incoming = join(repository.directory, 'incoming');
  const bytes = rawWheel({ name: 'slow' });
  const file = openSync(join(incoming, wheelName({ name: 'slow' })), 'w');
  for (let at = 0; at < bytes.length; at += 400) {
    writeSync(file, bytes.subarray(at, at + 400));
    await sleep(600);
    expect(await namesOn(repository, 'staging/links/')).toEqual([]);
  }
  closeSync(file);
  const aside = join(workspace.base, 'aside');
  writeFileSync(aside, rawWheel({ name: 'quick' }));
  await expect
    .poll(() => namesOn(repository, 'staging/links/'), { timeout: 10_000 })
    .toContain(wheelName({ name: 'slow' }));
  renameSync(aside, join(incoming, wheelName({ name: 'quick' })));
  await expect
    .poll(() => namesOn(repository, 'staging/links/'), { timeout: 950 })
    .toContain(wheelName({ name: 'quick' }));
  expect(readdirSync(join(incoming, 'refused'))).toEqual([]);
});

test('development links come from files and the API, are on /dev/ only, and have no password', async () => {
  const workspace = workspaceForTest();
  const directory = join(workspace.base, 'data');
  const links = join(directory, 'links');
  mkdirSync(links, { recursive: true });
  writeFileSync(
    join(links, 'team.links'),
    '# the team\nacme.web = git+https://git.example/acme.web.git@main\nacme.tool = hg+https://hg.example/tool  # mercurial\n' +
      'bad = git+https://user:secret@git.example/x.git\nworse = javascript:alert(1)\nacme.db = git+ssh://git@git.example/db.git\n',
  );
  writeFileSync(
    join(links, 'zope.svn'),
    '<html><a href="http://svn.example/repos/zope.thing/trunk#egg=zope.thing-dev">trunk</a><a href="x.egg">x</a>' +
      '<a href="javascript:alert(1)#egg=evil-dev">evil</a></html>',
  );
  const repository = await startRepository(workspace, { directory, words: ['--no-staging'] });
  const token = await createTestToken(workspace, directory, [
    '--action',
    'links,upload',
    '--project',
    'acme.*',
  ]);
  const headers = { authorization: `Bearer ${token}` };
  const put = (name: string, url: string): Promise<Response> =>
    fetch(`${repository.url}api/links/${name}`, { method: 'PUT', headers, body: JSON.stringify({ url }) });
  expect((await put('acme.new', 'git+https://git.example/new.git@v2')).status).toBe(200);
  expect((await put('other', 'git+https://git.example/other.git')).status).toBe(403);
  const refused = await put('acme.bad', 'git+https://token@git.example/x.git');
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('has a login in it')]);
  writeFileSync(join(directory, 'incoming', wheelName({ name: 'acme-web' })), rawWheel({ name: 'acme-web' }));

  const page = async (): Promise<string> => (await fetch(`${repository.url}dev/`)).text();
  await expect.poll(page, { timeout: 10_000 }).toContain(wheelName({ name: 'acme-web' }));
  const text = await page();
  const shown = [...text.matchAll(/href="([^"]+)">([^<]+ @ [^<]+)</g)].map(([, href, name]) => [href, name]);
  expect(shown).toEqual([
    ['git+ssh://git@git.example/db.git#egg=acme.db-dev', 'acme.db @ git+ssh://git@git.example/db.git'],
    ['git+https://git.example/new.git@v2#egg=acme.new-dev', 'acme.new @ git+https://git.example/new.git@v2'],
    ['hg+https://hg.example/tool#egg=acme.tool-dev', 'acme.tool @ hg+https://hg.example/tool'],
    [
      'git+https://git.example/acme.web.git@main#egg=acme.web-dev',
      'acme.web @ git+https://git.example/acme.web.git@main',
    ],
    [
      'http://svn.example/repos/zope.thing/trunk#egg=zope.thing-dev',
      'zope.thing @ http://svn.example/repos/zope.thing/trunk',
    ],
  ]);
  expect(repository.output()).toMatch(/link-refused team\.links:4: .*login in it/);
  expect(repository.output()).toMatch(/link-refused team\.links:5: .*not a link to a checkout/);
  for (const path of ['links/', 'staging/links/', 'simple/', 'simple/acme-web/']) {
    expect(await (await fetch(repository.url + path)).text()).not.toMatch(/git\+|hg\+|svn\.example/);
  }
  writeFileSync(join(links, 'team.links'), 'acme.web = git+https://git.example/acme.web.git@next\n');
  await expect.poll(page, { timeout: 10_000 }).toContain('acme.web.git@next#egg=acme.web-dev');
  expect((await fetch(`${repository.url}api/links/acme.new`, { method: 'DELETE', headers })).status).toBe(
    200,
  );
  expect(await page()).not.toContain('acme.new');
});
