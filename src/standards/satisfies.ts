// Whether a version fits a specifier set (PEP 440). Every specifier is a few half-open ranges of sort keys, worked
// out once, so that a test is two string comparisons. Where PEP 440 surprises:
// - `==1.0`, `<=1.0` and `!=1.0` do not look at a local part, unless `==1.0+x` names one;
// - `>1.0` takes neither `1.0.post1` nor `1.0+x`; `<1.0` takes no pre-release of 1.0;
// - `===` compares text.

import { parseSpecifierSet, type Specifier, type SpecifierSet } from './specifier-set.ts';
import { isPrerelease, tryParseVersion, type Version } from './version.ts';
import {
  afterLocals,
  afterPosts,
  familyKey,
  publicKey,
  splitVersion,
  versionKey,
  type VersionParts,
} from './version-parts.ts';

/** Keys from `from` on (from the lowest if absent) and below `to` (without end if absent). */
interface KeyRange {
  readonly from?: string;
  readonly to?: string;
}

/**
 * Whether the version fits every specifier. Pre-releases fit unless `prereleases` is false, as with pkg_resources'
 * `version in requirement`. A text that is no version fits only `===` and the empty set.
 */
export function satisfies(
  version: Version | string,
  set: SpecifierSet | string,
  options?: { prereleases?: boolean },
): boolean {
  const { specifiers } = typeof set === 'string' ? parseSpecifierSet(set) : set;
  const parsed = typeof version === 'string' ? tryParseVersion(version) : version;
  if (options?.prereleases === false && parsed !== undefined && isPrerelease(parsed)) return false;
  const text = typeof version === 'string' ? version : version.normalized;
  return specifiers.every((specifier) => fits(specifier, parsed, text));
}

function fits(specifier: Specifier, version: Version | undefined, text: string): boolean {
  if (specifier.operator === '===') return specifier.version.toLowerCase() === text.toLowerCase();
  if (version === undefined) return false;
  const { key } = version;
  return rangesOf(specifier).some(
    ({ from, to }) => (from === undefined || key >= from) && (to === undefined || key < to),
  );
}

const known = new WeakMap<Specifier, readonly KeyRange[]>();

function rangesOf(specifier: Specifier): readonly KeyRange[] {
  const ranges = known.get(specifier) ?? makeRanges(specifier);
  known.set(specifier, ranges);
  return ranges;
}

function makeRanges({ operator, version }: Specifier): readonly KeyRange[] {
  const wildcard = version.endsWith('.*');
  const parts = splitVersion(wildcard ? version.slice(0, -2) : version);
  if (parts === undefined) return [];
  const equal = wildcard ? prefixRange(parts, parts.release) : equalRange(parts);
  switch (operator) {
    case '==':
      return [equal];
    case '!=':
      return [{ to: equal.from }, { from: equal.to }];
    case '~=':
      return [{ from: versionKey(parts), to: prefixRange(parts, parts.release.slice(0, -1)).to }];
    case '>=':
      return [{ from: versionKey(parts) }];
    case '<=':
      return [{ to: publicKey(parts) + afterLocals }];
    case '<':
      return [{ to: isPrereleaseParts(parts) ? versionKey(parts) : publicKey({ ...parts, dev: '' }) }];
    case '>':
      return [{ from: keyAfter(parts) }];
    default:
      return [];
  }
}

function equalRange(parts: VersionParts): Required<KeyRange> {
  const from = versionKey(parts);
  // With a local part only that very version: no key lies between a key and itself with the lowest character added.
  return { from, to: from + (parts.local === undefined ? afterLocals : '\0') };
}

/** Every version whose release begins with `release`, from its first development release on. */
function prefixRange({ epoch }: VersionParts, release: readonly string[]): Required<KeyRange> {
  const next = [...release.slice(0, -1), increment(release.at(-1) ?? '')];
  return { from: publicKey({ epoch, release, dev: '' }), to: publicKey({ epoch, release: next, dev: '' }) };
}

/** Where `>` begins: a final or pre-release is followed by its own post releases, which do not count. */
function keyAfter(parts: VersionParts): string {
  return parts.dev === undefined && parts.post === undefined
    ? familyKey(parts) + afterPosts
    : publicKey(parts) + afterLocals;
}

function isPrereleaseParts(parts: VersionParts): boolean {
  return parts.pre !== undefined || parts.dev !== undefined;
}

function increment(digits: string): string {
  return digits.length < 15 ? String(Number(digits) + 1) : String(BigInt(digits) + 1n);
}
