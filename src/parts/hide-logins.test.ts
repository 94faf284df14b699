import { expect, test } from 'vitest';

import { hideLogins, recordableOptions } from './hide-logins.ts';
import { planParts } from './plan-parts.ts';

test.each([
  ['https://jane:pa:ss@host/simple/', 'https://****@host/simple/'],
  ['a http://u:p@one/\nhttp://:p@two/', 'a http://****@one/\nhttp://****@two/'],
  ['ssh://git@host/x', 'ssh://git@host/x'],
  ['http://host:8080/@x', 'http://host:8080/@x'],
])('shows %j as %j', (text, shown) => {
  expect(hideLogins(text)).toBe(shown);
});

test('records no login of an index, and everything a recipe may write', () => {
  const dsn = 'postgresql://zope:zope@localhost/data';
  const options = { index: 'http://u:p@host/', 'find-links': 'http://u:p@host/\nlinks', dsn };
  expect(recordableOptions(options)).toEqual({
    index: 'http://****@host/',
    'find-links': 'http://****@host/\nlinks',
    dsn,
  });
});

test('a record without the login, or of zc.buildout with it, is no reason to install again', () => {
  const wanted = { name: 'app', options: { index: 'http://u:new@host/' } };
  const plan = (index: string): unknown =>
    planParts({
      installed: [{ name: 'app', options: { index }, paths: [] }],
      wanted: [wanted],
      uninstallOthers: true,
      exists: () => true,
    }).uninstall;
  expect(plan('http://****@host/')).toEqual([]);
  expect(plan('http://u:old@host/')).toEqual([]);
  expect(plan('http://u:old@other/')).not.toEqual([]);
});
