import { join } from 'node:path';
import { expect, test } from 'vitest';
import { activitiesOf, BuildError } from '#base';
import type { Configuration } from './configuration.ts';
import { createReading, type Reading } from './reading-fixture.ts';

function valueOf({ annotated }: Configuration, section: string, option: string): string | undefined {
  return annotated.get(section)?.get(option)?.value;
}

async function failureOf(work: Promise<unknown>): Promise<BuildError> {
  const error: unknown = await work.catch((error: unknown) => error);
  if (error instanceof BuildError) return error;
  throw new Error('It did not fail as expected', { cause: error });
}

function operators(): Reading {
  return createReading({
    'base.cfg': `[buildout]
[part1]
option = a1 a2
[part4]
option = d2
    d3
    d5
[part6]
option += e1
[part7]
option -= f1
`,
    'extension1.cfg': `[buildout]
extends = base.cfg
[part1]
option += a3 a4
[part4]
option+=d1
    d4
option -= d5
`,
    'buildout.cfg': '[buildout]\nextends = extension1.cfg\n[part1]\noption += a5\n',
  });
}

test('annotate names the files that set, added to and removed from a value', async () => {
  expect(await operators().annotate(['part1', 'part4', 'part6', 'part7'])).toBe(`[part1]
option= a1 a2
a3 a4
a5
    base.cfg
+=  extension1.cfg
+=  buildout.cfg

[part4]
option= d2
d3
d1
d4
    base.cfg
+=  extension1.cfg
-=  extension1.cfg

[part6]
option= e1
    base.cfg

[part7]
option=
    base.cfg
-=  IMPLICIT_VALUE
`);
});

test('verbose annotate tells the whole history, newest first', async () => {
  expect(await operators().annotate(['part4'], true)).toBe(`[part4]
option= d2
d3
d1
d4

   IN extension1.cfg
   REMOVE VALUE = d5
   IN extension1.cfg
   ADD VALUE =
      d1
      d4
   IN base.cfg
   SET VALUE =
      d2
      d3
      d5

`);
});

test('every value knows its file and line', async () => {
  const reading = operators();
  const { annotated } = await reading.read();
  const history = annotated.get('part1')?.get('option')?.history;
  expect(history?.map(({ source, line }) => [source, line])).toEqual([
    [join(reading.directory, 'base.cfg'), 3],
    [join(reading.directory, 'extension1.cfg'), 4],
    [join(reading.directory, 'buildout.cfg'), 4],
  ]);
});

test('extended files are relative to the file that names them, later ones win, the file itself wins over all', async () => {
  const reading = createReading({
    'buildout.cfg': '[buildout]\nextends = b1.cfg\n  other/b3.cfg\n[d]\nop = main\n',
    'b1.cfg': '[buildout]\nextends = base.cfg\n[d]\nop1 = b1\nop2 = b1\n',
    'other/b3.cfg': '[buildout]\nextends = b3base.cfg\n[d]\nop2 = b3\n',
    'other/b3base.cfg': '[d]\nop3 = b3base\nop1 = b3base\n',
    'base.cfg': '[d]\nop = base\nname = base\n',
  });
  const section = (await reading.read()).annotated.get('d');
  expect(Object.fromEntries([...(section ?? [])].map(([option, { value }]) => [option, value]))).toEqual({
    op: 'main',
    name: 'base',
    op1: 'b3base',
    op2: 'b3',
    op3: 'b3base',
  });
});

test('the user defaults lie under the first file that extends nothing', async () => {
  const reading = createReading({
    'home/.buildout/default.cfg': '[buildout]\nextensions = demo\n[debug]\ndec = 1\n  2\ninc = 1\n',
    'base.cfg': '[buildout]\n',
    'base1.cfg': '[buildout]\nextensions += demo2\n',
    'base2.cfg': '[buildout]\nextensions += demo3\n',
    'buildout.cfg': '[buildout]\nextends = base.cfg base1.cfg base2.cfg\n[debug]\ndec -= 2\ninc += 2\n',
  });
  const configuration = await reading.read();
  expect(valueOf(configuration, 'buildout', 'extensions')).toBe('demo\ndemo2\ndemo3');
  expect(valueOf(configuration, 'debug', 'dec')).toBe('1');
  expect(valueOf(configuration, 'debug', 'inc')).toBe('1\n2');
  const without = await reading.read({ userDefaults: false });
  expect(valueOf(without, 'buildout', 'extensions')).toBe('\ndemo2\ndemo3');
});

test('BUILDOUT_HOME says where the user defaults are', async () => {
  const reading = createReading({ 'mine/default.cfg': '[d]\na = 1\n', 'buildout.cfg': '[buildout]\n' });
  const environment = { HOME: '/nowhere', BUILDOUT_HOME: join(reading.directory, 'mine') };
  expect(valueOf(await reading.read({ environment }), 'd', 'a')).toBe('1');
});

test('the command line comes last, adds, removes and extends', async () => {
  const reading = createReading({
    'buildout.cfg': '[buildout]\n[d]\na = 1\nb = 1\n  2\n',
    'more.cfg': '[d]\na = more\nc = more\n',
  });
  const configuration = await reading.read({
    assignments: [
      { section: 'd', option: 'a +', value: 'x' },
      { section: 'd', option: 'b-', value: '2' },
      { section: 'buildout', option: 'extends', value: 'more.cfg' },
    ],
  });
  expect(valueOf(configuration, 'd', 'a')).toBe('more\nx');
  expect(valueOf(configuration, 'd', 'b')).toBe('1');
  expect(valueOf(configuration, 'd', 'c')).toBe('more');
  expect(valueOf(configuration, 'buildout', 'extends')).toBeUndefined();
});

test('a missing optional file is said, a present one is read', async () => {
  const reading = createReading({
    'buildout.cfg': '[buildout]\noptional-extends = local.cfg\n[d]\na = 1\nb = 1\n',
  });
  await reading.read();
  expect(reading.events).toEqual([{ type: 'print', text: 'optional-extends file not found: local.cfg\n' }]);
  reading.write({ 'local.cfg': '[d]\nb += 2\nc = 3\n' });
  expect(valueOf(await reading.read(), 'd', 'c')).toBe('3');
});

test('a file that extends itself is refused with the files on the way', async () => {
  const reading = createReading({
    'buildout.cfg': '[buildout]\nextends = a/b.cfg\n',
    'a/b.cfg': '[buildout]\nextends = ../buildout.cfg\n',
  });
  const error = await failureOf(reading.read());
  const [main, other] = [join(reading.directory, 'buildout.cfg'), join(reading.directory, 'a/b.cfg')];
  expect(error.message).toBe(
    `Recursive file include ['${main}', '${other}'] ${reading.directory}/a/../buildout.cfg`,
  );
  expect(error.where).toMatchObject({ file: other, line: 2 });
  expect(activitiesOf(error)).toEqual(['Initializing.']);
});

test('a file that is not there is named with the line that asks for it', async () => {
  const reading = createReading({ 'buildout.cfg': '[buildout]\n\nextends = nothing.cfg\n' });
  const error = await failureOf(reading.read());
  expect(error.message).toBe(`Couldn't open ${join(reading.directory, 'nothing.cfg')}`);
  expect(error.where).toMatchObject({ file: join(reading.directory, 'buildout.cfg'), line: 3 });
  const missing = await failureOf(reading.read({ file: 'other.cfg' }));
  expect(missing.message).toBe(`Couldn't open ${join(reading.directory, 'other.cfg')}`);
});

test('extended-by is no longer supported', async () => {
  const reading = createReading({ 'buildout.cfg': '[buildout]\nextended-by = foo.cfg\n' });
  await expect(reading.read()).rejects.toThrow(
    `No-longer supported "extended-by" option found in ${join(reading.directory, 'buildout.cfg')}.`,
  );
});

test('constraints of buildout itself are added to whatever section holds the versions', async () => {
  const reading = createReading({
    'buildout.cfg': '[buildout]\nversions = pins\n[pins]\nzc.buildout = 5.0\n',
  });
  const configuration = await reading.read();
  expect(valueOf(configuration, 'pins', 'zc.buildout')).toBe('5.0');
  expect(valueOf(configuration, 'pins', 'zc.recipe.egg')).toBe('>=2.0.6');
  reading.write({ 'buildout.cfg': '[buildout]\nversions = pin\n[pins]\n' });
  const error = await failureOf(reading.read());
  expect(error.where).toMatchObject({ line: 2 });
  expect(error.hint).toContain('did you mean `pins`?');
});

test('cache directories are absolute, from the file that set them, with ~ as the home', async () => {
  const reading = createReading({
    'sub/base.cfg': '[buildout]\ndownload-cache = ../dl\neggs-directory = ~/eggs\n',
    'buildout.cfg': '[buildout]\nextends = sub/base.cfg\n',
  });
  const configuration = await reading.read({
    assignments: [{ section: 'buildout', option: 'extends-cache', value: 'x' }],
  });
  expect(valueOf(configuration, 'buildout', 'download-cache')).toBe(join(reading.directory, 'dl'));
  expect(valueOf(configuration, 'buildout', 'eggs-directory')).toBe(join(reading.directory, 'home/eggs'));
  expect(valueOf(configuration, 'buildout', 'extends-cache')).toBe(join(reading.directory, 'x'));
  expect(configuration.directory).toBe(reading.directory);
});

test('without a file the directory is the working directory', async () => {
  const reading = createReading({});
  const configuration = await reading.read({ file: undefined });
  expect(valueOf(configuration, 'buildout', 'directory')).toBe('.');
});
