// Normal forms of names: PEP 503 and pkg_resources.

import { expect, test } from 'vitest';

import {
  canonicalizeName,
  isNormalizedName,
  safeExtra,
  safeName,
  safeVersion,
  toFilename,
  underscoreName,
} from './names.ts';

test('has one canonical form for every way to write a name', () => {
  for (const name of ['Foo.Bar_x', 'foo-bar-x', 'FOO__bar..X', 'foo._-bar-X']) {
    expect(canonicalizeName(name)).toBe('foo-bar-x');
    expect(underscoreName(name)).toBe('foo_bar_x');
  }
});

test.each([
  ['foo', true],
  ['foo-2', true],
  ['Foo', false],
  ['foo_bar', false],
  ['foo--bar', false],
  ['-foo', false],
  ['', false],
])('%s is a normal name: %s', (name, expected) => {
  expect(isNormalizedName(name)).toBe(expected);
});

test('makes names, versions and extras safe as pkg_resources does', () => {
  expect(safeName('zope.interface_x  y')).toBe('zope.interface-x-y');
  expect(safeVersion('1.0-ALPHA 2')).toBe('1.0-ALPHA.2');
  expect(safeVersion('1.0-ALPHA')).toBe('1.0a0');
  expect(safeVersion('not a version')).toBe('not.a.version');
  expect(safeExtra('Test Extra.x-Y')).toBe('test_extra.x-y');
  expect(toFilename('a-b-1')).toBe('a_b_1');
});
