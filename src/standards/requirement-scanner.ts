// The words of PEP 508, read one after the other from a position in a text, and the error that points at it.
// No expression here can backtrack further than its own match, so hostile text costs linear time.

import { BuildError } from '#base';
import { isWordCharacter } from './python-text.ts';
import { specifierPattern } from './specifier-set.ts';

/** A text and how far it is read. */
export interface Scanner {
  readonly source: string;
  position: number;
  readonly errorCode: 'INVALID_REQUIREMENT' | 'INVALID_MARKER';
  /** How many parentheses are open, to refuse a text made of nothing else. */
  depth: number;
}

export function createScanner(source: string, errorCode: Scanner['errorCode']): Scanner {
  return { source, position: 0, errorCode, depth: 0 };
}

const notInWord = String.raw`(?<![\p{L}\p{N}_])`;
const endOfWord = String.raw`(?![\p{L}\p{N}_])`;

/** The words; all are sticky. */
export const words: Readonly<Record<Word, RegExp>> = {
  openParenthesis: /\(/y,
  closeParenthesis: /\)/y,
  openBracket: /\[/y,
  closeBracket: /\]/y,
  semicolon: /;/y,
  comma: /,/y,
  at: /@/y,
  space: /[ \t]+/y,
  url: /[^ \t]+/y,
  quoted: /'[^']*'|"[^"]*"/y,
  comparison: /===|==|~=|!=|<=|>=|<|>/y,
  logical: new RegExp(`${notInWord}(?:or|and)${endOfWord}`, 'uy'),
  in: new RegExp(`${notInWord}in${endOfWord}`, 'uy'),
  not: new RegExp(`${notInWord}not${endOfWord}`, 'uy'),
  variable: new RegExp(
    `${notInWord}(?:python_version|python_full_version|os[._]name|sys[._]platform|platform_(?:release|system)` +
      '|platform[._](?:version|machine|python_implementation)|python_implementation' +
      `|implementation_(?:name|version)|extras?|dependency_groups)${endOfWord}`,
    'uy',
  ),
  specifier: new RegExp(specifierPattern, 'iy'),
  wildcardTail: /\.\*/y,
  localTail: /\+[a-z0-9]+(?:[-_.][a-z0-9]+)*/y,
};

type Word =
  | 'openParenthesis'
  | 'closeParenthesis'
  | 'openBracket'
  | 'closeBracket'
  | 'semicolon'
  | 'comma'
  | 'at'
  | 'space'
  | 'url'
  | 'quoted'
  | 'comparison'
  | 'logical'
  | 'in'
  | 'not'
  | 'variable'
  | 'specifier'
  | 'wildcardTail'
  | 'localTail';

/** The word at the position, without reading it. */
export function peekWord(scanner: Scanner, word: RegExp): string | undefined {
  word.lastIndex = scanner.position;
  return word.exec(scanner.source)?.[0];
}

/** The word at the position, read; `undefined` if something else stands there. */
export function tryReadWord(scanner: Scanner, word: RegExp): string | undefined {
  const text = peekWord(scanner, word);
  scanner.position += text?.length ?? 0;
  return text;
}

export function skipSpace(scanner: Scanner): void {
  tryReadWord(scanner, words.space);
}

/** A name of a project or an extra: letters, digits, `.`, `_`, `-`, up to where a word of Python's `\b` ends. */
export function peekName(scanner: Scanner): string | undefined {
  const { source, position } = scanner;
  namePattern.lastIndex = position;
  const match = namePattern.exec(source)?.[0];
  if (match === undefined || isWordCharacter(characterBefore(source, position))) return undefined;
  let end = position + match.length;
  const nextIsWord = isWordCharacter(characterAt(source, end));
  if (isNameWord(source, end - 1) === nextIsWord) {
    end -= 1;
    while (end > position && isNameWord(source, end - 1) === isNameWord(source, end)) end -= 1;
  }
  return end > position ? source.slice(position, end) : undefined;
}

const namePattern = /[a-zA-Z0-9][a-zA-Z0-9._-]*/y;

function isNameWord(source: string, index: number): boolean {
  const character = source[index];
  return character !== '.' && character !== '-';
}

function characterAt(source: string, index: number): string | undefined {
  const code = source.codePointAt(index);
  return code === undefined ? undefined : String.fromCodePoint(code);
}

function characterBefore(source: string, index: number): string | undefined {
  const low = source[index - 1];
  return low !== undefined && /[\udc00-\udfff]/.test(low) ? characterAt(source, index - 2) : low;
}

export function isAtEnd(scanner: Scanner): boolean {
  return scanner.position === scanner.source.length;
}

export function expectEnd(scanner: Scanner, expected: string): void {
  if (!isAtEnd(scanner)) throw syntaxError(scanner, `Expected ${expected}`);
}

/** Reads `open … close` or just what is between, as `packaging` allows around specifiers and extras. */
export function readEnclosed<T>(scanner: Scanner, read: () => T, around: Enclosure): T {
  const start = scanner.position;
  const isOpen = tryReadWord(scanner, around.open) !== undefined;
  if (isOpen) scanner.depth += 1;
  if (scanner.depth > deepest) throw syntaxError(scanner, 'Too many nested parentheses');
  const result = read();
  if (isOpen && tryReadWord(scanner, around.close) === undefined) {
    const names = around.open === words.openBracket ? ['RIGHT_BRACKET', 'LEFT_BRACKET'] : parenthesisNames;
    throw syntaxError(scanner, `Expected matching ${names.join(' for ')}, after ${around.after}`, { start });
  }
  if (isOpen) scanner.depth -= 1;
  return result;
}

export interface Enclosure {
  open: RegExp;
  close: RegExp;
  after: string;
}

const parenthesisNames = ['RIGHT_PARENTHESIS', 'LEFT_PARENTHESIS'];
const deepest = 100;

/** The error in `packaging`'s form: what was expected, the text, and a mark under it. */
export function syntaxError(
  scanner: Scanner,
  message: string,
  span: { start?: number; end?: number } = {},
): BuildError {
  const { source, position, errorCode } = scanner;
  if (source.length > longestShown)
    return new BuildError(errorCode, `${message}, in a text of ${source.length} characters`);
  const { start: from = position, end = position } = span;
  // Python counts characters, not the halves of UTF-16.
  const width = (first: number, last: number): number => Array.from(source.slice(first, last)).length;
  const mark = `${' '.repeat(width(0, from))}${'~'.repeat(width(from, end))}^`;
  return new BuildError(errorCode, `${message}\n    ${source}\n    ${mark}`);
}

const longestShown = 2000;
