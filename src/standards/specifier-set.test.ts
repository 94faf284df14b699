// PEP 440: specifiers, and what satisfies them.

import { expect, test } from 'vitest';

import { satisfies } from './satisfies.ts';
import { formatSpecifierSet, parseSpecifierSet } from './specifier-set.ts';
import { parseVersion } from './version.ts';

test.each([
  ['1.1', '==1.1', true],
  ['1.1.0', '==1.1', true],
  ['1.1.post1', '==1.1', false],
  ['1.1.post1', '==1.1.*', true],
  ['1.1a1', '==1.1.*', true],
  ['1.1+local', '==1.1', true],
  ['1.1', '==1.1+local', false],
  ['1.1+local', '!=1.1', false],
  ['1.1+local', '<=1.1', true],
  ['1.1+local', '>1.1', false],
  ['1.7.1', '>1.7', true],
  ['1.7.0.post1', '>1.7', false],
  ['1.7.0.post2', '>1.7.post1', true],
  ['1.7a1', '<1.7', false],
  ['1.7a1', '<1.7a2', true],
  ['2.2.post3', '~=2.2', true],
  ['3.0', '~=2.2', false],
  ['1.4.6', '~=1.4.5', true],
  ['1.5', '~=1.4.5', false],
  ['2.2.0rc1', '~=2.2.post3', false],
  ['1!1.0', '>=2.0', true],
  ['1.0', '==v1.0', true],
  ['1.0', '===1.0', true],
  ['1.0.0', '===1.0', false],
  ['anything', '===ANYTHING', true],
  ['anything', '>=1', false],
  ['anything', '', true],
  ['2.0', '>=1,!=1.5,<3', true],
  ['1.5.0', '>=1,!=1.5,<3', false],
  ['0.dev0', '<0', false],
])('%s satisfies %s: %s', (version, specifiers, expected) => {
  expect(satisfies(version, parseSpecifierSet(specifiers))).toBe(expected);
});

test('takes pre-releases unless told otherwise', () => {
  const set = parseSpecifierSet('>=1.0');
  expect(satisfies(parseVersion('2.0b1'), set)).toBe(true);
  expect(satisfies(parseVersion('2.0b1'), set, { prereleases: false })).toBe(false);
  expect(satisfies(parseVersion('2.0'), set, { prereleases: false })).toBe(true);
});

test('judges specifiers that were built, not read', () => {
  expect(satisfies('1.0', { specifiers: [{ operator: '==', version: '1' }] })).toBe(true);
});

test('prints specifiers sorted, and those that mean the same once', () => {
  expect(formatSpecifierSet(parseSpecifierSet(' >= 1.0 , <2,>=1.0.0,,!=1.5 '))).toBe('!=1.5,<2,>=1.0');
  expect(formatSpecifierSet(parseSpecifierSet('~=1.0,~=1.0.0'))).toBe('~=1.0,~=1.0.0');
});

test.each(['1.0', '=1.0', '>=1.*', '~=1', '>=1.0+x', '==1.0.*+x', '==1.0a1.*', '>=', '<1.0 2'])(
  'refuses %j',
  (text) => {
    expect(() => parseSpecifierSet(text)).toThrow(`Invalid specifier: '${text}'`);
  },
);
