import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chooseProxy } from './choose-proxy.ts';
import { createCredentials } from './credentials.ts';
import { parseNetrc } from './netrc.ts';
import { readPipSettings } from './read-pip-settings.ts';
import { redactUrl } from './redact-url.ts';

test.each([
  ['https://user:pass@host/simple/', 'https://****@host/simple/'],
  ['https://token@host:8080/x', 'https://****@host:8080/x'],
  ['https://host/x?access_token=abc&b=1', 'https://host/x?access_token=****&b=1'],
  ['https://host/a@b', 'https://host/a@b'],
  ['/some/path', '/some/path'],
])('shows %s as %s', (url, shown) => {
  expect(redactUrl(url)).toBe(shown);
});

function temporaryHome(): string {
  return mkdtempSync(join(tmpdir(), 'pip-'));
}

test('reads pip.conf as pip does: variable over [install] over [global], later file over earlier', () => {
  const home = temporaryHome();
  mkdirSync(join(home, '.config', 'pip'), { recursive: true });
  mkdirSync(join(home, '.pip'));
  const user = join(home, '.config', 'pip', 'pip.conf');
  writeFileSync(
    join(home, '.pip', 'pip.conf'),
    '[global]\nindex_url = https://old/simple\ncert = ~/ca.pem\n[install]\nproxy: http://p:1\n',
  );
  writeFileSync(user, '; comment\n[global]\nindex-url =\n    https://user/simple\nproxy = http://q:2\n');
  const environment = { HOME: home, XDG_CONFIG_DIRS: join(home, 'none') };
  expect(readPipSettings(environment)).toEqual({
    indexUrl: { value: 'https://user/simple', source: user },
    cert: { value: join(home, 'ca.pem'), source: join(home, '.pip', 'pip.conf') },
    proxy: { value: 'http://p:1', source: join(home, '.pip', 'pip.conf') },
  });
  expect(readPipSettings({ ...environment, PIP_INDEX_URL: 'https://env/' }).indexUrl).toEqual({
    value: 'https://env/',
    source: 'PIP_INDEX_URL',
  });
});

test('lets PIP_CONFIG_FILE replace the user files, the site file count, and /dev/null silence all', () => {
  const home = temporaryHome();
  const own = join(home, 'own.conf');
  writeFileSync(own, '[global]\nindex-url = https://own/\n');
  mkdirSync(join(home, '.pip'));
  writeFileSync(join(home, '.pip', 'pip.conf'), '[global]\nproxy = http://user:1\n');
  mkdirSync(join(home, 'venv'));
  writeFileSync(join(home, 'venv', 'pip.conf'), '[global]\nindex-url = https://site/\ncert = /c\n');
  const environment = { HOME: home, XDG_CONFIG_DIRS: join(home, 'none'), VIRTUAL_ENV: join(home, 'venv') };
  const settings = readPipSettings({ ...environment, PIP_CONFIG_FILE: own });
  expect(settings.indexUrl?.value).toBe('https://own/');
  expect(settings.cert?.value).toBe('/c');
  expect(settings.proxy).toBeUndefined();
  expect(readPipSettings({ ...environment, PIP_CONFIG_FILE: '/dev/null' })).toEqual({});
});

test('reads netrc with comments, macros and quotes, first entry of a host', () => {
  const logins = parseNetrc(
    '# comment\nmacdef init\nmachine no login a\n\nmachine Example.org\n login "me"\n password "p\\"q"\nmachine example.org login later password x\ndefault login d password d\n',
  );
  expect([...logins]).toEqual([['example.org', { user: 'me', password: 'p"q' }]]);
});

test('binds logins to scheme, host and port, and takes the nearest path', () => {
  const credentials = createCredentials(
    ['https://a:1@host/one/', 'https://b:2@host/two/', 'https://c@other:8443/'],
    { HOME: '/nonexistent' },
  );
  const decode = (url: string): string | undefined => {
    const header = credentials.authorizationFor(new URL(url));
    return header === undefined ? undefined : Buffer.from(header.slice(6), 'base64').toString();
  };
  expect(decode('https://host/two/x')).toBe('b:2');
  expect(decode('https://host/files/x')).toBe('a:1');
  expect(decode('http://host/one/x')).toBeUndefined();
  expect(decode('https://host:444/one/x')).toBeUndefined();
  expect(decode('https://other:8443/x')).toBe('c:');
  expect(decode('https://own:p@host/two/x')).toBe('own:p');
});

test.each([
  ['http://a.example/', {}, undefined],
  ['https://a.example/', { HTTPS_PROXY: 'proxy:3128' }, 'http://proxy:3128'],
  ['https://a.example/', { HTTPS_PROXY: 'http://up', https_proxy: 'http://low' }, 'http://low'],
  ['http://a.example/', { HTTPS_PROXY: 'http://p' }, undefined],
  ['http://a.example/', { ALL_PROXY: 'http://p' }, 'http://p'],
  ['http://a.example/', { http_proxy: 'http://p', NO_PROXY: '.example' }, undefined],
  ['http://a.example/', { http_proxy: 'http://p', NO_PROXY: 'a.example:81' }, 'http://p'],
  ['http://a.example:81/', { http_proxy: 'http://p', NO_PROXY: 'a.example:81' }, undefined],
  ['http://ba.example/', { http_proxy: 'http://p', NO_PROXY: 'a.example' }, 'http://p'],
  ['http://a.example/', { http_proxy: 'http://p', NO_PROXY: '*' }, undefined],
  ['http://[::1]/', { http_proxy: 'http://p', NO_PROXY: '::1' }, undefined],
])('chooses the proxy for %s with %j: %s', (url, environment, proxy) => {
  expect(chooseProxy(new URL(url), environment, undefined)).toBe(proxy);
});

test('refuses a proxy that is no http URL', () => {
  expect(() => chooseProxy(new URL('http://a/'), {}, 'socks5://u:p@x')).toThrow('socks5://****@x');
});
