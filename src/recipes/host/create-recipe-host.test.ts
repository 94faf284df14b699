import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { activitiesOf, BuildError } from '#base';
import { afterEach, expect, test } from 'vitest';
import {
  createHostBuildout,
  type HostBuildout,
  type HostBuildoutOptions,
} from '../../../test/support/host-buildout.ts';
import { RecipeException, RecipeExit } from './recipe-failures.ts';

const running: HostBuildout[] = [];

afterEach(async () => {
  for (const { host, directory } of running.splice(0)) {
    await host.stop();
    rmSync(directory, { recursive: true, force: true });
  }
});

const prelude = `
import logging, os, sys, threading, time
import zc.buildout, zc.buildout.buildout, zc.buildout.easy_install
class Recipe:
    def __init__(self, buildout, name, options):
        self.buildout, self.name, self.options = buildout, name, options
        self.prepare()
    def prepare(self): pass
    def install(self): return ()
    def update(self): pass
    def say(self, **options): self.options.update({key: str(value) for key, value in options.items()})
`;

/** A buildout with a recipe per class of `source`, under the class's name in lower case. */
async function buildoutWith(
  source: string,
  sections: Record<string, Record<string, string>>,
  options: Partial<HostBuildoutOptions> = {},
): Promise<HostBuildout> {
  const classes = [...source.matchAll(/^class (\w+)/gm)].map(([, name = '']) => name);
  const entries = classes.map((name) => `${name.toLowerCase()} = demo:${name}`);
  const made = await createHostBuildout({
    source: prelude + source,
    entryPoints: `[zc.buildout]\n${entries.join('\n')}\n${options.entryPoints ?? ''}`,
    sections,
    ...(options.native === undefined ? {} : { native: options.native }),
    ...(options.project === undefined ? {} : { project: options.project }),
  });
  running.push(made);
  return made;
}

async function failureOf(action: () => Promise<unknown>): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error('did not fail');
}

test('runs a recipe that returns paths and sets options', async () => {
  const { buildout, recipe } = await buildoutWith(
    `
class Touch(Recipe):
    def prepare(self): self.options['path'] = os.path.join(self.buildout['buildout']['parts-directory'], self.name)
    def install(self):
        open(self.options['path'], 'w').close()
        return self.options.created(self.options['path'])
`,
    { part: { recipe: 'demo:touch' } },
  );
  const touch = await recipe('part');
  const [path = ''] = (await touch.install()) as string[];
  expect(path).toMatch(/parts\/part$/);
  expect(existsSync(path)).toBe(true);
  expect((await buildout.sections.open('part')).copy()['path']).toBe(path);
  expect(await touch.update?.()).toBeNull();
});

test('a recipe without update has none', async () => {
  const { recipe } = await buildoutWith(
    'class Plain:\n    def __init__(self, *args): pass\n    def install(self): return "one"\n',
    { part: { recipe: 'demo:plain' } },
  );
  const plain = await recipe('part');
  expect('update' in plain).toBe(false);
  expect(await plain.install()).toBe('one');
});

test('a UserError is an error with its text and what was going on', async () => {
  const { recipe } = await buildoutWith(
    `
class Failing(Recipe):
    def prepare(self):
        __doing__ = 'Checking %s.', self.name
        raise zc.buildout.UserError('No', 'port', 80)
`,
    { part: { recipe: 'demo:failing' } },
  );
  const error = await failureOf(() => recipe('part'));
  expect(error).toBeInstanceOf(BuildError);
  expect((error as BuildError).message).toBe('No port 80');
  expect(activitiesOf(error)).toEqual([
    'Getting section part.',
    'Initializing section part.',
    'Checking part.',
  ]);
});

test('another exception carries the traceback of Python without frames of ours', async () => {
  const { recipe } = await buildoutWith(
    "class Bad(Recipe):\n    def install(self): raise ValueError('odd')\n",
    { part: { recipe: 'demo:bad' } },
  );
  const bad = await recipe('part');
  const error = (await failureOf(() => bad.install())) as RecipeException;
  expect(error).toBeInstanceOf(RecipeException);
  expect(error.traceback).toMatch(/^Traceback \(most recent call last\):\n.*demo\.py.*ValueError: odd\n$/s);
  expect(error.traceback).not.toContain('clutch_host');
});

test('sys.exit ends the program with its code', async () => {
  const { recipe } = await buildoutWith('class Exits(Recipe):\n    def install(self): sys.exit(3)\n', {
    part: { recipe: 'demo:exits' },
  });
  const error = await failureOf(async () => (await recipe('part')).install());
  expect(error).toBeInstanceOf(RecipeExit);
  expect((error as RecipeExit).exitCode).toBe(3);
});

test('a host that dies is reported with its signal and the part', async () => {
  const { host, recipe } = await buildoutWith(
    'class Crash(Recipe):\n    def install(self): os.kill(os.getpid(), 11)\n',
    { part: { recipe: 'demo:crash' } },
  );
  const error = await failureOf(async () => (await recipe('part')).install());
  expect(String(error)).toContain('was killed by SIGSEGV while it installed part `part`');
  expect(String(await failureOf(() => host.workingSetSignature('demo')))).toContain('was killed by SIGSEGV');
});

test('a daemon that keeps everything open does not hold up the end', async () => {
  const { host, recipe } = await buildoutWith(
    `
class Daemon(Recipe):
    def install(self):
        child = os.fork()
        if not child:
            time.sleep(3)
            os._exit(0)
        return str(child)
`,
    { part: { recipe: 'demo:daemon' } },
  );
  const child = Number(await (await recipe('part')).install());
  const before = performance.now();
  await host.stop();
  expect(performance.now() - before).toBeLessThan(2000);
  process.kill(child, 'SIGKILL');
});

test('a forked child that fails does not answer in place of the host', async () => {
  const { recipe } = await buildoutWith(
    `
class Forking(Recipe):
    def install(self):
        child = os.fork()
        if not child: raise ValueError('in the child')
        return str(os.WEXITSTATUS(os.waitpid(child, 0)[1]))
`,
    { part: { recipe: 'demo:forking' } },
  );
  expect(await (await recipe('part')).install()).toBe('1');
});

test('a recipe that reads an option of a part has that part initialised first', async () => {
  const { buildout, recipe } = await buildoutWith(
    `
class Outer(Recipe):
    def prepare(self): self.options['made'] = self.buildout[self.options['other']]['made'] + '!'
class Inner(Recipe):
    def prepare(self): self.options['made'] = 'by ' + self.options['name']
`,
    {
      a: { recipe: 'demo:outer', other: 'b' },
      b: { recipe: 'demo:outer', other: 'c' },
      c: { recipe: 'demo:inner', name: '${d:made}' },
      d: { recipe: 'demo:inner', name: '${:_buildout_section_name_}' },
    },
  );
  await recipe('a');
  expect((await buildout.sections.open('a')).copy()['made']).toBe('by by d!!');
  expect(buildout.sections.parts).toEqual(['d', 'c', 'b', 'a']);
});

test('sections may need each other a hundred deep', async () => {
  const count = 100;
  const names = Array.from({ length: count }, (_, index) => [`s${index}`, `s${index + 1}`] as const);
  const deep = names.map(([name, next]) => [name, { recipe: 'demo:chain', next }] as const);
  const { buildout, recipe } = await buildoutWith(
    `
class Chain(Recipe):
    def prepare(self): self.options['value'] = self.buildout[self.options['next']]['value'] + '.'
`,
    { ...Object.fromEntries(deep), [`s${count}`]: { value: 'end' } },
  );
  await recipe('s0');
  expect(await (await buildout.sections.open('s0')).get('value')).toBe(`end${'.'.repeat(count)}`);
  expect(buildout.sections.parts).toHaveLength(count);
});

test('an error of the core that passes through recipes comes back as itself', async () => {
  const { buildout, recipe } = await buildoutWith(
    `
class Reads(Recipe):
    def prepare(self):
        __doing__ = 'Reading in %s.', self.name
        self.options['value'] = self.buildout[self.options['from']]['value']
`,
    {
      a: { recipe: 'demo:reads', from: 'b' },
      b: { recipe: 'demo:reads', from: 'c' },
      c: { value: '${d:nothing}' },
      d: {},
    },
  );
  const direct = (await failureOf(async () =>
    (await buildout.sections.open('d')).require('nothing'),
  )) as BuildError;
  const error = (await failureOf(() => recipe('a'))) as BuildError;
  expect(error).toBeInstanceOf(BuildError);
  expect(error.code).toBe(direct.code);
  expect(error.message).toBe('Referenced option does not exist: d nothing');
  expect(activitiesOf(error)).toEqual([
    'Getting section a.',
    'Initializing section a.',
    'Reading in a.',
    'Getting section b.',
    'Initializing section b.',
    'Reading in b.',
    'Getting section c.',
    'Initializing section c.',
    'Getting option c:value.',
  ]);
});

test('what a recipe does between errors of the core is part of the chain', async () => {
  const { recipe } = await buildoutWith(
    `
class Opens(Recipe):
    def prepare(self):
        __doing__ = 'Looking at %s.', self.options['next']
        self.buildout[self.options['next']]
`,
    { a: { recipe: 'demo:opens', next: 'b' }, b: { recipe: 'demo:opens', next: 'c' } },
  );
  const error = await failureOf(() => recipe('a'));
  expect((error as Error).message).toBe("The referenced section, 'c', was not defined.");
  expect(activitiesOf(error)).toEqual([
    'Getting section a.',
    'Initializing section a.',
    'Looking at b.',
    'Getting section b.',
    'Initializing section b.',
    'Looking at c.',
    'Getting section c.',
  ]);
});

test('an outer recipe catches the very exception of an inner one, and the classes of zc.buildout', async () => {
  const { buildout, recipe } = await buildoutWith(
    `
class Special(Exception):
    pass
class Raises(Recipe):
    def prepare(self): raise Special([1, 2])
class Catches(Recipe):
    def prepare(self):
        try: self.buildout['inner']
        except Special as error: self.say(first=error.args[0][1])
        try: self.buildout['nowhere']
        except zc.buildout.buildout.MissingSection as error: self.say(section=error.args[0], text=error)
        try: self.options['nothing']
        except KeyError as error: self.say(option=error)
        try: zc.buildout.easy_install.install(['missing.dist'], None)
        except zc.buildout.easy_install.MissingDistribution as error: self.say(dist=error)
        try: self.buildout['inner'] = {}
        except KeyError as error: self.say(exists=error)
        self.say(default=self.options.get('nothing', 'none'), absent='nowhere' in self.buildout)
`,
    { part: { recipe: 'demo:catches' }, inner: { recipe: 'demo:raises' } },
  );
  await recipe('part');
  expect((await buildout.sections.open('part')).copy()).toMatchObject({
    first: '2',
    section: 'nowhere',
    text: "The referenced section, 'nowhere', was not defined.",
    option: 'Missing option: part:nothing',
    dist: "Couldn't find a distribution for 'missing.dist'.",
    exists: "('Section already exists', 'inner')",
    default: 'none',
    absent: 'False',
  });
});

test('paths that were registered are deleted when a recipe fails', async () => {
  const { directory, recipe } = await buildoutWith(
    `
class Half(Recipe):
    def install(self):
        os.mkdir(self.options['path']); self.options.created(self.options['path'])
        raise zc.buildout.UserError('half done')
`,
    { part: { recipe: 'demo:half', path: '${buildout:directory}/half' } },
  );
  const half = await recipe('part');
  expect(await failureOf(() => half.install())).toHaveProperty('message', 'half done');
  expect(existsSync(join(directory, 'half'))).toBe(false);
});

test('runs an uninstall recipe and knows when there is none', async () => {
  const { host, directory, working } = await buildoutWith(
    '',
    {},
    {
      entryPoints: '[zc.buildout.uninstall]\nleave = demo:leave\n',
    },
  );
  writeFileSync(
    join(directory, 'eggs/demo-1.0-py3-none-any.egg/demo.py'),
    "def leave(name, options): open(options['log'], 'w').write(name)\n",
  );
  const log = join(directory, 'log');
  const request = { requirement: 'demo', part: 'part', options: { log }, workingSet: working };
  expect(await host.uninstall({ ...request, entry: 'leave' })).toBe(true);
  expect(existsSync(log)).toBe(true);
  expect(await host.uninstall({ ...request, entry: 'other' })).toBe(false);
});
