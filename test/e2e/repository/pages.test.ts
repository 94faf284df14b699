// The web pages as a program sees them: what is on them, their headers, who may see and do what. How they look and behave
// in a browser is shown in test/peers/repository-pages.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPages, type PagesFixture } from '../../support/pages-fixture.ts';

let site: PagesFixture;
let closed: PagesFixture;

beforeAll(async () => {
  [site, closed] = await Promise.all([startPages(), startPages('--private')]);
  await site.publish({
    name: 'Acme.Core',
    headers: [
      'Summary: What every acme application needs',
      'Keywords: hatching,nests',
      'License-Expression: ZPL-2.1',
      'Author-email: Jo Doe <jo@example.org>',
      'Project-URL: Documentation, https://docs.example.org/core',
      'Project-URL: Lie, javascript:alert(1)',
      'Classifier: Framework :: Plone :: 6.1',
      'Requires-Python: >=3.10',
      'Requires-Dist: acme.base>=2; python_version > "3"',
      'Requires-Dist: pytest; extra == "test"',
      'Description-Content-Type: text/markdown',
    ],
    readme: '# Core\n\nSee [the docs](https://docs.example.org), [below](#use).\n\n## Use\n\n**Bold**.\n',
  });
  await site.publish({ name: 'acme.base', version: '2.0', headers: ['Summary: The base of acme'] });
  await site.promote('acme-base', '2.0');
  await closed.publish({ name: 'secret', headers: ['Summary: Nobody knows'] });
});

afterAll(async () => {
  await Promise.all([site.close(), closed.close()]);
});

async function get(
  path: string,
  { fixture = site, ...headers }: { fixture?: PagesFixture } & Record<string, unknown> = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(new URL(path, fixture.repository.url), {
    redirect: 'manual',
    headers: { accept: 'text/html', ...(headers as Record<string, string>) },
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

async function post(
  path: string,
  fields: Record<string, string>,
  { fixture = site, headers = {} }: { fixture?: PagesFixture; headers?: Record<string, string> } = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(new URL(path, fixture.repository.url), {
    method: 'POST',
    redirect: 'manual',
    headers: { accept: 'text/html', ...headers },
    body: new URLSearchParams(fields),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** Logs in as a browser does; the cookie. */
async function logIn(token: string, fixture = site): Promise<string> {
  const { status, headers } = await post('login', { token, next: '' }, { fixture });
  expect(status).toBe(303);
  const cookie = headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^clutch_session=[\w-]{43}; Max-Age=43200; HttpOnly; SameSite=Strict$/);
  expect(cookie).not.toContain(token);
  return cookie.split(';')[0] ?? '';
}

const keyIn = (text: string): string => /name="key" value="([\w-]+)"/.exec(text)?.[1] ?? '';

test('a project page shows what the metadata says, and links nothing but http, https and mail', async () => {
  const { status, text } = await get('project/acme-core/');
  expect(status).toBe(200);
  expect(text).toContain('What every acme application needs');
  expect(text).toContain('<h3 id="readme-core">Core</h3>');
  expect(text).toContain('<a href="#readme-use">below</a>');
  expect(text).toContain('ZPL-2.1');
  expect(text).toContain('href="mailto:jo@example.org" rel="nofollow noopener noreferrer"');
  expect(text).toContain('href="https://docs.example.org/core" rel="nofollow noopener noreferrer"');
  expect(text).not.toContain('href="javascript:');
  expect(text).toContain('Plone › 6.1');
  expect(text).toContain('<a href="../../project/acme-base/">acme.base</a>');
  expect(text).toMatch(/<code>\[test\]<\/code>[\s\S]*pytest/);
  expect(text).toContain(`find-links = ${site.repository.url}staging/links/`);
  expect(text).toContain('What is not here comes from PyPI');
  expect(text).toContain('Acme.Core==1.0');
  expect(text).toMatch(/<code>[0-9a-f]{64}<\/code>/);
  expect(text).not.toMatch(/<script|style=/);
});

test('every page says what a browser may do with it', async () => {
  for (const path of ['', 'search?q=acme', 'project/acme-core/', 'recent/', 'staging/', 'login', 'nowhere']) {
    const { headers } = await get(path);
    expect(headers.get('content-security-policy'), path).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('same-origin');
  }
});

test('pages are asked for again by their ETag, the style sheet never', async () => {
  const first = await get('project/acme-core/');
  const etag = first.headers.get('etag') ?? '';
  expect((await get('project/acme-core/', { 'if-none-match': etag })).status).toBe(304);
  const [, sheet = ''] = /href="\.\.\/\.\.\/(assets\/[0-9a-f]+\.css)"/.exec(first.text) ?? [];
  const style = await get(sheet);
  expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8');
  expect(style.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
});

test('other spellings lead to the one page', async () => {
  const cases = [
    ['project/Acme.Core/', '../acme-core/'],
    ['project/Acme_Core', 'acme-core/'],
    ['project/acme-core/1.0.0-alpha/', '../../acme-core/1.0.0a0/'],
    ['recent', 'recent/'],
    ['staging', 'staging/'],
  ];
  for (const [path = '', location] of cases) {
    const { status, headers } = await get(path);
    expect([path, status, headers.get('location')]).toEqual([path, 301, location]);
  }
});

test('search finds parts of names, summaries and keywords, all words of it', async () => {
  const names = async (query: string): Promise<string[]> => {
    const { text } = await get(`search?q=${encodeURIComponent(query)}`);
    return [...text.matchAll(/project\/([\w-]+)\/"/g)].map(([, name = '']) => name);
  };
  expect(await names('acme')).toEqual(['acme-base', 'acme-core']);
  expect(await names('acme.core')).toEqual(['acme-core']);
  expect(await names('ACME_core')).toEqual(['acme-core']);
  expect(await names('every application')).toEqual(['acme-core']);
  expect(await names('hatch')).toEqual(['acme-core']);
  expect(await names('of')).toEqual(['acme-base']);
  expect(await names('')).toEqual(['acme-base', 'acme-core']);
  for (const odd of ['"', "' OR 1=1", '%', '\\', '*', 'NOT', 'name:acme', '<b>', 'x'.repeat(5000)]) {
    expect(await names(odd), odd).toEqual([]);
  }
  const { text } = await get('search?q=%3Cscript%3E&page=-3');
  expect(text).toContain('&lt;script&gt;');
});

test('a search that finds much comes in pages', async () => {
  const many = await startPages('--no-staging');
  try {
    for (let index = 10; index < 35; index += 1) await many.publish({ name: `many-${index}` });
    const first = await get('search?q=many', { fixture: many });
    expect(first.text).toContain('25 projects, 1 to 20');
    expect(first.text).toContain('search?q=many&amp;page=2" rel="next"');
    const second = await get('search?q=many&page=2', { fixture: many });
    expect(second.text).toContain('25 projects, 21 to 25');
    expect(second.text).toContain('many-34');
  } finally {
    await many.close();
  }
});

test('with an upstream this is the one index that is needed', async () => {
  const whole = await startPages('--upstream', 'https://pypi.org/simple/');
  try {
    await whole.publish({ name: 'acme', version: '1.0' });
    const { text } = await get('project/acme/', { fixture: whole });
    expect(text).toContain(`index = ${whole.repository.url}staging/simple/`);
    expect(text).toContain(`pip install --index-url ${whole.repository.url}staging/simple/ acme==1.0`);
    expect(text).not.toContain('comes from PyPI');
  } finally {
    await whole.close();
  }
});

test('what is not there is told to people as a page, to programs as text', async () => {
  const page = await get('project/nowhere/');
  expect(page.status).toBe(404);
  expect(page.text).toContain('There is no project <code>nowhere</code>');
  const version = await get('project/acme-core/9/');
  expect(version.text).toContain('it has 1.0');
  const text = await get('project/nowhere/', { accept: '*/*' });
  expect(text.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(text.text).toContain('There is no project `nowhere`');
});

test('the feed lists uploads with absolute addresses', async () => {
  const { headers, text } = await get('recent/feed.atom', {
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'eggs.example.org',
    'x-forwarded-prefix': '/team',
  });
  expect(headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
  expect(text).toContain('<id>https://eggs.example.org/team/project/acme-core/1.0/</id>');
  const odd = await get('recent/feed.atom', { 'x-forwarded-host': 'evil"><script>' });
  expect(odd.text).toContain('<id>http://localhost/project/');
});

test('a version is promoted by a form, once somebody is logged in who may', async () => {
  await site.publish({ name: 'waiting', version: '2.0' });
  const path = 'project/waiting/2.0/';
  expect((await get(path)).text).toContain('Log in</a');
  const weak = await logIn(await site.createToken('weak', '--action', 'upload'));
  expect((await get(path, { cookie: weak })).text).toContain('may not promote it');
  const other = await logIn(await site.createToken('other', '--action', 'promote', '--project', 'acme.*'));
  const key = keyIn((await get(path, { cookie: other })).text);
  const forbidden = await post(`${path}promote`, { key }, { headers: { cookie: other } });
  expect(forbidden.status).toBe(403);
  expect(forbidden.text).toContain('does not allow');

  const cookie = await logIn(site.token);
  const shown = await get(path, { cookie });
  expect(shown.headers.get('cache-control')).toContain('private');
  const good = { key: keyIn(shown.text) };
  const at = (headers: Record<string, string>, fields: Record<string, string> = good) =>
    post(`${path}promote`, fields, { headers });
  expect((await at({})).status).toBe(401);
  expect((await at({ cookie: 'clutch_session=nonsense' })).status).toBe(401);
  expect((await at({ cookie }, {})).status).toBe(403);
  expect((await at({ cookie }, { key: 'wrong' })).status).toBe(403);
  expect((await at({ cookie, origin: 'https://evil.example' })).status).toBe(403);
  expect((await at({ cookie, origin: 'null' })).status).toBe(403);
  expect((await at({ cookie, 'sec-fetch-site': 'same-site' })).status).toBe(403);
  expect((await at({ cookie }, { key: keyIn(shown.text), filler: 'x'.repeat(20_000) })).status).toBe(413);
  expect((await get('staging/', { cookie })).text).toContain('Promote waiting 2.0');

  const done = await at({ cookie, origin: new URL(site.repository.url).origin });
  expect([done.status, done.headers.get('location')]).toEqual([303, './?done=promoted']);
  expect((await get(`${path}?done=promoted`, { cookie })).text).toContain('Promoted.');
  expect(site.repository.output()).toMatch(/promoted project=waiting actor=test/);
});

test('a login ends with its form, with its token, and never lets the API change anything', async () => {
  const secret = await site.createToken('short', '--action', 'admin');
  const cookie = await logIn(secret);
  const page = await get('', { cookie });
  expect(page.text).toContain('short');
  const change = await post('api/projects/acme-core/versions/1.0/promote', {}, { headers: { cookie } });
  expect(change.status).toBe(401);
  await post('logout', { key: keyIn(page.text) }, { headers: { cookie } });
  expect((await get('', { cookie })).text).toContain('Log in');

  const again = await logIn(secret);
  const [, id = ''] = secret.split('_');
  await site.workspace.run(['token', 'revoke', id, '--data', site.repository.directory]);
  expect((await get('', { cookie: again })).text).toContain('Log in');
  const refused = await post('login', { token: secret, next: '' });
  expect(refused.status).toBe(403);
  expect(refused.text).toContain('is not known, has expired or was revoked');
});

test.each([
  ['project/acme-core/', './project/acme-core/'],
  ['search?q=a b', './search?q=a%20b'],
  ['', './'],
  ['//evil.example/', './'],
  ['https://evil.example/', './'],
  ['\\\\evil.example', './'],
  ['javascript:alert(1)', './'],
  ['login?next=login', './'],
])('after the login one goes on to %j, at %j', async (next, location) => {
  const { headers } = await post('login', { token: site.token, next });
  expect(headers.get('location')).toBe(location);
});

test('a private repository shows nothing before the login, and everything after it', async () => {
  for (const path of [
    '',
    'search?q=secret',
    'project/secret/',
    'project/secret/1.0/',
    'recent/',
    'staging/',
  ]) {
    const { status, text, headers } = await get(path, { fixture: closed });
    expect([path, status]).toEqual([path, 401]);
    expect(text).toContain('shows nothing without a token');
    expect(text).not.toMatch(/Nobody knows|secret-1/);
    // Else the browser asks by a window of its own.
    expect(headers.get('www-authenticate')).toBe('Bearer realm="clutch"');
  }
  expect((await get('project/Secret', { fixture: closed })).status).toBe(401);
  expect((await get('recent/feed.atom', { fixture: closed, accept: '*/*' })).status).toBe(401);
  const cookie = await logIn(closed.token, closed);
  const page = await get('project/secret/', { fixture: closed, cookie });
  expect(page.text).toContain('Nobody knows');
  const [, file = ''] = /href="..\/..\/(files\/[^"]+\.whl)"/.exec(page.text) ?? [];
  expect((await get(file, { fixture: closed })).status).toBe(401);
  expect((await get(file, { fixture: closed, cookie })).status).toBe(200);
});

test('a token for some projects sees these only', async () => {
  await closed.publish({ name: 'team-a.tool', headers: ['Summary: A tool'] });
  const cookie = await logIn(
    await closed.createToken('a', '--action', 'read', '--project', 'team-a.*'),
    closed,
  );
  for (const path of ['', 'search', 'recent/', 'staging/']) {
    const { text } = await get(path, { fixture: closed, cookie });
    expect(text).toContain('team-a-tool');
    expect(text).not.toContain('secret');
  }
  expect((await get('project/secret/', { fixture: closed, cookie })).status).toBe(403);
});

test('a link from another site brings the login along with a second request', async () => {
  const { text } = await get('', { fixture: closed, 'sec-fetch-site': 'cross-site' });
  expect(text).toContain('<meta http-equiv="refresh" content="0" />');
  expect((await get('', { fixture: closed, 'sec-fetch-site': 'same-origin' })).text).not.toContain('refresh');
});
