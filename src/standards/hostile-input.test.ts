// Foreign text may be made to be slow to read. Everything here must answer at once, whatever the answer is.

import { expect, test } from 'vitest';

import * as standards from './index.ts';

const length = 64 * 1024;
const pieces = [
  '1',
  '1.',
  '.',
  '-',
  '_',
  'a',
  'a1',
  '(',
  '[',
  ' ',
  '\t',
  '=',
  'x=',
  '"',
  "'",
  ',',
  '>=1,',
  '\\',
  '\n',
  '\n ',
  'a.',
  '-1',
  '!',
  '+',
  'post',
  '<',
  'x = y[',
  ' and ',
  '"a"=="a" and ',
  'A-',
  'py3.',
  '\u2003',
  '===',
];
const heads = [
  '',
  '1',
  '1+',
  'foo',
  'foo[',
  'foo; ',
  'foo>=',
  'a-1.0-',
  'Name: x\nVersion: 1\n',
  '[g]\nx = a:',
  '"',
];
/** What the text must end with to be looked at more closely. */
const tails: Record<string, string> = { wheel: '.whl', sdist: '.tar.gz', egg: '.egg' };

const readers: Record<string, (text: string) => unknown> = {
  version: standards.tryParseVersion,
  specifiers: standards.parseSpecifierSet,
  requirement: standards.parseRequirement,
  requirements: standards.parseRequirements,
  marker: standards.parseMarker,
  wheel: standards.parseWheelFilename,
  sdist: (text) => [standards.parseSdistFilename(text), standards.parseSdistFilename(text, 'a-a-a')],
  egg: standards.parseEggFilename,
  names: (text) => [
    standards.canonicalizeName(text),
    standards.isNormalizedName(text),
    standards.safeVersion(text),
  ],
  metadata: standards.parseCoreMetadata,
  'requires.txt': standards.parseRequiresTxt,
  'entry points': standards.parseEntryPoints,
  RECORD: standards.parseRecord,
};

test.each(Object.entries(readers))('reads hostile text quickly: %s', (name, read) => {
  const tail = tails[name] ?? '!';
  const texts = heads.flatMap((head) => pieces.map((piece) => [head, piece] as const));
  const times = texts.map(([head, piece]) => {
    const text = head + piece.repeat(Math.ceil(length / piece.length)) + tail;
    return {
      milliseconds: timeOf(() => read(text)),
      text: JSON.stringify(`${head}${piece}${piece}…${tail}`),
    };
  });
  const slow = times.filter(({ milliseconds }) => milliseconds > 2000);
  expect(slow).toEqual([]);
});

function timeOf(read: () => unknown): number {
  const start = performance.now();
  try {
    read();
  } catch (error) {
    // What is refused is refused with a code, not with a stack overflow.
    expect(error).toHaveProperty('code');
  }
  return performance.now() - start;
}

test('gives no rank to a wheel with absurdly many tags', () => {
  const many = Array.from({ length: 100 }, (_, index) => `p${index}`).join('.');
  const wheel = standards.parseWheelFilename(`a-1-${many}-${many}-${many}.whl`);
  expect(wheel !== undefined && standards.wheelRank(wheel, new Map([['p1-p1-p1', 0]]))).toBeUndefined();
});
