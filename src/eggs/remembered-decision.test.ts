// A decision that was remembered is repeated only while nothing it rests on has changed. A planted line in what is
// kept tells a repeated decision from a fresh one.

import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { describePython, findPython, type PythonDescription } from '#python';

import { buildInstalledEgg } from '../../test/support/build-distribution.ts';
import { createEggInstaller, type EggInstaller, type EggSettings } from './index.ts';

let python: PythonDescription;
let root: string;
let eggs: string;
let lines: string[];

beforeAll(async () => {
  python = await describePython(await findPython(process.env));
});

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'clutch-decisions-')));
  eggs = join(root, 'eggs');
  for (const name of ['index', 'develop-eggs']) mkdirSync(join(root, name));
  addEgg('app', '1', ['needed', 'extra; extra == "x"']);
  addEgg('needed', '1', ['deep']);
  addEgg('needed', '2');
  addEgg('deep', '1');
  addEgg('extra', '1');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function addEgg(name: string, version: string, requires: string[] = []): void {
  const extras = requires.some((text) => text.includes('extra ==')) ? ['x'] : [];
  buildInstalledEgg(eggs, { name, version, requires, extras, python: python.minor });
}

const eggAt = (stem: string): string => join(eggs, `${stem}-py${python.minor}.egg`);
const metadataAt = (stem: string): string =>
  join(eggAt(stem), `${stem}-py${python.minor}.dist-info`, 'METADATA');

function installer(settings: Partial<EggSettings> = {}): EggInstaller {
  return createEggInstaller({
    eggsDirectory: eggs,
    developEggsDirectory: join(root, 'develop-eggs'),
    findLinks: [],
    indexUrl: join(root, 'index'),
    allowHosts: ['*'],
    newest: false,
    offline: false,
    pins: new Map([['needed', '1']]),
    preferFinal: true,
    allowPicked: true,
    useDependencyLinks: true,
    installFromCache: false,
    allowUnknownExtras: false,
    remembersDecisions: true,
    eggCache: { directory: join(root, 'cache'), link: 'auto' },
    python,
    http: () => {
      throw new Error('these tests need no network');
    },
    report: (event) => {
      if (event.type === 'log' && event.level !== 'debug') lines.push(event.text);
    },
    environment: process.env,
    ...settings,
  });
}

interface Outcome {
  workingSet: readonly unknown[];
  picked: readonly unknown[];
  lines: readonly string[];
  isRepeated: boolean;
}

async function run(settings: Partial<EggSettings> = {}, specs = ['app']): Promise<Outcome> {
  plantLines();
  lines = [];
  const installing = installer(settings);
  const workingSet = installing.sortWorkingSet(await installing.install(specs));
  await installing.settle();
  const { versions, requiredBy } = installing.picked();
  return {
    workingSet: workingSet.map((dist) => [
      [dist.project, dist.version, dist.location, dist.precedence, dist.eggName],
      [dist.pythonVersion, dist.platform, dist.extras, dist.requires(), dist.requires(dist.extras)],
      [dist.metadata('METADATA'), dist.metadata('entry_points.txt'), dist.metadataNames('scripts')],
    ]),
    picked: [versions, [...requiredBy].map(([name, requirers]) => [name, [...requirers]])],
    lines: lines.filter((line) => line !== 'planted'),
    isRepeated: lines.includes('planted'),
  };
}

function decisions(): string[] {
  const directory = join(root, 'cache', 'known');
  const names = existsSync(directory) ? readdirSync(directory) : [];
  return names.filter((name) => name.startsWith('decision-')).map((name) => join(directory, name));
}

function plantLines(): void {
  for (const path of decisions().filter((path) => statSync(path).isFile())) {
    const decision = JSON.parse(readFileSync(path, 'utf8')) as { events: unknown[] };
    decision.events = [...decision.events, { type: 'log', level: 'info', text: 'planted' }];
    writeFileSync(path, JSON.stringify(decision));
  }
}

/** What a run gives that remembers nothing. */
async function fresh(settings: Partial<EggSettings> = {}, specs?: string[]): Promise<Outcome> {
  return run({ ...settings, remembersDecisions: false }, specs);
}

test.each([
  ['plain', {}, ['app']],
  ['with an extra', {}, ['app[x]', 'deep']],
  ['offline', { offline: true }, ['app']],
  ['with picks', { pins: new Map([['needed', '<2']]) }, ['app[x]']],
])('repeats a decision with the same outcome: %s', async (_, settings, specs) => {
  const first = await run(settings, specs);
  expect(first.isRepeated).toBe(false);
  const second = await run(settings, specs);
  expect(second).toEqual({ ...first, isRepeated: true });
  expect(await fresh(settings, specs)).toEqual(first);
});

const changes: [string, () => Partial<EggSettings>, boolean?][] = [
  ['a pin', () => ({ pins: new Map([['needed', '2']]) })],
  [
    'a pin of something else',
    () => ({
      pins: new Map([
        ['needed', '1'],
        ['other', '1'],
      ]),
    }),
  ],
  ['prefer-final', () => ({ preferFinal: false })],
  [
    'the Python',
    () => ({ python: { ...python, markers: { ...python.markers, python_full_version: '3.0.1' } } }),
  ],
  ['another egg', () => (addEgg('app', '2'), {})],
  [
    'an egg that was passed over',
    () => (appendFileSync(metadataAt('needed-2'), 'Requires-Dist: extra\n'), {}),
  ],
  ["an egg's requirements", () => (appendFileSync(metadataAt('deep-1'), 'Requires-Dist: extra\n'), {})],
  [
    'the requirements of an egg, by a new file',
    () => {
      rmSync(metadataAt('needed-1'));
      addEgg('needed', '1', ['extra']);
      return {};
    },
  ],
  [
    'a second distribution inside an egg',
    () => {
      mkdirSync(join(eggAt('app-1'), 'more-1.dist-info'));
      writeFileSync(join(eggAt('app-1'), 'more-1.dist-info', 'METADATA'), 'Name: more\nVersion: 1\n');
      return {};
    },
  ],
  ['a develop egg', () => (developEgg('app', ['extra']), {})],
];

test.each(changes)('decides again after a change of %s', async (_, change) => {
  await run();
  expect((await run()).isRepeated).toBe(true);
  const settings = change();
  const after = await run(settings);
  expect(after.isRepeated).toBe(false);
  expect(after).toEqual(await fresh(settings));
});

test('decides again when an egg is gone', async () => {
  const settings = { pins: new Map<string, string>() };
  await run(settings);
  expect((await run(settings)).isRepeated).toBe(true);
  rmSync(eggAt('needed-2'), { recursive: true });
  const after = await run(settings);
  expect(after.isRepeated).toBe(false);
  expect(after).toEqual(await fresh(settings));
});

function developEgg(project: string, requires: readonly string[]): void {
  const source = join(root, 'checkout');
  const info = join(source, `${project}.egg-info`);
  mkdirSync(info, { recursive: true });
  writeFileSync(join(info, 'PKG-INFO'), `Metadata-Version: 2.1\nName: ${project}\nVersion: 3.0.dev0\n`);
  writeFileSync(join(info, 'requires.txt'), requires.join('\n'));
  writeFileSync(join(root, 'develop-eggs', `${project}.egg-link`), `${source}\n.`);
}

test('repeats a decision with a develop egg until its requirements change', async () => {
  developEgg('app', ['needed']);
  const first = await run();
  expect(await run()).toEqual({ ...first, isRepeated: true });
  developEgg('app', ['extra']);
  const after = await run();
  expect(after.isRepeated).toBe(false);
  expect(JSON.stringify(after.workingSet)).toContain('extra-1');
  expect(after).toEqual(await fresh());
});

test('remembers nothing that an index or a zipped or linked egg had a part in', async () => {
  await run({ newest: true, pins: new Map() });
  expect(decisions()).toEqual([]);
  const source = join(root, 'checkout');
  mkdirSync(source);
  writeFileSync(join(eggs, 'linked.egg-link'), `${source}\n.`);
  await run();
  expect(decisions()).toEqual([]);
});

test('passes over what is kept when it is damaged or cannot be written', async () => {
  const first = await run();
  for (const path of decisions()) writeFileSync(path, '{"key": "", "events": []}');
  expect(await run()).toEqual(first);
  for (const path of decisions()) {
    rmSync(path);
    mkdirSync(join(path, 'inside'), { recursive: true });
  }
  expect(await run()).toEqual(first);
});

test('notices an edit of an egg by its time alone', async () => {
  await run();
  utimesSync(metadataAt('deep-1'), 1, 1);
  expect((await run()).isRepeated).toBe(false);
});

test('keeps no decision for more than a month', async () => {
  await run();
  const [old = ''] = decisions();
  utimesSync(old, 1, 1);
  await installer().install(['deep']);
  expect(decisions()).not.toContain(old);
  expect(decisions()).toHaveLength(1);
});
