// Storing, finding and placing eggs; damage, edits, foreign directories and full disks.

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { hashBytes, type Event } from '#base';
import {
  fixedMtime,
  normalizeTree,
  openEggCache,
  requestKeyOf,
  type CachedEgg,
  type EggCache,
} from './index.ts';
import type { EggFacts } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'clutch-store-'));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

let place: string;
let events: Event[];
let cache: EggCache;
let count = 0;

beforeEach(() => {
  count += 1;
  place = join(root, String(count));
  mkdirSync(place);
  events = [];
  cache = open();
});

function open(link: 'auto' | 'clone' | 'hardlink' | 'copy' = 'auto'): EggCache {
  return openEggCache({ directory: join(place, 'cache'), link, report: (event) => events.push(event) });
}

const facts: EggFacts = {
  eggName: 'Demo-1.0-py3.11.egg',
  project: 'Demo',
  version: '1.0',
  metadata: { requiresDist: ['other>=1'], providesExtra: ['test'], texts: { 'top_level.txt': 'demo\n' } },
};

const key = requestKeyOf({ kind: 'wheel', sha256: 'ab'.repeat(32), python: 'cp311' });

function makeEgg(
  files: Record<string, string> = {
    'demo/__init__.py': 'x = 1\n',
    'demo/sub/a.py': '',
    'EGG-INFO/run': '#!',
  },
): string {
  const directory = join(cache.temporaryDirectory(), 'Demo-1.0-py3.11.egg');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), content, { mode: path.endsWith('run') ? 0o700 : 0o600 });
  }
  return directory;
}

function stored(keys = [key], files?: Record<string, string>): CachedEgg {
  const egg = cache.store(keys, { directory: makeEgg(files) }, facts);
  if (egg === undefined) throw new Error('not stored');
  return egg;
}

const target = (): string => join(place, 'eggs', 'Demo-1.0-py3.11.egg');
const warnings = (): string[] => events.flatMap((event) => (event.type === 'log' ? [event.text] : []));

test('finds what was stored, with its manifest', () => {
  const egg = stored();
  const found = open().find(key);
  expect(found?.directory).toBe(egg.directory);
  expect({ ...found?.manifest }).toEqual({ ...egg.manifest });
  expect(found?.manifest).toMatchObject({
    ...facts,
    requestKeys: [key],
    directories: ['EGG-INFO', 'demo', 'demo/sub'],
  });
  expect(found?.manifest.files).toEqual([
    { path: 'EGG-INFO/run', size: 2, mode: 0o555, sha256: hashBytes('#!') },
    { path: 'demo/__init__.py', size: 6, mode: 0o444, sha256: hashBytes('x = 1\n') },
    { path: 'demo/sub/a.py', size: 0, mode: 0o444, sha256: hashBytes('') },
  ]);
  expect(cache.find('0'.repeat(64))).toBeUndefined();
});

test('files in the cache are read-only and have the fixed time', () => {
  const { directory, manifest } = stored();
  for (const file of manifest.files) {
    const status = statSync(join(directory, file.path));
    expect([status.mode & 0o7777, status.mtimeMs]).toEqual([file.mode, fixedMtime * 1000]);
  }
});

test('an egg is found under each of its request keys, and by what accepts it', () => {
  const other = requestKeyOf({ kind: 'source', sha256: 'cd'.repeat(32), python: 'cp311' });
  stored([key, other]);
  expect(cache.find(other)?.manifest.buildKey).toBe(cache.find(key)?.manifest.buildKey);
  expect(cache.find(key, () => false)).toBeUndefined();
});

test('the newest build answers first', () => {
  stored();
  const newer = cache.store([key], { directory: makeEgg() }, { ...facts, used: { compiler: 'gcc 14' } });
  expect(cache.find(key)?.manifest.buildKey).toBe(newer?.manifest.buildKey);
  expect(cache.find(key, (manifest) => manifest.used === undefined)?.manifest.used).toBeUndefined();
});

test('storing what is there already keeps the first and removes the second', () => {
  const first = stored();
  const second = stored([key], { 'demo/other.py': 'y' });
  expect(second.manifest.files).toEqual(first.manifest.files);
  expect(readdirSync(join(place, 'cache', 'tmp')).filter((name) => name.startsWith('entry'))).toEqual([]);
});

test.each(['hardlink', 'copy'] as const)('places by %s', (link) => {
  const egg = stored();
  cache = open(link);
  expect(cache.place(egg, target())).toEqual({ outcome: 'placed', how: link });
  const status = lstatSync(join(target(), 'demo/__init__.py'));
  expect([status.nlink, status.mode & 0o7777, status.mtimeMs]).toEqual([
    link === 'copy' ? 1 : 2,
    0o444,
    fixedMtime * 1000,
  ]);
  expect(lstatSync(join(target(), 'EGG-INFO/run')).mode & 0o7777).toBe(0o555);
  expect(readdirSync(join(place, 'eggs'))).toEqual(['Demo-1.0-py3.11.egg']);
});

test('a choice that does not work here falls back to copying', () => {
  const egg = stored();
  const result = open('clone').place(egg, target());
  expect(result).toMatchObject({ outcome: 'placed', how: expect.stringMatching(/clone|copy/) });
  expect(warnings()).toEqual([]);
});

test('another file system falls back to copying, silently', () => {
  if (!existsSync('/dev/shm') || statSync('/dev/shm').dev === statSync(root).dev) return;
  const shm = mkdtempSync('/dev/shm/clutch-');
  try {
    const egg = stored();
    expect(cache.place(egg, join(shm, 'Demo.egg'))).toEqual({ outcome: 'placed', how: 'copy' });
    expect(statSync(join(shm, 'Demo.egg/demo/__init__.py')).mtimeMs).toBe(fixedMtime * 1000);
    expect(warnings()).toEqual([]);
    // And an egg that was built elsewhere is copied in.
    const built = join(shm, 'built');
    mkdirSync(built);
    writeFileSync(join(built, 'a.py'), 'a');
    expect(cache.store(['1'.repeat(64)], { directory: built }, facts)?.manifest.files).toHaveLength(1);
    expect(existsSync(built)).toBe(false);
    expect(cache.place(cache.find('1'.repeat(64)) ?? egg, target()).outcome).toBe('placed');
  } finally {
    rmSync(shm, { recursive: true, force: true });
  }
});

test('a target that exists is left alone', () => {
  const egg = stored();
  mkdirSync(target(), { recursive: true });
  writeFileSync(join(target(), 'mine'), '');
  expect(cache.place(egg, target())).toEqual({ outcome: 'present' });
  expect(readdirSync(target())).toEqual(['mine']);
});

test('links inside an egg are kept', () => {
  const directory = makeEgg();
  symlinkSync('sub/a.py', join(directory, 'demo/link.py'));
  const egg = cache.store([key], { directory }, facts);
  if (egg === undefined) throw new Error('not stored');
  cache.place(egg, target());
  expect(readlinkSync(join(target(), 'demo/link.py'))).toBe('sub/a.py');
});

test('an egg with a link to outside is not stored', () => {
  const directory = makeEgg();
  symlinkSync('../../..', join(directory, 'demo/out'));
  expect(() => cache.store([key], { directory }, facts)).toThrow(
    expect.objectContaining({ code: 'STORE_UNFIT_EGG' }),
  );
  expect(existsSync(directory)).toBe(true);
});

test('paths of any spelling survive the manifest', () => {
  const names = ['"quoted".py', 'line\nbreak.py', 'with space.py', 'été.py', '...py'];
  const egg = stored([key], Object.fromEntries(names.map((name) => [name, name])));
  const found = open().find(key);
  expect(found?.manifest.files).toEqual(egg.manifest.files);
  cache.place(found ?? egg, target());
  expect(readdirSync(target()).sort()).toEqual([...names].sort());
});

test('files that somebody else links to are not touched by storing', () => {
  const mine = join(place, 'mine.py');
  writeFileSync(mine, 'mine', { mode: 0o640 });
  const directory = makeEgg();
  linkSync(mine, join(directory, 'demo/linked.py'));
  cache.store([key], { directory }, facts);
  expect(statSync(mine).mode & 0o777).toBe(0o640);
  expect(statSync(mine).nlink).toBe(1);
});

function edit(path: string, change: () => void): void {
  chmodSync(path, 0o644);
  change();
}

test('an edit through a hard link is found, reported by egg and file, and the entry is taken away', () => {
  const egg = stored();
  cache = open('hardlink');
  cache.place(egg, target());
  edit(join(target(), 'demo/__init__.py'), () =>
    appendFileSync(join(target(), 'demo/__init__.py'), 'y = 2\n'),
  );
  const result = cache.place(egg, join(place, 'second', 'Demo.egg'));
  expect(result).toMatchObject({ outcome: 'damaged', damage: { file: 'demo/__init__.py', problem: 'size' } });
  expect(warnings()).toEqual([
    'Egg cache: demo/__init__.py of Demo-1.0-py3.11.egg has another size than when it was built; the egg is made again.',
  ]);
  expect(existsSync(join(place, 'second', 'Demo.egg'))).toBe(false);
  expect(readdirSync(join(place, 'second'))).toEqual([]);
  expect(cache.find(key)).toBeUndefined();
  expect(readFileSync(join(target(), 'demo/__init__.py'), 'utf8')).toContain('y = 2');
  const again = stored();
  expect(cache.place(again, join(place, 'second', 'Demo.egg')).outcome).toBe('placed');
});

test('an edit of the same length is found by its time', () => {
  const egg = stored();
  edit(join(egg.directory, 'demo/__init__.py'), () =>
    writeFileSync(join(egg.directory, 'demo/__init__.py'), 'x = 2\n'),
  );
  expect(cache.place(egg, target())).toMatchObject({ outcome: 'damaged', damage: { problem: 'mtime' } });
});

test('an entry with a missing file, or gone altogether, is damaged', () => {
  const egg = stored();
  rmSync(join(egg.directory, 'demo/sub/a.py'));
  expect(cache.place(egg, target())).toMatchObject({ outcome: 'damaged', damage: { problem: 'missing' } });
  expect(cache.place(egg, target())).toMatchObject({ outcome: 'damaged', damage: { problem: 'missing' } });
});

test.each([
  ['empty', ''],
  ['cut short', '{"format": 1,'],
  ['of another format', '{"format": 0}'],
  ['not an object', '[]'],
])('a manifest that is %s is a miss, and storing replaces the entry', (_label, text) => {
  const egg = stored();
  writeFileSync(join(egg.directory, '..', 'manifest.json'), text);
  expect(cache.find(key)).toBeUndefined();
  stored();
  expect(cache.find(key)?.manifest.files).toHaveLength(3);
});

test.each(['../x', '/x', 'a/../../x', '..'])('a manifest that names `%s` is a miss', (path) => {
  const manifest = join(stored().directory, '..', 'manifest.json');
  const packed = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>;
  writeFileSync(manifest, JSON.stringify({ ...packed, files: `444 1 ${path}`, sha256: '0'.repeat(64) }));
  expect(cache.find(key)).toBeUndefined();
  writeFileSync(manifest, JSON.stringify({ ...packed, directories: `demo\n${path}` }));
  expect(cache.find(key)).toBeUndefined();
});

test('a request list of nonsense is a miss', () => {
  stored();
  writeFileSync(join(place, 'cache/requests', key.slice(0, 2), `${key}.json`), '["../../x", 7]');
  expect(cache.find(key)).toBeUndefined();
});

test('looking an egg up marks it as used, once a day', () => {
  const manifest = join(stored().directory, '..', 'manifest.json');
  utimesSync(manifest, 1e9, 1e9);
  cache.find(key);
  expect(Date.now() - statSync(manifest).mtimeMs).toBeLessThan(60_000);
});

test('removes an entry, eggs placed from it stay', () => {
  const egg = stored();
  cache.place(egg, target());
  cache.remove(egg);
  expect(cache.find(key)).toBeUndefined();
  expect(readFileSync(join(target(), 'demo/__init__.py'), 'utf8')).toBe('x = 1\n');
});

test('placing many answers in order', async () => {
  const egg = stored();
  const other = stored(['2'.repeat(64)], { 'only.py': 'only' });
  rmSync(join(other.directory, 'only.py'));
  const results = await cache.placeMany([
    { egg, target: target() },
    { egg: other, target: join(place, 'eggs', 'Other.egg') },
    { egg, target: target() },
  ]);
  expect(results.map((result) => result.outcome)).toEqual(['placed', 'damaged', 'present']);
});

test('old leftovers of killed runs are removed, young ones stay', () => {
  const egg = stored();
  const eggs = join(place, 'eggs');
  mkdirSync(join(eggs, '.Old.egg.1-abc.tmp'), { recursive: true });
  mkdirSync(join(eggs, '.Young.egg.1-abc.tmp'));
  utimesSync(join(eggs, '.Old.egg.1-abc.tmp'), 1e9, 1e9);
  open().place(egg, target());
  expect(readdirSync(eggs).sort()).toEqual(['.Young.egg.1-abc.tmp', 'Demo-1.0-py3.11.egg']);
});

test('one holder at a time has the lock of a request', async () => {
  const lock = await cache.lock(key);
  let second = false;
  const waiting = open()
    .lock(key)
    .then((held) => {
      second = true;
      return held;
    });
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(second).toBe(false);
  lock.release();
  (await waiting).release();
});

const isRoot = process.geteuid?.() === 0;

test.runIf(isRoot)('root uses the cache of another user without writing to it', async () => {
  const egg = stored();
  const directory = join(place, 'cache');
  chownSync(directory, 12_345, 12_345);
  cache = open();
  const built = join(place, 'built');
  mkdirSync(built);
  expect(cache.store(['3'.repeat(64)], { directory: built }, facts)).toBeUndefined();
  expect(existsSync(built)).toBe(true);
  cache.records.save({ indexUrl: 'https://pypi.org/simple', project: 'demo', version: '1.0' }, []);
  (await cache.lock(key)).release();
  expect(cache.temporaryDirectory().startsWith(directory)).toBe(false);
  expect(cache.find(key)?.manifest.eggName).toBe(egg.manifest.eggName);
  expect(cache.place(egg, target()).outcome).toBe('placed');
  expect(warnings()).toEqual([expect.stringContaining('it belongs to user 12345')]);
  expect(readdirSync(directory)).not.toContain('records');
});

test('a cache directory that cannot be made is reported once and never fatal', async () => {
  writeFileSync(join(place, 'file'), '');
  cache = openEggCache({
    directory: join(place, 'file/cache'),
    link: 'auto',
    report: (event) => events.push(event),
  });
  const built = join(place, 'built');
  mkdirSync(built);
  expect(cache.find(key)).toBeUndefined();
  expect(cache.store([key], { directory: built }, facts)).toBeUndefined();
  expect(existsSync(built)).toBe(true);
  (await cache.lock(key)).release();
  expect(cache.records.find('https://pypi.org/simple', 'demo', '1.0')).toBeUndefined();
  expect(warnings()).toHaveLength(1);
});

const smallDisk = join(root, 'small-disk');

function mountSmallDisk(): boolean {
  mkdirSync(smallDisk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', smallDisk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test.runIf(isRoot)('a full disk stops the run with the way out, and leaves nothing behind', (context) => {
  if (!mountSmallDisk()) context.skip();
  try {
    const egg = stored([key], { 'demo/big.py': 'x'.repeat(400_000) });
    const eggs = join(smallDisk, 'eggs');
    expect(() => cache.place(egg, join(eggs, 'Demo.egg'))).toThrow(
      expect.objectContaining({ code: 'STORE_DISK_FULL', message: expect.stringContaining(eggs) }),
    );
    expect(readdirSync(eggs)).toEqual([]);
    const small = openEggCache({
      directory: join(smallDisk, 'cache'),
      link: 'auto',
      report: () => undefined,
    });
    const built = makeEgg({ 'demo/big.py': 'x'.repeat(400_000) });
    expect(() => small.store([key], { directory: built }, facts)).toThrow(
      expect.objectContaining({ code: 'STORE_DISK_FULL' }),
    );
    expect(existsSync(join(built, 'demo/big.py'))).toBe(true);
    expect(readdirSync(join(smallDisk, 'cache/tmp'))).toEqual([]);
    expect(small.find(key)).toBeUndefined();
    small.close();
  } finally {
    execFileSync('umount', [smallDisk]);
  }
});

test('normalising lists a tree in order and makes it the same everywhere', () => {
  const directory = makeEgg();
  const first = normalizeTree(directory);
  expect(normalizeTree(directory)).toEqual(first);
  expect(statSync(join(directory, 'demo')).mode & 0o777).toBe(0o755);
  expect(first.files.map((file) => file.path)).toEqual(['EGG-INFO/run', 'demo/__init__.py', 'demo/sub/a.py']);
});
