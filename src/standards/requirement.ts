// Requirements (PEP 508): `name[extra]>=1,<2; marker` or `name @ url ; marker`, read and printed as
// `packaging.requirements.Requirement`.

import { BuildError } from '#base';
import { rememberByText } from './bounded-cache.ts';
import { formatMarker, readMarker, type Marker } from './marker.ts';
import { safeExtra } from './names.ts';
import { pythonLines, pythonStrip } from './python-text.ts';
import {
  createScanner,
  expectEnd,
  isAtEnd,
  peekName,
  peekWord,
  readEnclosed,
  skipSpace,
  syntaxError,
  tryReadWord,
  words,
  type Scanner,
} from './requirement-scanner.ts';
import { formatSpecifierSet, parseSpecifierSet, type SpecifierSet } from './specifier-set.ts';

export interface Requirement {
  /** As written: compare by `canonicalizeName`. */
  readonly name: string;
  /** As written, each once. */
  readonly extras: readonly string[];
  readonly specifiers: SpecifierSet;
  readonly url?: string;
  readonly marker?: Marker;
}

/**
 * Reads a requirement; what `packaging` refuses is an error `INVALID_REQUIREMENT`, but for `name==dev`, which means
 * `name===dev`. Shared: do not change it.
 */
export function parseRequirement(text: string): Requirement {
  return remembered(text);
}

/** A checkout, as setuptools before 66 read it; `packaging` knows it with three signs only. */
const development = /(^|[^=!<>~])==\s*dev(?=\s*(?:[;)]|$))/;

const remembered = rememberByText<Requirement>(16_384, (text) => {
  const scanner = createScanner(text.replace(development, '$1===dev'), 'INVALID_REQUIREMENT');
  const name = readName(scanner);
  skipSpace(scanner);
  const extras = peekWord(scanner, words.openBracket) === undefined ? [] : readExtras(scanner);
  skipSpace(scanner);
  const { specifiers, ...details } = readDetails(scanner);
  expectEnd(scanner, 'end of dependency specifier');
  return { name, extras: [...new Set(extras)], specifiers: readSpecifierSet(specifiers), ...details };
});

function readName(scanner: Scanner): string {
  skipSpace(scanner);
  const name = peekName(scanner);
  if (name === undefined)
    throw syntaxError(scanner, 'Expected package name at the start of dependency specifier');
  scanner.position += name.length;
  return name;
}

function readExtras(scanner: Scanner): string[] {
  const around = { open: words.openBracket, close: words.closeBracket, after: 'extras' };
  return readEnclosed(scanner, () => readExtraNames(scanner), around);
}

function readExtraNames(scanner: Scanner): string[] {
  skipSpace(scanner);
  const extras: string[] = [];
  let name = peekName(scanner);
  while (name !== undefined) {
    extras.push(name);
    scanner.position += name.length;
    skipSpace(scanner);
    if (peekName(scanner) !== undefined) throw syntaxError(scanner, 'Expected comma between extra names');
    if (tryReadWord(scanner, words.comma) === undefined) return extras;
    skipSpace(scanner);
    name = peekName(scanner);
    if (name === undefined) throw syntaxError(scanner, 'Expected extra name after comma');
  }
  return extras;
}

interface Details extends Pick<Requirement, 'url' | 'marker'> {
  specifiers: string;
}

function readDetails(scanner: Scanner): Details {
  if (tryReadWord(scanner, words.at) !== undefined) return readUrlDetails(scanner);
  const start = scanner.position;
  const around = { open: words.openParenthesis, close: words.closeParenthesis, after: 'version specifier' };
  const specifiers = readEnclosed(scanner, () => readSpecifiers(scanner), around);
  skipSpace(scanner);
  if (isAtEnd(scanner)) return { specifiers };
  const expected =
    specifiers === ''
      ? 'semicolon (after name with no version specifier)'
      : 'comma (within version specifier), semicolon (after version specifier)';
  return { specifiers, marker: readRequirementMarker(scanner, start, expected) };
}

function readSpecifierSet(text: string): SpecifierSet {
  try {
    return parseSpecifierSet(text);
  } catch (error) {
    // Only `===` reaches this: its text may hold a comma and then anything.
    if (error instanceof BuildError && error.code === 'INVALID_SPECIFIER') {
      throw new BuildError('INVALID_REQUIREMENT', error.message, { cause: error });
    }
    throw error;
  }
}

function readUrlDetails(scanner: Scanner): Details {
  skipSpace(scanner);
  const start = scanner.position;
  const specifiers = '';
  const url = tryReadWord(scanner, words.url);
  if (url === undefined) throw syntaxError(scanner, 'Expected URL after @');
  if (isAtEnd(scanner)) return { specifiers, url };
  skipSpace(scanner);
  if (isAtEnd(scanner)) return { specifiers, url };
  return {
    specifiers,
    url,
    marker: readRequirementMarker(scanner, start, 'semicolon (after URL and whitespace)'),
  };
}

function readRequirementMarker(scanner: Scanner, start: number, expected: string): Marker {
  if (tryReadWord(scanner, words.semicolon) === undefined) {
    throw syntaxError(scanner, `Expected ${expected} or end`, { start });
  }
  const marker = readMarker(scanner);
  skipSpace(scanner);
  return marker;
}

function readSpecifiers(scanner: Scanner): string {
  skipSpace(scanner);
  let specifiers = '';
  for (;;) {
    const start = scanner.position;
    const specifier = tryReadWord(scanner, words.specifier);
    if (specifier === undefined) break;
    specifiers += specifier;
    refuseTail(scanner, specifier, start);
    skipSpace(scanner);
    if (tryReadWord(scanner, words.comma) === undefined) break;
    specifiers += ',';
    skipSpace(scanner);
  }
  skipSpace(scanner);
  return specifiers;
}

function refuseTail(scanner: Scanner, specifier: string, start: number): void {
  if (peekWord(scanner, words.wildcardTail) !== undefined) {
    const mayHaveWildcard = /^(?:!=|==(?!=))/.test(specifier);
    const message = mayHaveWildcard
      ? '.* suffix cannot be used with pre-release, post-release, dev or local versions'
      : '.* suffix can only be used with `==` or `!=` operators';
    throw syntaxError(scanner, message, { start, end: scanner.position + 1 });
  }
  if (peekWord(scanner, words.localTail) !== undefined) {
    throw syntaxError(scanner, 'Local version label can only be used with `==` or `!=` operators', { start });
  }
}

/**
 * As `str(packaging.requirements.Requirement)`. With `safeExtras` as pkg_resources prints it, and so zc.buildout:
 * extras in lower case.
 */
export function formatRequirement(requirement: Requirement, options?: { safeExtras?: boolean }): string {
  const { name, specifiers, url, marker } = requirement;
  const written = options?.safeExtras === true ? requirement.extras.map(safeExtra) : [...requirement.extras];
  const extras = written.length === 0 ? '' : `[${written.sort(byCodePoint).join(',')}]`;
  const address = url === undefined ? '' : ` @ ${url}${marker === undefined ? '' : ' '}`;
  const condition = marker === undefined ? '' : `; ${formatMarker(marker)}`;
  return name + extras + formatSpecifierSet(specifiers) + address + condition;
}

function byCodePoint(first: string, second: string): number {
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

/**
 * The requirements of a text, one per line, as `pkg_resources.parse_requirements`: blank lines and comments are
 * dropped, a line may go on after a backslash.
 */
export function parseRequirements(text: string): Requirement[] {
  return requirementLines(text).map(parseRequirement);
}

/** The lines of a text that hold a requirement each. */
export function requirementLines(text: string): string[] {
  const lines = pythonLines(text)
    .map(pythonStrip)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' #', 1)[0] ?? '');
  const joined: string[] = [];
  let pending = '';
  for (const line of lines) {
    const whole = pending + line;
    // As in pkg_resources, the character before the backslash goes too, and a last line that goes on is dropped.
    if (whole.endsWith('\\')) pending = pythonStrip(whole.slice(0, -2));
    else {
      joined.push(whole);
      pending = '';
    }
  }
  return joined;
}
