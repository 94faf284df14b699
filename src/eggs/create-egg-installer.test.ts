// Eggs installed from a local directory of distributions made on the spot: what is chosen, where it goes, what is
// read back, with and without the egg cache.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import type { Event } from '#base';
import { describePython, findPython, type PythonDescription } from '#python';

import {
  buildEggDirectory,
  buildEggFile,
  buildInstalledEgg,
  buildSdistFile,
  buildWheel,
  writeCheckout,
} from '../../test/support/build-distribution.ts';
import { createEggInstaller, type EggInstaller, type EggSettings, type WorkingSet } from './index.ts';

let python: PythonDescription;
let root: string;
let lines: string[];

beforeAll(async () => {
  python = await describePython(await findPython(process.env));
});

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'clutch-eggs-')));
  lines = [];
  for (const name of ['index', 'develop-eggs']) mkdirSync(join(root, name));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function installer(settings: Partial<EggSettings> = {}): EggInstaller {
  const report = (event: Event): void => {
    if (event.type === 'log') lines.push(event.text);
  };
  return createEggInstaller({
    eggsDirectory: join(root, 'eggs'),
    developEggsDirectory: join(root, 'develop-eggs'),
    findLinks: [],
    indexUrl: join(root, 'index'),
    allowHosts: ['*'],
    newest: true,
    offline: false,
    pins: new Map(),
    preferFinal: true,
    allowPicked: true,
    useDependencyLinks: true,
    installFromCache: false,
    allowUnknownExtras: false,
    python,
    http: () => {
      throw new Error('these tests need no network');
    },
    report,
    environment: process.env,
    ...settings,
  });
}

async function install(eggs: EggInstaller, ...specs: string[]): Promise<WorkingSet> {
  const workingSet = await eggs.install(specs);
  await eggs.settle();
  return workingSet;
}

const index = (): string => join(root, 'index');
const egg = (stem: string): string => `${stem}-py${python.minor}-${python.platform}.egg`;
const eggsThere = (): string[] => readdirSync(join(root, 'eggs')).sort();
const names = (workingSet: WorkingSet): string[] =>
  workingSet.map(({ project, version }) => `${project} ${version}`);

const withCache = (): Partial<EggSettings> => ({
  eggCache: { directory: join(root, 'cache'), link: 'auto' },
});

test.each([
  ['without an egg cache', (): Partial<EggSettings> => ({})],
  ['with an egg cache', withCache],
])('unpacks wheels into eggs, byte-compiled, %s', async (_, settings) => {
  buildWheel(index(), {
    name: 'demo',
    version: '0.3',
    requires: ['demo.needed'],
    entryPoints: '[console_scripts]\nd = demo:m\n',
  });
  buildWheel(index(), { name: 'demo.needed', version: '1.0' });
  const workingSet = await install(installer(settings()), 'demo');
  expect(names(workingSet)).toEqual(['demo.needed 1.0', 'demo 0.3']);
  expect(eggsThere()).toEqual([egg('demo-0.3'), egg('demo.needed-1.0')]);
  const demo = join(root, 'eggs', egg('demo-0.3'));
  expect(readdirSync(demo).sort()).toEqual([
    '__pycache__',
    egg('demo-0.3').replace(/egg$/, 'dist-info'),
    'demo.py',
  ]);
  expect(readdirSync(join(demo, '__pycache__'))).toHaveLength(1);
  expect(workingSet[1]?.metadata('entry_points.txt')).toContain('d = demo:m');
  expect(workingSet[1]?.location).toBe(demo);
});

test('builds an sdist by its own back end, once for all buildouts', async () => {
  await buildSdistFile(index(), { name: 'source', version: '2.0', requires: ['demo'] });
  buildWheel(index(), { name: 'demo', version: '1' });
  expect(names(await install(installer(withCache()), 'source'))).toEqual(['demo 1', 'source 2.0']);
  const events: Event[] = [];
  const second = installer({
    ...withCache(),
    eggsDirectory: join(root, 'other'),
    report: (event) => events.push(event),
  });
  await install(second, 'source');
  expect(events.filter(({ type }) => type === 'build-start')).toEqual([]);
  expect(readdirSync(join(root, 'other')).sort()).toEqual([egg('demo-1'), egg('source-2.0')]);
});

test('gives a second buildout the eggs of the cache after the files are gone', async () => {
  const wheel = buildWheel(index(), { name: 'demo', version: '1' });
  await install(installer(withCache()), 'demo');
  const [file] = readdirSync(join(root, 'eggs', egg('demo-1'))).filter((name) => name.endsWith('.py'));
  rmSync(join(root, 'eggs'), { recursive: true });
  await install(installer(withCache()), 'demo');
  expect(existsSync(join(root, 'eggs', egg('demo-1'), file ?? ''))).toBe(true);
  expect(existsSync(wheel)).toBe(true);
});

test('changes nothing and says nothing in a second run with everything pinned', async () => {
  buildWheel(index(), { name: 'demo', version: '1' });
  const pins = new Map([['demo', '1']]);
  await install(installer({ pins }), 'demo');
  const before = statSync(join(root, 'eggs')).mtimeMs;
  lines = [];
  await install(installer({ pins, indexUrl: '/nowhere' }), 'demo');
  expect(lines).toEqual(["Installing 'demo'.", "We have the distribution that satisfies 'demo==1'."]);
  expect(statSync(join(root, 'eggs')).mtimeMs).toBe(before);
});

test('unpacks eggs, zipped or not, and passes over those for another Python or platform', async () => {
  const { minor } = python;
  buildEggFile(index(), {
    name: 'zipped',
    version: '1',
    python: minor,
    extras: ['big'],
    requires: ['tree; extra == "big"'],
  });
  buildEggFile(index(), { name: 'zipped', version: '2', python: '2.7' });
  buildEggFile(index(), { name: 'zipped', version: '3', python: minor, platform: 'win32' });
  buildEggDirectory(index(), { name: 'tree', version: '1' });
  const workingSet = await install(installer(), 'zipped[big]');
  expect(names(workingSet)).toEqual(['tree 1', 'zipped 1']);
  expect(existsSync(join(root, 'eggs', `zipped-1-py${minor}.egg`, 'EGG-INFO', 'PKG-INFO'))).toBe(true);
  await expect(install(installer(), 'zipped>2')).rejects.toMatchObject({
    message: "Couldn't find a distribution for 'zipped>2'.",
    hint: `zipped-3-py${minor}-win32.egg is no use: it is for win32, not ${python.platform}`,
  });
});

test('passes over wheels that do not fit and files for another Python', async () => {
  buildWheel(index(), { name: 'demo', version: '2', tag: 'cp27-cp27m-win32' });
  buildWheel(index(), { name: 'demo', version: '1' });
  expect(names(await install(installer(), 'demo'))).toEqual(['demo 1']);
  buildWheel(index(), { name: 'picky', version: '1', requiresPython: '<3' });
  await expect(install(installer(), 'picky')).rejects.toThrow(
    /'picky' requires a different Python: .* not in '<3'/,
  );
});

test('uses eggs that somebody else put there, as they are', async () => {
  const eggs = join(root, 'eggs');
  buildInstalledEgg(eggs, {
    name: 'zope.there',
    version: '5.0',
    python: python.minor,
    platform: python.platform,
  });
  buildEggDirectory(eggs, { name: 'old-style', version: '1.0', python: python.minor, requires: ['zipped'] });
  buildEggFile(eggs, { name: 'zipped', version: '1.0' });
  buildInstalledEgg(eggs, { name: 'zope.there', version: '6.0', python: '2.7' });
  const workingSet = await install(installer({ newest: false }), 'zope-there', 'Old_Style');
  expect(names(workingSet)).toEqual(['zope.there 5.0', 'old-style 1.0', 'zipped 1.0']);
  expect(eggsThere()).toHaveLength(4);
});

test('finds develop eggs through their links, and what lies beside them', async () => {
  const source = writeCheckout(join(root, 'checkout'), { name: 'dev', version: '1.0.dev0' });
  mkdirSync(join(source, 'dev.egg-info'));
  writeFileSync(join(source, 'dev.egg-info', 'PKG-INFO'), 'Name: dev\nVersion: 1.0.dev0\n');
  writeFileSync(join(source, 'dev.egg-info', 'requires.txt'), 'demo\n\n[test]\nother\n');
  writeFileSync(join(root, 'develop-eggs', 'dev.egg-link'), `${source}\n.`);
  for (const name of ['demo', 'other']) buildWheel(index(), { name, version: '1' });
  buildWheel(index(), { name: 'dev', version: '2.0' });
  const workingSet = await install(installer(), 'dev[test]');
  expect(names(workingSet)).toEqual(['demo 1', 'other 1', 'dev 1.0.dev0']);
  expect(lines).toContain('We have a develop egg: dev 1.0.dev0');
});

test('takes an egg-link in the eggs directory for the one distribution it is named after', async () => {
  const site = join(root, 'site-packages');
  for (const [name, version] of [
    ['setuptools', '70.0'],
    ['other', '1.0'],
  ] as const) {
    mkdirSync(join(site, `${name}-${version}.dist-info`), { recursive: true });
    writeFileSync(
      join(site, `${name}-${version}.dist-info`, 'METADATA'),
      `Name: ${name}\nVersion: ${version}\n`,
    );
  }
  mkdirSync(join(root, 'eggs'));
  writeFileSync(join(root, 'eggs', 'setuptools.egg-link'), site);
  const eggs = installer();
  expect(names(await install(eggs, 'setuptools'))).toEqual(['setuptools 70.0']);
  await expect(install(eggs, 'other')).rejects.toThrow("Couldn't find a distribution for 'other'.");
});

test('installs nothing offline, and finds what is there', async () => {
  buildWheel(index(), { name: 'demo', version: '1' });
  await expect(install(installer({ offline: true }), 'demo')).rejects.toThrow(
    "We don't have a distribution for demo\nand can't install one in offline (no-install) mode.\n",
  );
  await install(installer(), 'demo');
  expect(names(await install(installer({ offline: true }), 'demo'))).toEqual(['demo 1']);
});

test('keeps files in the download cache, and installs from it alone', async () => {
  buildWheel(index(), { name: 'demo', version: '1' });
  const downloadCache = join(root, 'downloads');
  await install(installer({ downloadCache }), 'demo');
  expect(readdirSync(join(downloadCache, 'dist'))).toEqual(['demo-1-py3-none-any.whl']);
  rmSync(join(root, 'eggs'), { recursive: true });
  const fromCache = installer({ downloadCache, installFromCache: true, indexUrl: '/nowhere' });
  expect(names(await install(fromCache, 'demo'))).toEqual(['demo 1']);
});

test('keeps the file in the download cache also when the egg is in the egg cache', async () => {
  buildWheel(index(), { name: 'demo', version: '1' });
  await install(installer(withCache()), 'demo');
  rmSync(join(root, 'eggs'), { recursive: true });
  const downloadCache = join(root, 'downloads');
  await install(installer({ ...withCache(), downloadCache }), 'demo');
  expect(readdirSync(join(downloadCache, 'dist'))).toEqual(['demo-1-py3-none-any.whl']);
});

test('places what it obtained before a failure', async () => {
  buildWheel(index(), { name: 'demo', version: '1', requires: ['nowhere'] });
  await expect(installer().install(['demo'])).rejects.toThrow("Couldn't find a distribution for 'nowhere'.");
  expect(eggsThere()).toEqual([egg('demo-1')]);
});

test('does not install what it only looked ahead for', async () => {
  buildWheel(index(), { name: 'a', version: '1', requires: ['b', 'c<2'] });
  buildWheel(index(), { name: 'b', version: '1', requires: ['c'] });
  buildWheel(index(), { name: 'c', version: '1' });
  buildWheel(index(), { name: 'c', version: '2', requires: ['d'] });
  buildWheel(index(), { name: 'd', version: '1' });
  expect(names(await install(installer(), 'a'))).toEqual(['b 1', 'c 1', 'a 1']);
  // What was made ahead and not wanted goes when the process ends.
  expect(eggsThere().filter((name) => !name.startsWith('.'))).toEqual([egg('a-1'), egg('b-1'), egg('c-1')]);
});

test('says what a build failed with, and leaves nothing half done', async () => {
  const sdist = await buildSdistFile(index(), { name: 'broken', version: '1' });
  writeFileSync(sdist, 'no archive');
  await expect(install(installer(), 'broken')).rejects.toThrow();
  expect(eggsThere().filter((name) => name.endsWith('.egg'))).toEqual([]);
});

test('builds a distribution with options for its extensions, into the directory it is told', async () => {
  await buildSdistFile(index(), { name: 'ext', version: '1' });
  buildWheel(index(), { name: 'ext', version: '2' });
  const eggs = installer();
  const destination = join(root, 'develop-eggs');
  const options = { destination, buildExt: { 'include-dirs': '/opt/include' }, path: [join(root, 'eggs')] };
  expect(await eggs.build('ext', options)).toEqual([join(destination, egg('ext-1'))]);
  expect(await eggs.build('ext ==1', options)).toEqual([join(destination, egg('ext-1'))]);
  await expect(eggs.build('nowhere', options)).rejects.toThrow(
    "Couldn't find a source distribution for 'nowhere'.",
  );
});

test('sorts develop eggs before eggs and both before the rest', async () => {
  buildWheel(index(), { name: 'demo', version: '1' });
  const source = join(root, 'src');
  mkdirSync(join(source, 'dev.egg-info'), { recursive: true });
  writeFileSync(join(source, 'dev.egg-info', 'PKG-INFO'), 'Name: dev\nVersion: 1\n');
  writeFileSync(join(root, 'develop-eggs', 'dev.egg-link'), `${source}\n.`);
  const eggs = installer();
  const workingSet = await install(eggs, 'demo', 'dev');
  expect(names(workingSet)).toEqual(['demo 1', 'dev 1']);
  expect(names(eggs.sortWorkingSet(workingSet))).toEqual(['dev 1', 'demo 1']);
});
