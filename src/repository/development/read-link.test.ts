// Links to checkouts that may be shown to everybody, and those that may not.

import { expect, test } from 'vitest';
import { readLink } from './read-link.ts';

const link = (url: string): Parameters<typeof readLink>[0] => ({ name: 'demo', url, source: 'test' });

test.each([
  'git+https://host/demo.git@main',
  'git+https://host/a%20b.git@v1#subdirectory=x',
  'git+ssh://git@host/demo.git',
  'hg+https://host/demo',
  'svn+https://host/demo/trunk@12',
  'svn://host/demo/trunk',
  'git+file:///srv/git/demo.git',
])('%s', (url) => {
  expect(readLink(link(url)).url).toBe(url);
});

test.each([
  'https://host/demo.git',
  'git+https://user:password@host/demo.git',
  'git+https://token@host/demo.git',
  'git+ssh://git:password@host/demo.git',
  'javascript:alert(1)',
  'git+ext::sh -c evil',
  'git+https://host/<script>',
  'git+https://host/a b',
  'git+ftp://host/demo',
  '',
])('refuses %j', (url) => {
  expect(() => readLink(link(url))).toThrow(/^Refused: /);
});

test('plain http is for snippets of old only', () => {
  expect(readLink(link('http://svn.host/trunk'), true).url).toBe('http://svn.host/trunk');
  expect(() => readLink(link('http://user@svn.host/trunk'), true)).toThrow('has a login in it');
  expect(() => readLink({ ...link('git+https://host/x'), name: '../x' })).toThrow(
    'not the name of a project',
  );
});
