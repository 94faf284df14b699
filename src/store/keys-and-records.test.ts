// Keys are a function of the facts alone; records and the download cache keep what was fetched.

import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, jsonValue, property } from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { hashBytes } from '#base';
import {
  addToDownloadCache,
  buildKeyOf,
  canonicalJson,
  findInDownloadCache,
  openEggCache,
  requestKeyOf,
  type EggRequest,
} from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'clutch-keys-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const sha256 = 'ab'.repeat(32);
const source: EggRequest = {
  kind: 'source',
  sha256,
  python: 'cp311',
  pins: { setuptools: '80', wheel: '1' },
};

test('the order of facts does not matter, empty ones neither', () => {
  const turned: EggRequest = {
    pins: { wheel: '1', setuptools: '80' },
    python: 'cp311',
    sha256,
    kind: 'source',
  };
  expect(requestKeyOf(turned)).toBe(requestKeyOf(source));
  expect(requestKeyOf({ ...source, patches: [], buildExt: {}, subdirectory: '' })).toBe(requestKeyOf(source));
});

test.each([
  ['the file', { ...source, sha256: 'cd'.repeat(32) }],
  ['the Python', { ...source, python: 'cp312' }],
  ['a pin', { ...source, pins: { setuptools: '81', wheel: '1' } }],
  ['a patch', { ...source, patches: [{ sha256, options: '-p1' }] }],
  ['the sub-directory', { ...source, subdirectory: 'python' }],
  ['build_ext', { ...source, buildExt: { 'include-dirs': '/opt' } }],
  ['the environment', { ...source, environment: { libc: 'glibc 2.36' } }],
  ['the kind', { kind: 'wheel', sha256, python: 'cp311' }],
] as [string, EggRequest][])('another key for %s', (_label, request) => {
  expect(requestKeyOf(request)).not.toBe(requestKeyOf(source));
});

test('the build key names what was used', () => {
  const key = requestKeyOf(source);
  expect(buildKeyOf(key)).toBe(buildKeyOf(key, null));
  expect(buildKeyOf(key, { gcc: '14' })).not.toBe(buildKeyOf(key, { gcc: '13' }));
});

test('keys do not change by accident', () => {
  expect(requestKeyOf({ kind: 'wheel', sha256, python: 'cp311' })).toMatchInlineSnapshot(
    `"92ffe3257d09b001b6d14b4e173d105ec7d06a3a09879a2aed822bf4a181484f"`,
  );
});

test('canonical JSON reads back as the same value', () => {
  assert(
    property(jsonValue({ maxDepth: 3 }), (value) => {
      const text = canonicalJson(value as Parameters<typeof canonicalJson>[0]);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 100 },
  );
});

const files = [
  {
    filename: 'demo-1.0.tar.gz',
    url: 'https://files.example/demo-1.0.tar.gz',
    sha256,
    requiresPython: '>=3.10',
  },
];

test('records answer for the same index, project and version only, without its password', () => {
  const directory = join(root, 'cache');
  const { records } = openEggCache({ directory, link: 'auto', report: () => undefined });
  records.save(
    {
      indexUrl: 'https://user:secret@index.example/simple/',
      project: 'Demo.Package',
      version: '1!1.0+local',
    },
    files,
  );
  expect(records.find('https://index.example/simple', 'demo-package', '1!1.0+local')).toEqual(files);
  expect(records.find('https://other.example/simple', 'demo-package', '1!1.0+local')).toBeUndefined();
  expect(records.find('https://index.example/simple', 'demo-package', '1.0')).toBeUndefined();
  const names = readdirSync(directory, { recursive: true }).join('\n');
  expect(names).not.toContain('secret');
});

test('a record of nonsense is unknown', () => {
  const directory = join(root, 'nonsense');
  const { records } = openEggCache({ directory, link: 'auto', report: () => undefined });
  const release = { indexUrl: 'https://index.example', project: 'demo', version: '1.0' };
  records.save(release, files);
  const path = readdirSync(directory, { recursive: true }).find((name) => String(name).endsWith('.json'));
  for (const text of ['', '{}', '[1]', '[{"filename": 1}]']) {
    writeFileSync(join(directory, String(path)), text);
    expect(records.find('https://index.example', 'demo', '1.0')).toBeUndefined();
  }
});

test('the download cache finds by name, and by hash when one is given', () => {
  const directory = join(root, 'dist');
  const fetched = join(root, 'fetched.tmp');
  writeFileSync(fetched, 'content');
  expect(findInDownloadCache(directory, 'demo.tar.gz')).toBeUndefined();
  const path = addToDownloadCache(directory, fetched, 'demo.tar.gz');
  expect(readFileSync(path, 'utf8')).toBe('content');
  expect(existsSync(fetched)).toBe(true);
  expect(findInDownloadCache(directory, 'demo.tar.gz')).toBe(path);
  expect(findInDownloadCache(directory, 'demo.tar.gz', hashBytes('content'))).toBe(path);
  expect(findInDownloadCache(directory, 'demo.tar.gz', hashBytes('other'))).toBeUndefined();
  expect(findInDownloadCache(directory, 'none.tar.gz', hashBytes('other'))).toBeUndefined();
  expect(readdirSync(directory)).toEqual(['demo.tar.gz']);
  expect(addToDownloadCache(directory, path)).toBe(path);
});
