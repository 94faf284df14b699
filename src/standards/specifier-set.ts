// Version specifiers (PEP 440): what is written after a project's name. Reading and printing as
// `packaging.specifiers.SpecifierSet`; whether a version fits is in satisfies.ts.

import { BuildError, pythonRepr } from '#base';
import { rememberByText } from './bounded-cache.ts';
import { pythonSpace, pythonStrip } from './python-text.ts';
import { splitVersion, normalizedText } from './version-parts.ts';

export type SpecifierOperator = '==' | '!=' | '<=' | '>=' | '<' | '>' | '~=' | '===';

export interface Specifier {
  readonly operator: SpecifierOperator;
  /** As written, with `.*` where there is one. */
  readonly version: string;
}

export interface SpecifierSet {
  /** In the order written. */
  readonly specifiers: readonly Specifier[];
}

const release = (tail: string): string => `v?(?:[0-9]+!)?[0-9]+(?:\\.[0-9]+)${tail}`;
const suffix =
  '(?:[-_.]?(?:alpha|beta|preview|pre|a|b|c|rc)[-_.]?[0-9]*)?' +
  '(?:-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?' +
  '(?:[-_.]?dev[-_.]?[0-9]*)?';
const local = '(?:\\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?';

/** One specifier. What follows it is not looked at, so that the reader of requirements can go on from there. */
export const specifierPattern: string =
  `(?:===[${pythonSpace}]*[^${pythonSpace};)]*` +
  `|(?:==|!=)[${pythonSpace}]*${release('*')}(?:\\.\\*|${suffix}${local})` +
  `|~=[${pythonSpace}]*${release('+')}${suffix}` +
  `|(?:<=|>=|<|>)[${pythonSpace}]*${release('*')}${suffix})`;

const wholeSpecifier = new RegExp(`^${specifierPattern}$`, 'i');

/** Reads comma-separated specifiers; the empty text is the set that everything satisfies. Shared: do not change it. */
export function parseSpecifierSet(text: string): SpecifierSet {
  return remembered(text);
}

const remembered = rememberByText<SpecifierSet>(8192, (text) => ({
  specifiers: text
    .split(',')
    .map(pythonStrip)
    .filter((part) => part !== '')
    .map(parseSpecifier),
}));

function parseSpecifier(text: string): Specifier {
  const specifier = tryParseSpecifier(text);
  if (specifier === undefined) {
    throw new BuildError('INVALID_SPECIFIER', `Invalid specifier: ${pythonRepr(text.slice(0, 500))}`);
  }
  return specifier;
}

/** One specifier, or `undefined` where the text is none. */
export function tryParseSpecifier(text: string): Specifier | undefined {
  const stripped = pythonStrip(text);
  if (!wholeSpecifier.test(stripped)) return undefined;
  const operator = /^(?:===|~=|==|!=|<=|>=|<|>)/.exec(stripped)?.[0] ?? '';
  return { operator: operator as SpecifierOperator, version: pythonStrip(stripped.slice(operator.length)) };
}

/** As `str(packaging.specifiers.SpecifierSet)`: sorted, each once, joined by commas. */
export function formatSpecifierSet(set: SpecifierSet): string {
  if (set.specifiers.length === 0) return '';
  const seen = new Set<string>();
  const written = set.specifiers.map((specifier) => ({
    specifier,
    text: specifier.operator + specifier.version,
  }));
  return written
    .sort((first, second) => compareText(first.text, second.text))
    .filter(({ specifier }) => isNew(seen, canonicalForm(specifier)))
    .map(({ text }) => text)
    .join(',');
}

function compareText(first: string, second: string): number {
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

function isNew(seen: Set<string>, text: string): boolean {
  const size = seen.size;
  return seen.add(text).size > size;
}

/** Equal for specifiers that mean the same: `==1.0` and `==1`, but not `~=1.0` and `~=1.0.0`. */
function canonicalForm({ operator, version }: Specifier): string {
  const parts = operator === '===' || version.endsWith('.*') ? undefined : splitVersion(version);
  if (parts === undefined) return operator + version;
  if (operator === '~=') return operator + normalizedText(parts);
  let end = parts.release.length;
  while (end > 1 && parts.release[end - 1] === '') end -= 1;
  return operator + normalizedText({ ...parts, release: parts.release.slice(0, end) });
}
