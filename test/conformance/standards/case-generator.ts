// Random cases for the oracle tests, most of them valid, many nearly so. The seed is `CLUTCH_SEED` or today's; a
// failing test names it.

export interface CaseGenerator {
  readonly seed: number;
  /** 0 … limit-1 */
  below(limit: number): number;
  pick<T>(choices: readonly T[]): T;
  chance(probability: number): boolean;
  /** Joined texts of some of the parts. */
  repeat(most: number, part: () => string, separator?: string): string;
}

export function createGenerator(): CaseGenerator {
  const seed = Number(process.env['CLUTCH_SEED'] ?? Date.now() % 1_000_000_007);
  let state = seed;
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    seed,
    below,
    pick: (choices) => choices[below(choices.length)] ?? raise('nothing to choose from'),
    chance: (probability) => next() < probability,
    repeat: (most, part, separator = '') => Array.from({ length: below(most + 1) }, part).join(separator),
  };
}

function raise(message: string): never {
  throw new Error(message);
}

const garbage = [
  ' ',
  '\t',
  '\n',
  '-',
  '_',
  '.',
  '+',
  '!',
  '*',
  ',',
  ';',
  '(',
  ')',
  '[',
  ']',
  '"',
  "'",
  '@',
  '\\',
  '#',
];
const strange = [
  'é',
  'ß',
  '\u00a0',
  '\u2028',
  '\x1c',
  '٣',
  '²',
  'ſ',
  '中',
  '\ufeff',
  '😀',
  '0',
  'x',
  'and',
  'v',
];

/** The text with a small change somewhere, sometimes. */
export function spoil(random: CaseGenerator, text: string, probability = 0.15): string {
  if (!random.chance(probability)) return text;
  const at = random.below(text.length + 1);
  const added = random.chance(0.3) ? '' : random.pick(random.chance(0.8) ? garbage : strange);
  return text.slice(0, at) + added + text.slice(at + random.below(3));
}

function number(random: CaseGenerator): string {
  if (random.chance(0.03))
    return random.pick(['20240101123456789012', '9007199254740993', '00', '007', '9'.repeat(300)]);
  return String(random.chance(0.7) ? random.below(4) : random.below(120));
}

const pres = ['a', 'b', 'c', 'rc', 'alpha', 'beta', 'pre', 'preview', 'A', 'RC'];

export function version(random: CaseGenerator): string {
  const separator = (): string => random.pick(['', '', '.', '-', '_']);
  const optional = (probability: number, make: () => string): string =>
    random.chance(probability) ? make() : '';
  const numbered = (words: readonly string[]): string =>
    separator() + random.pick(words) + optional(0.8, () => separator() + number(random));
  return [
    optional(0.05, () => random.pick(['v', 'V', ' '])),
    optional(0.08, () => `${number(random)}!`),
    number(random),
    random.repeat(3, () => `.${number(random)}`),
    optional(0.3, () => numbered(pres)),
    optional(0.25, () =>
      random.chance(0.3) ? `-${number(random)}` : numbered(['post', 'rev', 'r', 'POST']),
    ),
    optional(0.25, () => numbered(['dev', 'DEV'])),
    optional(0.15, () => `+${localVersion(random)}`),
    optional(0.03, () => random.pick([' ', '\n', '\x1f', '\u2003'])),
  ].join('');
}

function localVersion(random: CaseGenerator): string {
  const segment = (): string =>
    random.chance(0.5) ? number(random) : random.pick(['ubuntu', 'x', 'X', 'abc', '1a', '01']);
  return segment() + random.repeat(2, () => random.pick(['.', '-', '_']) + segment());
}

const operators = ['==', '!=', '<=', '>=', '<', '>', '~=', '==='];

function specifier(random: CaseGenerator): string {
  const operator = random.pick(operators);
  const space = random.pick(['', '', '', ' ']);
  const isPlain = operator === '==' || operator === '!=';
  if (isPlain && random.chance(0.3)) {
    return `${operator}${space}${random.chance(0.1) ? '1!' : ''}${number(random)}${random.repeat(2, () => `.${number(random)}`)}.*`;
  }
  const written = version(random).trim();
  const keepsLocal = isPlain || operator === '===' || random.chance(0.05);
  return operator + space + (keepsLocal ? written : (written.split('+')[0] ?? ''));
}

export function specifiers(random: CaseGenerator): string {
  return random.repeat(3, () => specifier(random), random.pick([',', ', ', ' , ']));
}

const names = [
  'Foo',
  'foo-bar',
  'foo_bar',
  'zope.interface',
  'a',
  'A.B_c-D',
  'x2',
  '3to2',
  'foo--bar',
  'foo._-bar',
  'Products.CMFPlone',
];

export function name(random: CaseGenerator): string {
  return spoil(random, random.pick(names), 0.08);
}

const variables = [
  'python_version',
  'python_full_version',
  'os_name',
  'os.name',
  'sys_platform',
  'sys.platform',
  'platform_release',
  'platform_system',
  'platform_version',
  'platform.version',
  'platform_machine',
  'platform_python_implementation',
  'python_implementation',
  'platform.python_implementation',
  'implementation_name',
  'implementation_version',
  'extra',
];
const values = [
  '3.8',
  '3.11',
  '3.11.7',
  '3',
  '2.7',
  '3.*',
  'linux',
  'win32',
  'posix',
  'nt',
  'CPython',
  'cpython',
  'x86_64',
  'Linux',
  'Foo_Bar',
  'foo-bar',
  'test',
  '5.10',
  '5.10.0-generic',
  '',
  '3.12.0a1',
  'a b',
  '3.8, 3.11',
  '1.*',
  "it's",
  '"',
  'é',
];

export function marker(random: CaseGenerator, depth = 0): string {
  const space = (): string => random.pick([' ', ' ', ' ', '  ', '\t']);
  const optionalSpace = (): string => random.pick([' ', ' ', '']);
  const value = (): string => {
    const text = random.pick(values);
    const quote = text.includes('"') || random.chance(0.4) ? "'" : '"';
    return (
      quote +
      (random.chance(0.03) ? random.pick(['\\n', '\\x41', '\\d', '\\', '\\\\', '\\u00e9', '\\101']) : '') +
      text +
      quote
    );
  };
  const comparison = (): string => {
    const left = random.chance(0.8) ? random.pick(variables) : value();
    const right = random.chance(left.includes('"') || left.includes("'") ? 0.1 : 0.93)
      ? value()
      : random.pick(variables);
    const operator = random.pick(['==', '!=', '<=', '>=', '<', '>', '~=', '===', 'in', 'not in', 'not  in']);
    const between = /[a-z]/.test(operator) ? space : optionalSpace;
    return left + between() + operator + between() + right;
  };
  const atom = (): string =>
    depth < 3 && random.chance(0.25)
      ? `(${optionalSpace()}${marker(random, depth + 1)}${optionalSpace()})`
      : comparison();
  return atom() + random.repeat(2, () => space() + random.pick(['and', 'or']) + space() + atom());
}

export function requirement(random: CaseGenerator): string {
  const space = (): string => random.pick(['', '', ' ', '\t']);
  const extras = random.chance(0.3)
    ? `[${random.repeat(3, () => space() + random.pick(['test', 'Test', 'a.b', 'c_d', 'x-y']) + space(), ',')}]`
    : '';
  const written = specifiers(random);
  const condition = random.chance(0.4) ? `${space()};${space()}${marker(random)}` : '';
  if (random.chance(0.12)) {
    const url = random.pick([
      'https://x.org/a.zip',
      'file:///a/b',
      'git+https://x/y@z#egg=a',
      'x',
      'http://h/;a',
    ]);
    return `${space()}${name(random)}${extras}${space()}@${space()}${url}${condition === '' ? space() : ` ${condition}`}`;
  }
  const inside = random.chance(0.15) ? `(${space()}${written}${space()})` : written;
  return `${space()}${name(random)}${space()}${extras}${space()}${inside}${condition}${space()}`;
}
