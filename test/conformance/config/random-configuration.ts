// Random buildout configurations: several files that extend each other, operators, macros, conditions, references,
// odd white space and comments.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ReadCase } from './oracle.ts';
import { createRandomSource, type RandomSource } from './random-source.ts';

/** Conditions that need Python itself. */
export const pythonExpressions: readonly string[] = [
  '2 + 2 == 4',
  'sys.version_info[0] == 2',
  "any([python2, python3]) and not 'x' in ['y']",
  "re.match('a', 'b')",
  "len('#;') == 2 and '#' in '#;'",
];

const conditions: readonly string[] = [
  ...pythonExpressions.slice(0, 4),
  "len('\\x23\\x3b') == 2 and '\\x23' in '\\x23\\x3b'",
  'linux',
  'not linux',
  'python3',
  ' python2 ',
  'linux and (windows or posix)',
  'True',
  'False',
  'python_version > "2.7"',
  'python_version < "3" or sys_platform == "win32"',
  "sys_platform == 'linux'",
  "'lin' in sys.platform",
  "platform_system != 'msdos'",
  'bits64 == True',
];

const sectionNames = ['buildout', 'a', 'b', 'c.d', 'e-f', 'versions', 'x', 'macro', 'macro2'] as const;
const optionNames = ['oo', 'pp', 'eggs', 'recipe', 'ZZ', 'find-links', 'o-p', 'develop'] as const;
const words = [
  'one',
  'two',
  'three',
  'foo-1.0',
  '#x',
  ';y',
  'a=b',
  '[z]',
  '$$',
  '$${no:pe}',
  'ü',
  '%(x)s',
] as const;
const blanks = [' ', '  ', '\t', ' \t', '    '] as const;

/** Writes a random set of files into `directory` and says how to read it. */
export function writeRandomConfiguration(directory: string, seed: number): ReadCase {
  const random = createRandomSource(seed);
  const names = ['buildout.cfg', 'base.cfg', 'sub/more.cfg', 'last.cfg'].slice(0, 1 + random.below(4));
  const remote: Record<string, string> = {};
  if (random.chance(0.2)) {
    for (const name of ['r1.cfg', 'sub/r2.cfg']) {
      const text = createFile(random, name === 'r1.cfg' ? ['sub/r2.cfg'] : []);
      remote[`http://example.com/${name}`] = write(directory, `remote/${name}`, text);
    }
  }
  for (const [index, name] of names.entries()) {
    const later = names.slice(index + 1).map((other) => (name.startsWith('sub/') ? `../${other}` : other));
    if (index === 0) later.push(...Object.keys(remote).slice(0, 1));
    const again = random.chance(0.03) ? ['buildout.cfg'] : [];
    write(directory, name, createFile(random, [...later.filter(() => random.chance(0.7)), ...again]));
  }
  const home = join(directory, 'home');
  if (random.chance(0.2)) write(home, '.buildout/default.cfg', createFile(random, []));
  if (random.chance(0.3)) write(directory, 'optional.cfg', createFile(random, []));
  mkdirSync(join(directory, 'cache'), { recursive: true });
  const assignments: [string, string, string][] = [];
  while (random.chance(0.3)) assignments.push(createAssignment(random));
  if (random.chance(0.05)) assignments.push(['buildout', 'extends', 'optional.cfg']);
  return { directory, file: 'buildout.cfg', home, userDefaults: random.chance(0.8), assignments, remote };
}

function write(directory: string, name: string, text: string): string {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function createAssignment(random: RandomSource): [string, string, string] {
  const option = random.pick(['oo', 'oo +', 'eggs', 'eggs+', 'eggs-', 'pp -', 'newest', 'eggs-directory']);
  const section = option === 'newest' || option === 'eggs-directory' ? 'buildout' : random.pick(sectionNames);
  return [section, option, option === 'newest' ? random.pick(['true', 'false', 'no']) : random.pick(words)];
}

function createFile(random: RandomSource, extended: readonly string[]): string {
  const lines: string[] = [];
  if (random.chance(0.2)) lines.push('', '# start', '; of file');
  lines.push('[buildout]');
  if (extended.length > 0) lines.push(`extends = ${extended.join(random.chance(0.5) ? ' ' : '\n    ')}`);
  if (random.chance(0.15)) lines.push('optional-extends = optional.cfg nothing.cfg');
  if (random.chance(0.15)) lines.push('extends-cache = cache');
  if (random.chance(0.1)) lines.push('eggs-directory = ~/my/../eggs');
  if (random.chance(0.1)) lines.push('download-cache = dl');
  if (random.chance(0.05)) lines.push(`versions = ${random.pick(['versions', '', 'a'])}`);
  for (let count = random.below(7); count > 0; count -= 1) lines.push(...createSection(random));
  if (random.chance(0.02)) lines.push(random.pick(['nonsense', '[broken', 'a b = c', '{x} = 1']));
  const text = lines.join(random.chance(0.1) ? '\r\n' : '\n');
  return random.chance(0.9) ? `${text}\n` : text;
}

function createSection(random: RandomSource): string[] {
  const name = random.pick(sectionNames);
  const padded = random.chance(0.2) ? ` ${name}\t` : name;
  const condition = random.chance(0.25) ? `:${random.pick(conditions)}` : '';
  const comment = random.chance(0.2) ? random.pick([' # note', ';note ]', '  ; [x] # y']) : '';
  const lines = [`[${padded}${condition}]${comment}`];
  if (random.chance(0.2) && name !== 'macro2') {
    lines.push(
      random.pick(['<= macro', '< = macro2\n  macro', '<=macro\n   macro2', '<= x', '=> a', '=>  b macro']),
    );
  }
  if (random.chance(0.1)) lines.push('', '# in between', '');
  for (let count = random.below(5); count > 0; count -= 1) lines.push(createOption(random));
  return lines;
}

function createOption(random: RandomSource): string {
  const name = random.pick(optionNames);
  const operator = random.pick(['=', ' = ', ' =', '= ', ' += ', ' += ', ' -= ', '+=', '-=', '\t+=', '  -= ']);
  const lines: string[] = [name + operator + (random.chance(0.6) ? createLine(random) : '')];
  while (random.chance(0.5)) lines.push(createContinuation(random));
  return lines.join('\n');
}

function createContinuation(random: RandomSource): string {
  if (random.chance(0.12)) return random.pick(['', '  ', '# comment', '; comment']);
  return random.pick(blanks) + createLine(random) + (random.chance(0.1) ? '  ' : '');
}

function createLine(random: RandomSource): string {
  if (random.chance(0.15)) return createReference(random);
  const count = random.chance(0.7) ? 1 : 2;
  return Array.from({ length: count }, () => random.pick(words)).join(' ');
}

function createReference(random: RandomSource): string {
  return random.pick([
    () => `\${${random.pick(sectionNames)}:${random.pick(optionNames)}}`,
    () => `pre\${${random.pick(sectionNames)}:oo}post $$ \${:pp}`,
    () => '${:_buildout_section_name_}',
    () => `\${:${random.pick(optionNames)}}`,
    () => '${buildout:directory}/x',
    () => random.pick(['${oops}', '${a:b:c}', '${a_:b}', '${a*:b}', '${a:b*}', '${', '${:}', '$$${a:oo}']),
  ])();
}
