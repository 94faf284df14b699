// Listing, checking and pruning the cache; the limit that a run keeps; runs at work hold entries.

import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import {
  openCatalog,
  openEggCache,
  requestKeyOf,
  type CacheCatalog,
  type CachedEgg,
  type EggCache,
} from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'clutch-catalog-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let directory: string;
let cache: EggCache;
let catalog: CacheCatalog;
let count = 0;
const report = (): void => undefined;

beforeEach(() => {
  count += 1;
  directory = join(root, String(count));
  cache = openEggCache({ directory, link: 'auto', report, limitBytes: 5000 });
  catalog = openCatalog({ directory, report });
});

const keyOf = (name: string): string => requestKeyOf({ kind: 'wheel', sha256: name, python: 'cp311' });

function store(name: string, { bytes = 1000, daysAgo = 0 } = {}): CachedEgg {
  const egg = join(cache.temporaryDirectory(), `${name}-1.0.egg`);
  mkdirSync(egg);
  writeFileSync(join(egg, 'module.py'), 'x'.repeat(bytes));
  const metadata = { requiresDist: [], providesExtra: [], texts: {} };
  const facts = { eggName: `${name}-1.0.egg`, project: name, version: '1.0', metadata };
  const stored = cache.store([keyOf(name)], { directory: egg }, facts);
  if (stored === undefined) throw new Error('not stored');
  const then = Date.now() / 1000 - daysAgo * 86_400;
  utimesSync(join(stored.directory, '..', 'manifest.json'), then, then);
  return stored;
}

const names = (): string[] =>
  catalog
    .entries()
    .flatMap(({ egg }) => (egg === undefined ? ['broken'] : [egg.manifest.project]))
    .sort();
const day = 86_400_000;

test('lists entries with size and last use, and those of one project under any spelling', () => {
  store('Some_Thing', { daysAgo: 3 });
  store('other');
  expect(names()).toEqual(['Some_Thing', 'other']);
  const [entry] = catalog.entriesOf('some.thing');
  expect(entry?.bytes).toBe(1000);
  expect(Math.round((Date.now() - (entry?.lastUsed.getTime() ?? 0)) / day)).toBe(3);
});

test('verifying compares every byte: what placing cannot see is found', () => {
  const { directory: egg } = store('demo');
  const [entry] = catalog.entries();
  if (entry === undefined) throw new Error('no entry');
  expect(catalog.verify(entry)).toEqual([]);
  const file = join(egg, 'module.py');
  chmodSync(file, 0o644);
  writeFileSync(file, 'y'.repeat(1000));
  utimesSync(file, Date.UTC(2020, 0, 1) / 1000, Date.UTC(2020, 0, 1) / 1000);
  expect(catalog.verify(entry)).toEqual(['module.py: has other content']);
  appendFileSync(join(egg, 'more.py'), '');
  rmSync(file);
  expect(catalog.verify(entry)).toEqual(['module.py: is missing', 'more.py: is not in the manifest']);
});

test('prunes what was not used for long, broken entries too, and says so before when asked', () => {
  store('old', { daysAgo: 100 });
  store('new', { daysAgo: 10 });
  const broken = store('broken');
  writeFileSync(join(broken.directory, '..', 'manifest.json'), '{"format": 1');
  cache.close();
  const limits = { olderThanMilliseconds: 90 * day };
  const planned = catalog.prune({ ...limits, dryRun: true });
  expect(planned?.removed.map(({ reason }) => reason).sort()).toEqual(['unusable', 'unused']);
  expect(names()).toEqual(['broken', 'new', 'old']);
  expect(catalog.prune(limits)).toMatchObject({ inUse: 0, bytesBefore: 2000, bytesAfter: 1000 });
  expect(names()).toEqual(['new']);
});

test('prunes the least recently used until the rest is small enough', () => {
  for (const [name, daysAgo] of [
    ['a', 1],
    ['b', 5],
    ['c', 3],
  ] as const)
    store(name, { daysAgo });
  cache.close();
  expect(catalog.prune({ bytes: 1500 })?.removed).toHaveLength(2);
  expect(names()).toEqual(['a']);
});

test('while another process is at work, what it may use stays', () => {
  store('recent');
  store('old', { daysAgo: 5 });
  cache.close();
  const script = `
    import { openCatalog } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    const { removed, inUse } = openCatalog({ directory: ${JSON.stringify(directory)}, report: () => undefined }).prune({ bytes: 0 });
    console.log(removed.length, inUse);
  `;
  const prune = (): string =>
    spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout;
  expect(cache.find(keyOf('recent'))).toBeDefined();
  expect(prune()).toBe('1 1\n');
  expect(names()).toEqual(['recent']);
  cache.close();
  expect(prune()).toBe('1 0\n');
});

test('a run that stored something keeps the limit, and never takes its own entries', () => {
  for (const name of ['a', 'b', 'c', 'd']) store(name, { daysAgo: 4 });
  cache.close();
  const next = openEggCache({ directory, link: 'auto', report, limitBytes: 3000 });
  next.keepLimit();
  expect(names()).toHaveLength(4);
  cache = next;
  store('e', { bytes: 3500 });
  next.keepLimit();
  expect(names()).toEqual(['e']);
  expect(next.find(keyOf('e'))).toBeDefined();
  expect(existsSync(join(directory, 'sizes'))).toBe(true);
});
