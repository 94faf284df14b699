// File names of wheels, source distributions and eggs, and the tags of interpreters.

import { expect, test } from 'vitest';

import { formatEggFilename, parseEggFilename } from './egg-filename.ts';
import { parseSdistFilename } from './sdist-filename.ts';
import { supportedTags, type PythonTagsInput } from './supported-tags.ts';
import { parseWheelFilename, wheelRank } from './wheel-filename.ts';

test('reads the name of a wheel', () => {
  expect(parseWheelFilename('Foo_Bar-1.0-2x-py2.py3-none-any.whl')).toEqual({
    project: 'Foo_Bar',
    version: '1.0',
    build: '2x',
    pythons: ['py2', 'py3'],
    abis: ['none'],
    platforms: ['any'],
  });
});

test.each([
  'foo-1.0.whl',
  'foo-1.0-py3-none-any.zip',
  'foo-bar-1.0-py3-none-any.whl',
  'foo__bar-1.0-py3-none-any.whl',
  'foo-x-py3-none-any.whl',
  'foo-1.0-b1-py3-none-any.whl',
  'foo-1.0-py3..py2-none-any.whl',
])('%s is no name of a wheel', (name) => {
  expect(parseWheelFilename(name)).toBeUndefined();
});

test.each([
  ['foo-1.0.tar.gz', { project: 'foo', version: '1.0' }],
  ['zope_interface-5.0.0.zip', { project: 'zope-interface', version: '5.0.0' }],
  ['foo-bar-1.0-r12.tgz', { project: 'foo-bar', version: '1.0.post12' }],
  ['foo-2-1.0.tar.bz2', { project: 'foo', version: '2-1.0' }],
  ['foo-latest.tar.gz', undefined],
  ['foo.tar.gz', undefined],
  ['1.0.tar.gz', undefined],
  ['foo-1.0-py2.7.tar.gz', undefined],
  ['foo-1.0.exe', undefined],
])('reads the name of the archive %s', (name, expected) => {
  expect(parseSdistFilename(name)).toEqual(expected);
});

test.each([
  ['foo-2-1.0.tar.gz', 'Foo_2', { project: 'foo-2', version: '1.0' }],
  ['foo-2bar-1.0.tar.gz', 'foo-2bar', { project: 'foo-2bar', version: '1.0' }],
  ['foo_2bar-1.0.tar.gz', 'foo-2bar', { project: 'foo-2bar', version: '1.0' }],
  ['foo-bar-1.0.tar.gz', 'foo', undefined],
  ['foo-v1.tar.gz', 'foo', undefined],
])('finds in %s the version of %s', (name, project, expected) => {
  expect(parseSdistFilename(name, project)).toEqual(expected);
});

test.each([
  [
    'Name-1.0-py3.11-linux-x86_64.egg',
    { project: 'Name', version: '1.0', python: '3.11', platform: 'linux-x86_64' },
  ],
  ['zope.interface-5.0-py3.8.egg', { project: 'zope.interface', version: '5.0', python: '3.8' }],
  ['foo_bar-1.0_1.egg', { project: 'foo-bar', version: '1.0-1' }],
  ['foo-1.0.egg.zip', { project: 'foo', version: '1.0' }],
  ['foo.egg', undefined],
  ['foo-1.0.tar.gz', undefined],
])('reads the name of the egg %s', (name, expected) => {
  expect(parseEggFilename(name)).toEqual(expected);
});

test('makes the name of an egg', () => {
  const egg = { project: 'foo-bar', version: '1.0-1', python: '3.12' };
  expect(formatEggFilename({ ...egg, platform: 'linux-x86_64' })).toBe('foo_bar-1.0_1-py3.12-linux-x86_64');
  expect(formatEggFilename(egg)).toBe('foo_bar-1.0_1-py3.12');
});

const linux: PythonTagsInput = {
  implementation: 'cpython',
  version: [3, 13, 1],
  soabi: 'cpython-313-x86_64-linux-gnu',
  platform: 'linux-x86_64',
  libc: { name: 'glibc', version: '2.17' },
  pointerBits: 64,
};

test('lists tags from the most specific to the least', () => {
  const tags = supportedTags(linux);
  expect(tags.slice(0, 4)).toEqual([
    'cp313-cp313-linux_x86_64',
    'cp313-cp313-manylinux_2_17_x86_64',
    'cp313-cp313-manylinux2014_x86_64',
    'cp313-cp313-manylinux_2_16_x86_64',
  ]);
  expect(tags).toContain('cp32-abi3-manylinux1_x86_64');
  expect(tags.at(-1)).toBe('py30-none-any');
});

test('gives a free-threaded Python its own ABI and no abi3', () => {
  const tags = supportedTags({ ...linux, gilDisabled: true });
  expect(tags[0]).toBe('cp313-cp313t-linux_x86_64');
  expect(tags.some((tag) => tag.includes('-abi3-'))).toBe(false);
});

test('takes wheels for musl, and none for glibc, where musl is', () => {
  const tags = supportedTags({ ...linux, libc: { name: 'musl', version: '1.2' } });
  expect(tags).toContain('cp313-cp313-musllinux_1_0_x86_64');
  expect(tags.some((tag) => tag.includes('manylinux'))).toBe(false);
});

test('ranks the wheel that fits better lower', () => {
  const ranks = new Map(supportedTags(linux).map((tag, index) => [tag, index]));
  const rank = (name: string): number | undefined => {
    const wheel = parseWheelFilename(name);
    return wheel === undefined ? undefined : wheelRank(wheel, ranks);
  };
  const own = rank('a-1-cp313-cp313-manylinux2014_x86_64.manylinux_2_17_x86_64.whl') ?? Infinity;
  const stable = rank('a-1-cp39-abi3-manylinux2014_x86_64.whl') ?? Infinity;
  const pure = rank('a-1-py2.py3-none-any.whl') ?? Infinity;
  expect(own).toBeLessThan(stable);
  expect(stable).toBeLessThan(pure);
  expect(pure).toBeLessThan(Infinity);
  expect(rank('a-1-cp312-cp312-manylinux2014_x86_64.whl')).toBeUndefined();
});
