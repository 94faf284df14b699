// Environment markers (PEP 508), read and printed as `packaging.markers.Marker`. Their value is worked out in
// evaluate-marker.ts.

import { canonicalizeName } from './names.ts';
import { rememberByText } from './bounded-cache.ts';
import { pythonLiteralValue } from './python-string-literal.ts';
import {
  createScanner,
  expectEnd,
  peekWord,
  readEnclosed,
  skipSpace,
  syntaxError,
  tryReadWord,
  words,
  type Scanner,
} from './requirement-scanner.ts';

export type MarkerOperator = '==' | '!=' | '<=' | '>=' | '<' | '>' | '~=' | '===' | 'in' | 'not in';

/** A name of the environment, or a quoted text. */
export interface MarkerOperand {
  readonly kind: 'variable' | 'value';
  readonly text: string;
}

export interface MarkerComparison {
  readonly left: MarkerOperand;
  readonly operator: MarkerOperator;
  readonly right: MarkerOperand;
}

/** Comparisons and groups in parentheses, with `and` or `or` between them. */
export type Marker = readonly (MarkerComparison | Marker | 'and' | 'or')[];

/** Reads a marker; what `packaging` refuses is an error `INVALID_MARKER`. Shared: do not change it. */
export function parseMarker(text: string): Marker {
  return remembered(text);
}

const remembered = rememberByText<Marker>(4096, (text) => {
  const scanner = createScanner(text, 'INVALID_MARKER');
  const marker = readMarker(scanner);
  expectEnd(scanner, 'end of marker expression');
  return marker;
});

/** Reads a marker from a scanner, as far as it goes. */
export function readMarker(scanner: Scanner): Marker {
  const items: (MarkerComparison | Marker | 'and' | 'or')[] = [readAtom(scanner)];
  for (;;) {
    const logical = tryReadWord(scanner, words.logical);
    if (logical === undefined) return items;
    items.push(logical === 'or' ? 'or' : 'and', readAtom(scanner));
  }
}

function readAtom(scanner: Scanner): MarkerComparison | Marker {
  skipSpace(scanner);
  const isGroup = peekWord(scanner, words.openParenthesis) !== undefined;
  const atom = isGroup ? readGroup(scanner) : readComparison(scanner);
  skipSpace(scanner);
  return atom;
}

function readGroup(scanner: Scanner): Marker {
  return readEnclosed(scanner, () => readMarker(scanner), {
    open: words.openParenthesis,
    close: words.closeParenthesis,
    after: 'marker expression',
  });
}

function readComparison(scanner: Scanner): MarkerComparison {
  const left = readOperand(scanner);
  skipSpace(scanner);
  const operator = readOperator(scanner);
  skipSpace(scanner);
  const right = readOperand(scanner);
  return normalizeExtra({ left, operator, right });
}

function readOperand(scanner: Scanner): MarkerOperand {
  const variable = tryReadWord(scanner, words.variable);
  if (variable !== undefined) return { kind: 'variable', text: variableName(variable) };
  const start = scanner.position;
  const quoted = tryReadWord(scanner, words.quoted);
  if (quoted === undefined) throw syntaxError(scanner, 'Expected a marker variable or quoted string');
  const text = pythonLiteralValue(quoted);
  if (text === undefined) throw syntaxError(scanner, 'Invalid quoted string', { start });
  return { kind: 'value', text };
}

/** The names with dots are from before PEP 508. */
function variableName(written: string): string {
  const name = written.replaceAll('.', '_');
  return name === 'python_implementation' ? 'platform_python_implementation' : name;
}

function readOperator(scanner: Scanner): MarkerOperator {
  if (tryReadWord(scanner, words.in) !== undefined) return 'in';
  if (tryReadWord(scanner, words.not) !== undefined) {
    if (tryReadWord(scanner, words.space) === undefined) {
      throw syntaxError(scanner, "Expected whitespace after 'not'");
    }
    if (tryReadWord(scanner, words.in) === undefined) throw syntaxError(scanner, "Expected 'in' after 'not'");
    return 'not in';
  }
  const operator = tryReadWord(scanner, words.comparison);
  if (operator === undefined) {
    throw syntaxError(scanner, 'Expected marker operator, one of <=, <, !=, ==, >=, >, ~=, ===, in, not in');
  }
  return operator as MarkerOperator;
}

/** The name of an extra is compared and printed in its canonical form (PEP 685). */
function normalizeExtra(comparison: MarkerComparison): MarkerComparison {
  const { left, operator, right } = comparison;
  if (isVariable(left, 'extra') && right.kind === 'value') return { left, operator, right: canonical(right) };
  const isNamed =
    isVariable(right, 'extra') || isVariable(right, 'extras') || isVariable(right, 'dependency_groups');
  return isNamed && left.kind === 'value' ? { left: canonical(left), operator, right } : comparison;
}

function isVariable({ kind, text }: MarkerOperand, name: string): boolean {
  return kind === 'variable' && text === name;
}

function canonical({ kind, text }: MarkerOperand): MarkerOperand {
  return { kind, text: canonicalizeName(text) };
}

/** As `str(packaging.markers.Marker)`: double quotes, and parentheses only where they were or are needed. */
export function formatMarker(marker: Marker): string {
  return formatItem(marker, true);
}

function formatItem(item: Marker[number], isOutermost: boolean): string {
  if (typeof item === 'string') return item;
  if ('operator' in item) return `${formatOperand(item.left)} ${item.operator} ${formatOperand(item.right)}`;
  const [only] = item;
  if (item.length === 1 && only !== undefined && typeof only !== 'string')
    return formatItem(only, isOutermost);
  const inner = item.map((part) => formatItem(part, false)).join(' ');
  return isOutermost ? inner : `(${inner})`;
}

function formatOperand({ kind, text }: MarkerOperand): string {
  if (kind === 'variable') return text;
  if (!text.includes('"')) return `"${text}"`;
  // Nothing can print a value with both quotes plainly (`packaging` raises an error); an escape reads back the same.
  return `'${text.replaceAll("'", '\\x27')}'`;
}
