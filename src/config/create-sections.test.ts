import { expect, test } from 'vitest';
import { activitiesOf, BuildError } from '#base';
import { booleanOption } from './boolean-option.ts';
import { createSections } from './create-sections.ts';
import { formatUnusedOptions } from './format-unused-options.ts';
import { parseConfigurationText } from './parse-configuration-text.ts';
import { rawSections } from './annotated.ts';
import { createReading } from './reading-fixture.ts';
import type { Section, Sections } from './section-types.ts';

async function sectionsOf(
  text: string,
  initializeRecipe: (section: Section) => Promise<void> = () => Promise.resolve(),
): Promise<Sections> {
  return createSections(await parseConfigurationText(text, 'test.cfg'), { initializeRecipe });
}

async function failureOf(work: Promise<unknown>): Promise<BuildError> {
  const error: unknown = await work.catch((error: unknown) => error);
  if (error instanceof BuildError) return error;
  throw new Error('It did not fail as expected', { cause: error });
}

test('references are replaced, also those to the section itself and to its name', async () => {
  const sections = await sectionsOf(
    `[data]
path = mydata
[debug]
file 1 = x
File-1 = \${data:path}/file
File-2 = \${:File-1}/log
name = \${:_buildout_section_name_}
escaped = $\${data:path} $$ \${data:path}
`.replace('file 1 = x\n', ''),
  );
  expect(Object.fromEntries(await (await sections.open('debug')).entries())).toEqual({
    'File-1': 'mydata/file',
    'File-2': 'mydata/file/log',
    name: 'debug',
    escaped: '$${data:path} $$ mydata',
  });
});

test('a recipe sees its section before others that refer to it see what it set', async () => {
  const sections = await sectionsOf(
    '[debug]\nrecipe = r\nfile = ${data:path}/file\n[data]\nrecipe = r\npath = mydata\n[dep]\nrecipe = r\n=> debug\n',
    async (section) => {
      if (section.name === 'data') section.set('path', `/abs/${await section.require('path')}`);
    },
  );
  expect(await (await sections.open('dep')).get('recipe')).toBe('r');
  expect(await (await sections.open('debug')).get('file')).toBe('/abs/mydata/file');
  expect(sections.parts).toEqual(['data', 'debug', 'dep']);
});

test('macros are taken over before references are replaced, later ones win, operators apply', async () => {
  const sections = await sectionsOf(`[debug]
recipe = r
[with_file1]
<= debug
file1 = \${:path}/file1
color = red
[with_file2]
<= debug
color = blue
option = a1
   a2
[my]
<= with_file1
   with_file2
path = mydata
option -= a1
option += a3
`);
  expect(Object.fromEntries(await (await sections.open('my')).entries())).toEqual({
    recipe: 'r',
    file1: 'mydata/file1',
    color: 'blue',
    path: 'mydata',
    option: 'a2\na3',
  });
});

test('sections that nobody opens are not looked at', async () => {
  const sections = await sectionsOf('[a]\nx = 1\n[b]\n<= nothing\ny = ${no:thing}\n');
  expect(await (await sections.open('a')).get('x')).toBe('1');
  expect(sections.opened().map(({ name }) => name)).toEqual(['a']);
});

test('a reference to an unknown section says what was going on', async () => {
  const sections = await sectionsOf('[a]\nx = ${b:y}\n[b]\ny = ${c:z}\n');
  const error = await failureOf(sections.open('a'));
  expect(error.message).toBe("The referenced section, 'c', was not defined.");
  expect(activitiesOf(error)).toEqual([
    'Getting section a.',
    'Initializing section a.',
    'Getting option a:x.',
    'Getting section b.',
    'Initializing section b.',
    'Getting option b:y.',
    'Getting section c.',
  ]);
});

test('a missing option is named with file, line and the nearest name', async () => {
  const reading = createReading({
    'buildout.cfg': '[buildout]\n[a]\nx = 1\n  ${b:lenght}\n[b]\nlength = 3\n[m]\ny = ${b:z}\n[n]\n<= m\n',
  });
  const { annotated } = await reading.read();
  const sections = createSections(rawSections(annotated), {
    annotated,
    initializeRecipe: () => Promise.resolve(),
  });
  const error = await failureOf(sections.open('a'));
  expect(error.message).toBe('Referenced option does not exist: b lenght');
  expect(error.where).toEqual({
    file: `${reading.directory}/buildout.cfg`,
    line: 3,
    section: 'a',
    option: 'x',
  });
  expect(error.hint).toContain('did you mean `length`?');
  expect((await failureOf(sections.open('n'))).where).toMatchObject({ line: 8, section: 'n', option: 'y' });
  const missing = await failureOf((await sections.open('b')).require('width'));
  expect(missing.message).toBe('Missing option: b:width');
});

test('options that refer to each other are refused, and the hint shows the circle', async () => {
  const sections = await sectionsOf('[a]\nx = ${b:y}\n[b]\ny = ${a:x}\n');
  const error = await failureOf(sections.open('a'));
  expect(error.message).toBe('Circular reference in substitutions.\n');
  expect(error.hint).toContain('b:y → a:x → b:y');
});

test.each([
  ['${ab}', "The substitution, ${ab},\ndoesn't contain a colon."],
  ['${a:b:c}', 'The substitution, ${a:b:c},\nhas too many colons.'],
  ['${a/b:c}', 'The section name in substitution, ${a/b:c},\nhas invalid characters.'],
  ['${a:b*}', 'The option name in substitution, ${a:b*},\nhas invalid characters.'],
])('%s is refused', async (text, message) => {
  const sections = await sectionsOf(`[a]\nx = ${text}\n`);
  await expect(sections.open('a')).rejects.toThrow(message);
});

test('macros that go round or name nothing are refused', async () => {
  const loop = await failureOf((await sectionsOf('[a]\n<= b\n[b]\n<= a\n')).open('a'));
  expect(loop.message).toBe("Infinite extending loop 'a'");
  expect(activitiesOf(loop)).toEqual([
    'Getting section a.',
    'Initializing section a.',
    "Loading input sections for 'a'",
    "Loading input sections for 'b'",
  ]);
  await expect((await sectionsOf('[a]\n<= b\n')).open('a')).rejects.toThrow("No section named 'b'");
});

test('options that nobody read are told', async () => {
  const section = await (await sectionsOf('[a]\nx = 1\nz = 1\ny = 1\n')).open('a');
  await section.get('x');
  section.set('new', '1');
  expect(section.unusedOptions()).toEqual(['y', 'z']);
  expect(formatUnusedOptions(section)).toBe(
    "Section `a` contains unused option(s): 'y' 'z'.\n" +
      "This may be an indication for either a typo in the option's name or a bug in the used recipe.",
  );
});

test('options may be set and deleted, and a copy shows what is known', async () => {
  const section = await (await sectionsOf('[a]\nx = 1\ny = ${:x}2\n')).open('a');
  section.set('z', '3');
  section.set('x', '9');
  expect(section.keys()).toEqual(['x', 'y', 'z']);
  expect(section.copy()).toEqual({ x: '9', y: '12', z: '3' });
  section.delete('x');
  section.delete('z');
  expect(section.keys()).toEqual(['y']);
  expect(() => section.delete('z')).toThrow('Missing option: a:z');
});

test('recipes may add sections, as text too, and none twice', async () => {
  const sections = await sectionsOf('[a]\nx = 1\n');
  await sections.create('b', { recipe: 'r' }, { initialise: true });
  await sections.parse('\n    [c]\n    recipe = r\n    x = ${a:x}\n    [d]\n');
  expect(sections.parts).toEqual(['b', 'c']);
  expect(await (await sections.open('c')).get('x')).toBe('1');
  await expect(sections.parse('[a]\n')).rejects.toThrow("('Section already exists', 'a')");
  await sections.create('a', { x: '2' }, { initialise: false, replace: true });
  expect(await (await sections.open('a')).get('x')).toBe('2');
});

test('booleans are true or false and nothing else', async () => {
  const section = await (await sectionsOf('[a]\nx = true\ny = yes\n')).open('a');
  expect(await booleanOption(section, 'x')).toBe(true);
  expect(await booleanOption(section, 'z', 'false')).toBe(false);
  await expect(booleanOption(section, 'y')).rejects.toThrow("Invalid value for 'y' option: 'yes'");
});
