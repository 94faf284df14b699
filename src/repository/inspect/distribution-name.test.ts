// File names: what they mean, when two are the same, and which are none.

import { expect, test } from 'vitest';
import { readDistributionName, spellingHint } from './distribution-name.ts';

test.each([
  ['demo-1.0-py3-none-any.whl', 'wheel', 'demo', '1.0'],
  ['Foo.Bar_baz-1.0.0-1-cp311-cp311-manylinux_2_17_x86_64.whl', 'wheel', 'foo-bar-baz', '1.0.0'],
  ['zope_interface-5.0-py3.11-linux-x86_64.egg', 'egg', 'zope-interface', '5.0'],
  ['old-1.0_r1234-py2.5.egg', 'egg', 'old', '1.0.post1234'],
  ['older-2008Q1-py2.4.egg', 'egg', 'older', '2008Q1'],
  ['zc.buildout-3.0.0a2.tar.gz', 'sdist', 'zc-buildout', '3.0.0a2'],
  ['demo-1.0-rc1.zip', 'sdist', 'demo', '1.0rc1'],
])('%s is a %s of %s %s', (filename, kind, ...[project, version]) => {
  expect(readDistributionName(filename)).toMatchObject({ kind, project, version });
});

test('the project tells where the version begins', () => {
  expect(readDistributionName('foo-2-1.0.tar.gz', 'foo-2')).toMatchObject({
    project: 'foo-2',
    version: '1.0',
  });
  expect(readDistributionName('demo-dev.tar.gz', 'demo')).toMatchObject({ version: 'dev', isLegacy: true });
});

test.each([
  ['Demo-1.0-py3-none-any.whl', 'demo-1.0.0-py3-none-any.whl', true],
  ['demo-1.0-py2.py3-none-any.whl', 'demo-1.0-py3.py2-none-any.whl', true],
  ['demo-1.0.tar.gz', 'DEMO-1.0.tgz', true],
  ['demo_x-1.0.tar.gz', 'demo.x-1.0.tar.gz', true],
  ['demo-1.0-py3-none-any.whl', 'demo-1.0-1-py3-none-any.whl', false],
  ['demo-1.0-py3-none-any.whl', 'demo-1.0-cp311-cp311-linux_x86_64.whl', false],
  ['demo-1.0.tar.gz', 'demo-1.0.zip', false],
  ['demo-1.0-py3.11.egg', 'demo-1.0-py3.12.egg', false],
])('%s and %s: the same file? %s', (one, other, isSame) => {
  expect(readDistributionName(one).key === readDistributionName(other).key).toBe(isSame);
});

test.each([
  '',
  '..',
  'a/b-1.0.tar.gz',
  'demo-1.0.exe',
  'demo.tar.gz',
  'demo-1.0-py3-none.whl',
  'démo-1.0.tar.gz',
  '-1.0.tar.gz',
])('refuses %j', (filename) => {
  expect(() => readDistributionName(filename)).toThrow(/check of the file name/);
});

test.each([
  ['1.0-SNAPSHOT', '1.0.dev0'],
  ['0.23ubuntu1', '0.23+ubuntu1'],
  ['banana', '0+banana'],
  ['v2.0 final build', '2.0+final.build'],
])('the valid spelling of %s is %s', (version, spelling) => {
  expect(spellingHint(version)).toContain(`as \`${spelling}\``);
});
