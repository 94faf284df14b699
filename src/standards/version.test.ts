// PEP 440: reading, normal form and order.

import { expect, test } from 'vitest';

import { forgivingVersion } from './forgiving-version.ts';
import { compareVersions, isPrerelease, parseVersion, tryParseVersion } from './version.ts';

test('sorts the examples of PEP 440 as the PEP does', () => {
  const ordered = [
    '1.dev0',
    '1.0.dev456',
    '1.0a1',
    '1.0a2.dev456',
    '1.0a12.dev456',
    '1.0a12',
    '1.0b1.dev456',
    '1.0b2',
    '1.0b2.post345.dev456',
    '1.0b2.post345',
    '1.0rc1.dev456',
    '1.0rc1',
    '1.0',
    '1.0+abc.5',
    '1.0+abc.7',
    '1.0+5',
    '1.0.post456.dev34',
    '1.0.post456',
    '1.0.15',
    '1.1.dev1',
    '1!0.1',
  ].map(parseVersion);
  const shuffled = ordered.toReversed().sort(compareVersions);
  expect(shuffled.map(({ text }) => text)).toEqual(ordered.map(({ text }) => text));
});

test.each([
  ['1.0', '1'],
  ['1.0.0', '1.0'],
  ['01.02', '1.2'],
  ['1.0a', '1.0a0'],
  ['1.0c1', '1.0rc1'],
  ['1.0-1', '1.0.post1'],
  ['0!1', '1'],
  ['1+Ubuntu-1', '1+ubuntu.1'],
])('%s equals %s', (first, second) => {
  expect(compareVersions(parseVersion(first), parseVersion(second))).toBe(0);
});

test.each([
  ['v1.0', '1.0'],
  ['1.0-ALPHA.2', '1.0a2'],
  ['1.0.preview', '1.0rc0'],
  ['1.0-r4', '1.0.post4'],
  ['1.0_rev', '1.0.post0'],
  ['1.0dev', '1.0.dev0'],
  [' 1.0\n', '1.0'],
  ['007.00', '7.0'],
  ['1.0+L-01', '1.0+l.1'],
  ['20240101123456789012345', '20240101123456789012345'],
])('the normal form of %j is %s', (text, normalized) => {
  expect(parseVersion(text).normalized).toBe(normalized);
});

test('keeps the order of numbers that a double cannot hold', () => {
  const [first, second] = ['9007199254740993', '9007199254740992'].map(parseVersion);
  expect(first !== undefined && second !== undefined && compareVersions(first, second)).toBe(1);
});

test.each(['', '.', '1.', '1..2', 'a', '1.0-', '1.0+', '1.0+a+b', '1 .0', '1.0*', '1.0.x', 'ü'])(
  'refuses %j',
  (text) => {
    expect(tryParseVersion(text)).toBeUndefined();
    expect(() => parseVersion(text)).toThrow('Invalid version: ');
  },
);

test.each([
  ['1.0a1', true],
  ['1.0.dev1', true],
  ['1.0.post1.dev1', true],
  ['1.0.post1', false],
  ['1.0+a', false],
])('%s is a pre-release: %s', (text, expected) => {
  expect(isPrerelease(parseVersion(text))).toBe(expected);
});

test.each([
  ['0.23ubuntu1', '0.23.dev0+sanitized.ubuntu1'],
  ['0.23-', '0.23.dev0+sanitized'],
  ['hello world', '0.dev0+sanitized.hello.world'],
  ['1.0', '1.0'],
])('sorts %j as %s', (text, expected) => {
  expect(forgivingVersion(text).normalized).toBe(expected);
});
