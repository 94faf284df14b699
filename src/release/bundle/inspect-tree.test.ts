// What counts as a path of the build, and what only looks like one.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { inspectTree, type Inspection } from './inspect-tree.ts';

type Content = string | Buffer | { link: string };

interface Scene {
  home?: string;
  published?: readonly string[];
  allowed?: readonly string[];
}

function inspect(files: Readonly<Record<string, Content>>, scene: Scene = {}): Inspection {
  const tree = mkdtempSync(join(tmpdir(), 'clutch-inspect-'));
  onTestFinished(() => rmSync(tree, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    if (typeof content === 'object' && 'link' in content) symlinkSync(content.link, join(tree, path));
    else writeFileSync(join(tree, path), content);
  }
  return inspectTree({
    tree,
    buildPaths: ['/srv/build/shop', '/srv/cache'],
    secrets: ['me:geheim@'],
    home: { path: scene.home ?? '/home/meyer', names: ['.pgpass'] },
    isPublished: (file) => scene.published?.includes(file) === true,
    allowed: scene.allowed ?? [],
  });
}

const filesFound = (...parameters: Parameters<typeof inspect>): string[] =>
  inspect(...parameters).found.map(({ file }) => file);

test.each([
  ['in a text', 'see /srv/build/shop/README', true],
  ['at the end', 'x=/srv/build/shop', true],
  ['in bytes', Buffer.from('\0\u00e3/srv/build/shop/a.c\0', 'latin1'), true],
  ['behind a letter', '-I/srv/build/shop/include', true],
  ['in a link', { link: '/srv/build/shop/etc' }, true],
  ['as the beginning of another name', '/srv/build/shopping', false],
  ['in the home', '/home/meyer/.cargo/registry', true],
  ['in another home', '/home/meyerbeer', false],
])('a build path %s', (_where, content: Content, isFound) => {
  expect(filesFound({ 'lib/file': content })).toEqual(isFound ? ['lib/file'] : []);
});

test('says what was found where, and counts', () => {
  const inspection = inspect({
    a: 'in /srv/cache/eggs',
    b: { link: '/srv/cache' },
    'lib/x.so': Buffer.from('\x7fELF…'),
    c: '',
  });
  expect(inspection.found).toEqual([
    { file: 'a', names: '/srv/cache/eggs', where: 'content' },
    { file: 'b', names: '/srv/cache', where: 'link' },
  ]);
  expect(inspection).toMatchObject({ binaries: ['lib/x.so'], files: 3 });
});

test('a path is found wherever the borders of what is read at once lie', () => {
  const chunk = 4 * 2 ** 20;
  const path = '/srv/build/shop';
  const files = Object.fromEntries(
    [-300, -20, -15, -14, -7, -1, 0, 1].map((offset) => [
      `at${offset}`,
      Buffer.concat([Buffer.alloc(chunk + offset, '.'), Buffer.from(`${path} `), Buffer.alloc(9, '.')]),
    ]),
  );
  expect(filesFound(files)).toHaveLength(8);
  const longer = Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [
      name,
      Buffer.from(bytes.toString().replace(path, `${path}s`)),
    ]),
  );
  expect(filesFound(longer)).toEqual([]);
});

test('a home directly below the root counts only with a name that is in it', () => {
  const home = '/root';
  const files = {
    bare: `cd ${home}`,
    other: `${home}/.cargo/registry`,
    below: `/usr/share${home}/.pgpass`,
    real: `${home}/.pgpass`,
    flag: `-I${home}/.pgpass`,
  };
  expect(filesFound(files, { home })).toEqual(['flag', 'real']);
  expect(filesFound(files, { home, published: ['real', 'flag'] })).toEqual([]);
});

test('a login is found, and not shown', () => {
  expect(inspect({ a: 'https://me:geheim@pypi.example/simple' }).found).toEqual([
    { file: 'a', names: 'a login of the configuration', where: 'content' },
  ]);
});

test('the home may be named by what somebody else published, other paths may not', () => {
  const files = { a: '/home/meyer/.cargo', b: '/srv/cache/x' };
  expect(filesFound(files, { published: ['a', 'b'] })).toEqual(['b']);
});

test('what is allowed may be named, and nothing beside it', () => {
  const python = '/home/meyer/.pyenv/versions/3.11.7';
  const files = { script: `#!${python}/bin/python3`, other: '/home/meyer/.pyenv/versions/3.12.1' };
  expect(filesFound(files, { allowed: [python] })).toEqual(['other']);
});
