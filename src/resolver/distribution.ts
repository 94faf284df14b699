// What the resolver knows of a distribution it has and of a candidate it could get, and the order between them, as
// pkg_resources sorts: version first, then the kind of distribution, then name and place.

import type { Requirement, Version } from '#standards';
import { canonicalizeName, compareVersions, tryParseVersion } from '#standards';

/** What kind of distribution it is; `develop` is also what pkg_resources calls anything in site-packages. */
export type Precedence = 'develop' | 'checkout' | 'sdist' | 'binary' | 'egg' | 'wheel';

/** pkg_resources: DEVELOP_DIST -1, CHECKOUT_DIST 0, SOURCE_DIST 1, BINARY_DIST 2, EGG_DIST 3; buildout adds wheels. */
export const precedenceRank: Readonly<Record<Precedence, number>> = {
  develop: -1,
  checkout: 0,
  sdist: 1,
  binary: 2,
  egg: 3,
  wheel: 4,
};

/** A distribution that is here: in the eggs directory, developed, or just fetched. */
export interface ResolvableDistribution {
  /** The name as its file name spells it: `zope.interface`, `my-package`. */
  readonly project: string;
  /** The version, normalised. */
  readonly version: string;
  /** The entry of `sys.path` that makes it importable. */
  readonly location: string;
  readonly precedence: Precedence;
  readonly pythonVersion?: string;
  readonly platform?: string;
  readonly extras: readonly string[];
  /** What it requires with these extras, markers already applied. */
  requires(extras?: readonly string[]): readonly Requirement[];
  /** Lines of `dependency_links.txt`. */
  dependencyLinks(): readonly string[];
}

/** A file that could be fetched. */
export interface ResolvableCandidate {
  readonly project: string;
  readonly version: string;
  readonly precedence: Precedence;
  /** URL or path. */
  readonly location: string;
  readonly isInDownloadCache: boolean;
  /** Among wheels of one version: how well its tags fit, lower is better. */
  readonly tagRank?: number;
  readonly pythonVersion?: string;
  readonly platform?: string;
}

const knownVersions = new Map<string, Version | undefined>();

/** The parsed version, remembered: the same few thousand texts are compared again and again. */
export function parsedVersionOf(text: string): Version | undefined {
  if (!knownVersions.has(text)) knownVersions.set(text, tryParseVersion(text));
  return knownVersions.get(text);
}

/** Whether two version texts are one version; a text that is none is below every version. */
export function compareVersionTexts(a: string, b: string): number {
  const left = parsedVersionOf(a);
  const right = parsedVersionOf(b);
  if (left === undefined || right === undefined) {
    return Number(left !== undefined) - Number(right !== undefined) || compareTexts(a, b);
  }
  return compareVersions(left, right);
}

interface Sortable {
  project: string;
  version: string;
  precedence: Precedence;
  location: string;
  pythonVersion?: string;
  platform?: string;
}

/** As `Distribution.hashcmp` of pkg_resources: ascending, so the best comes last. */
export function compareDistributions(a: Sortable, b: Sortable): number {
  return (
    compareVersionTexts(a.version, b.version) ||
    precedenceRank[a.precedence] - precedenceRank[b.precedence] ||
    compareTexts(a.project.toLowerCase(), b.project.toLowerCase()) ||
    compareTexts(a.location, b.location) ||
    compareTexts(a.pythonVersion ?? '', b.pythonVersion ?? '') ||
    compareTexts(a.platform ?? '', b.platform ?? '')
  );
}

/** Python's order of strings, as far as names and paths need it. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** `name version`, as pkg_resources prints a distribution. */
export function describeDistribution(dist: { project: string; version: string }): string {
  return `${dist.project} ${dist.version}`;
}

/** What the distribution calls an extra (PEP 685: spelling does not matter), or `undefined` when it has none such. */
export function findExtra(dist: { extras: readonly string[] }, extra: string): string | undefined {
  if (dist.extras.includes(extra)) return extra;
  const wanted = canonicalizeName(extra);
  return dist.extras.find((known) => canonicalizeName(known) === wanted);
}

/** Those of the extras that the distribution has, as it spells them. */
export function knownExtras(dist: { extras: readonly string[] }, extras: readonly string[]): string[] {
  return extras.flatMap((extra) => findExtra(dist, extra) ?? []);
}

/** Whether the two spell the name of one project. */
export function isSameProject(a: string, b: string): boolean {
  return a === b || canonicalizeName(a) === canonicalizeName(b);
}
