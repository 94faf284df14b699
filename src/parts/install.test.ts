// Whole runs with recipes from a `node_modules` folder, so without Python and without eggs.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { activitiesOf, type Event } from '#base';
import { defaultOptions, readConfiguration } from '#config';
import { createBuildout, type Buildout, type BuildoutOptions } from './index.ts';

// Each recipe logs nothing itself; `fail` makes it fail after registering what it made.
const recipeModule = `
import { existsSync, mkdirSync } from 'node:fs';
async function make(context, hasUpdate) {
  const { section, buildout } = context;
  const path = buildout.directory + '/' + await section.require('path');
  section.set('path', path);
  const fail = await section.get('fail');
  const run = async () => {
    if (!existsSync(path)) mkdirSync(path);
    context.created(path);
    if (fail) throw new Error(fail);
    return path;
  };
  return { install: run, ...(hasUpdate ? { update: run } : {}) };
}
export default (context) => make(context, true);
export const old = (context) => make(context, false);
export const silent = () => ({ install: async () => null, update: async () => null });
`;

interface Scene {
  directory: string;
  write: (lines: string) => void;
  run: (
    action?: (buildout: Buildout) => Promise<void>,
    options?: Partial<BuildoutOptions>,
  ) => Promise<string[]>;
  read: (name: string) => string;
}

const started = process.cwd();
afterEach(() => process.chdir(started));

function createScene(): Scene {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'clutch-run-')));
  const module = join(directory, 'node_modules', 'rec');
  mkdirSync(module, { recursive: true });
  writeFileSync(
    join(module, 'package.json'),
    '{"name":"rec","version":"1.2.3","type":"module","exports":"./rec.js"}',
  );
  writeFileSync(join(module, 'rec.js'), recipeModule);
  const hide = (text: string): string => text.replaceAll(directory, '/b');
  return {
    directory,
    write: (lines) => writeFileSync(join(directory, 'buildout.cfg'), lines),
    read: (name) => hide(readFileSync(join(directory, name), 'utf8')),
    async run(action = (buildout) => buildout.install([]), options = {}) {
      const lines: string[] = [];
      const report = (event: Event): void => {
        if (event.type === 'print') lines.push(hide(event.text));
        else if (event.type === 'log' && event.level !== 'debug') lines.push(hide(event.text));
      };
      const buildout = await createBuildout({ ...(await createOptions(directory, report)), ...options });
      try {
        await action(buildout);
      } catch (error) {
        const message = error instanceof Error ? error.message : '';
        lines.push(...activitiesOf(error).map((activity) => `While ${activity}`), `Error: ${hide(message)}`);
      } finally {
        await buildout.close();
      }
      return lines;
    },
  };
}

async function createOptions(directory: string, report: (event: Event) => void): Promise<BuildoutOptions> {
  const python = {
    executable: process.execPath,
    soabi: 'cpython-311-x86_64-linux-gnu',
    minor: '3.11',
    versionInfo: [3, 11, 0],
    platform: 'linux-x86_64',
  } as unknown as BuildoutOptions['python'];
  const refuse = (): never => {
    throw new Error('no network, no Python');
  };
  const environment = { HOME: directory, XDG_CACHE_HOME: join(directory, 'cache') };
  const configuration = await readConfiguration({
    file: join(directory, 'buildout.cfg'),
    cwd: directory,
    assignments: [],
    userDefaults: false,
    environment,
    defaults: { ...defaultOptions, executable: process.execPath },
    builtinVersions: {},
    fetchRemote: refuse,
    evaluateExpression: refuse,
    pythonFacts: refuse,
    report,
  });
  return {
    configuration,
    python,
    environment,
    argv: ['buildout'],
    report,
    http: refuse,
    indexUrl: '/no-index',
  };
}

const twoParts = `
[buildout]
parts = one two

[one]
recipe = npm:rec
path = first

[two]
recipe = npm:rec
path = second
`;

test('installs parts, records them, and the next run updates them', async () => {
  const { write, run, read, directory } = createScene();
  write(twoParts);
  expect(await run()).toEqual([
    "Creating directory '/b/eggs/v5'.",
    "Creating directory '/b/bin'.",
    "Creating directory '/b/parts'.",
    "Creating directory '/b/develop-eggs'.",
    'Installing one.',
    'Installing two.',
  ]);
  const text = `[buildout]
installed_develop_eggs = 
parts = one two

[one]
__buildout_installed__ = /b/first
__buildout_signature__ = npm:rec-1.2.3
path = /b/first
recipe = npm:rec

[two]
__buildout_installed__ = /b/second
__buildout_signature__ = npm:rec-1.2.3
path = /b/second
recipe = npm:rec
`;
  expect(read('.installed.cfg')).toBe(text);
  expect(await run()).toEqual(['Updating one.', 'Updating two.']);
  expect(read('.installed.cfg')).toBe(text);
  expect(existsSync(join(directory, 'first'))).toBe(true);
});

test('uninstalls what changed or is gone, last first, and installs anew', async () => {
  const { write, run, directory, read } = createScene();
  write(twoParts);
  await run();
  write(twoParts.replace('first', 'other').replace('parts = one two', 'parts = one'));
  expect(await run()).toEqual(['Uninstalling two.', 'Uninstalling one.', 'Installing one.']);
  expect(['first', 'second', 'other'].filter((name) => existsSync(join(directory, name)))).toEqual(['other']);
  rmSync(join(directory, 'other'), { recursive: true });
  expect(await run()).toEqual(['Uninstalling one.', 'Installing one.']);
  write('[buildout]\nparts =\n');
  expect(await run()).toEqual(['Uninstalling one.']);
  expect(existsSync(join(directory, '.installed.cfg'))).toBe(false);
  expect(() => read('.installed.cfg')).toThrow();
});

test('installs only the parts that are named, and leaves the others', async () => {
  const { write, run, read } = createScene();
  write(twoParts);
  await run();
  write(`${twoParts.replace('second', 'else')}\n[three]\nrecipe = npm:rec\npath = third\n`);
  expect(await run((buildout) => buildout.install(['two', 'three']))).toEqual([
    'Uninstalling two.',
    'Installing two.',
    'Installing three.',
  ]);
  expect(read('.installed.cfg')).toContain('parts = one two three\n');
});

test('a part that fails leaves nothing, and what was done before is recorded', async () => {
  const { write, run, read, directory } = createScene();
  write(`${twoParts}fail = broken\n`);
  expect((await run()).slice(4)).toEqual([
    'Installing one.',
    'Installing two.',
    'While Installing two.',
    'Error: broken',
  ]);
  expect(read('.installed.cfg')).toContain('parts = one\n');
  expect(existsSync(join(directory, 'second'))).toBe(false);
  write(twoParts);
  expect(await run()).toEqual(['Updating one.', 'Installing two.']);
});

test('a part whose update fails is uninstalled', async () => {
  const { write, run, read, directory } = createScene();
  write(twoParts);
  await run();
  const module = join(directory, 'node_modules/rec/rec.js');
  writeFileSync(module, recipeModule.replace('if (fail)', 'if (existsSync(path + "/stop"))'));
  mkdirSync(join(directory, 'first', 'stop'));
  // A module is loaded once, so the failing one has another name.
  const failing = join(dirname(dirname(module)), 'rec2');
  mkdirSync(failing);
  writeFileSync(
    join(failing, 'package.json'),
    '{"name":"rec2","version":"1","type":"module","exports":"./r.js"}',
  );
  writeFileSync(join(failing, 'r.js'), recipeModule.replace('if (fail)', 'if (existsSync(path + "/stop"))'));
  write(twoParts.replace('npm:rec', 'npm:rec2'));
  expect(await run()).toEqual(['Uninstalling one.', 'Installing one.', 'Updating two.']);
  mkdirSync(join(directory, 'first', 'stop'));
  expect(await run()).toEqual(['Updating one.', 'While Updating one.', 'Error: ']);
  expect(read('.installed.cfg')).toContain('parts = two\n');
  expect(existsSync(join(directory, 'first'))).toBe(false);
});

test('tells of recipes without update, of installs that give nothing, and of options nobody read', async () => {
  const { write, run } = createScene();
  write(`
[buildout]
parts = a b
misspelt = 1
[a]
recipe = npm:rec:old
path = a
typo = x
[b]
recipe = npm:rec:silent
`);
  const unused = (section: string, option: string): string =>
    `Section \`${section}\` contains unused option(s): '${option}'.\n` +
    "This may be an indication for either a typo in the option's name or a bug in the used recipe.";
  expect((await run()).slice(4)).toEqual([
    unused('buildout', 'misspelt'),
    'Installing a.',
    unused('a', 'typo'),
    'Installing b.',
    'The b install returned None.  A path or iterable os paths should be returned.',
  ]);
  expect(await run()).toEqual([
    unused('buildout', 'misspelt'),
    'Updating a.',
    "The recipe for a doesn't define an update method. Using its install method.",
    'Updating b.',
  ]);
});

test('an interrupted run ends between parts and goes on later', async () => {
  const { write, run, read } = createScene();
  write(twoParts);
  const controller = new AbortController();
  const lines = await run(
    (buildout) => {
      controller.abort();
      return buildout.install([]);
    },
    { signal: controller.signal },
  );
  expect(lines.at(-1)).toBe('Error: Interrupted');
  expect(() => read('.installed.cfg')).toThrow();
  expect(await run()).toEqual(['Installing one.', 'Installing two.']);
});

test('develop: a directory that is not there is a warning', async () => {
  const { write, run } = createScene();
  write('[buildout]\nparts =\ndevelop = nowhere src/*\n');
  expect((await run()).slice(4)).toEqual([
    "Couldn't develop '/b/nowhere' (not found)",
    "Couldn't develop '/b/src/*' (not found)",
  ]);
});

test('bootstrap writes a launcher that keeps the Python, and empties develop-eggs', async () => {
  const { write, run, read, directory } = createScene();
  write('[buildout]\nparts =\n');
  mkdirSync(join(directory, 'develop-eggs', 'old'), { recursive: true });
  expect((await run((buildout) => buildout.bootstrap())).slice(1)).toEqual([
    "Creating directory '/b/bin'.",
    "Creating directory '/b/parts'.",
    "Creating directory '/b/develop-eggs'.",
    "Generated script '/b/bin/buildout'.",
  ]);
  const [shebang, ...lines] = read('bin/buildout').trimEnd().split('\n');
  expect(shebang).toBe('#!/bin/sh');
  expect(lines.find((line) => line.startsWith(':'))).toBe(`: "\${BUILDOUT_PYTHON:=${process.execPath}}"`);
  expect(lines.at(-1)).toMatch(/^exec \S+\/bin\/buildout "\$@"$/);
});

test('query and wrong values of [buildout] answer in words of zc.buildout', async () => {
  const { write, run } = createScene();
  write(`${twoParts}copy = \${one:path}\n`);
  const ask = async (word: string): Promise<string | undefined> =>
    (await run((buildout) => buildout.query([word]))).at(-1);
  expect(await ask('two:copy')).toBe('${one:path}\n');
  expect(await ask('parts')).toBe('one two\n');
  expect(await ask('two:none')).toBe('Error: Key not found: none');
  expect(await ask('none:none')).toBe('Error: Section not found: none');
  write('[buildout]\nparts =\nlog-level = LOUD\n');
  await expect(run()).rejects.toThrow('Invalid logging level LOUD');
  write('[buildout]\nparts =\noffline = true\ninstall-from-cache = true\n');
  await expect(run()).rejects.toThrow("install-from-cache can't be used with offline mode.");
  write('[buildout]\nparts =\nextensions = buildout-versions\n');
  expect((await run()).at(-1)).toContain("Buildout now includes 'buildout-versions'");
});

test('dumps the used sections at a verbosity of twenty', async () => {
  const { write, run } = createScene();
  write(`[buildout]\nparts = a\nverbosity = 20\nnewest = false\n[a]\nrecipe = npm:rec\npath = a\n`);
  const dump = (await run()).find((line) => line.includes('Configuration data:'));
  expect(dump).toMatch(/^\nConfiguration data:\n\[a\]\npath = \/b\/a\nrecipe = npm:rec\n\[buildout\]\n/);
});
