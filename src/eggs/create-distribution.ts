// A distribution over its metadata: what it requires with which extras, its name and version as its file name has
// them. Everything is worked out when first asked for.

import { basename } from 'node:path';

import {
  canonicalizeName,
  evaluateMarker,
  parseCoreMetadata,
  parseRequirement,
  parseRequiresTxt,
  requiresTxtExtras,
  safeExtra,
  type MarkerEnvironment,
  type Requirement,
} from '#standards';
import type { Precedence } from '#resolver';

import type { EggMetadataReader } from './egg-metadata.ts';
import type { Distribution } from './eggs-contract.ts';

export interface DistributionFacts {
  project: string;
  version: string;
  location: string;
  precedence: Precedence;
  pythonVersion?: string | undefined;
  platform?: string | undefined;
  /** The location is a link that has to be named itself. */
  isLink?: boolean;
  metadata: EggMetadataReader;
  /** The names of the `.pth` files at its location, where they are known. */
  pthFiles?: readonly string[] | undefined;
  markers: MarkerEnvironment;
}

export function createDistribution(facts: DistributionFacts): Distribution {
  const { metadata, pythonVersion, platform, location, pthFiles } = facts;
  const dependencies = onceOnly(() => readDependencies(metadata));
  const required = new Map<string, readonly Requirement[]>();
  const dist: Distribution = {
    project: facts.project,
    version: facts.version,
    location,
    precedence: facts.precedence,
    ...(pythonVersion === undefined ? {} : { pythonVersion }),
    ...(platform === undefined ? {} : { platform }),
    ...(pthFiles === undefined ? {} : { pthFiles }),
    ...(facts.isLink === true ? { isLink: true } : {}),
    ...(location.endsWith('.egg') ? { eggName: basename(location) } : {}),
    get extras() {
      return metadata.plain?.extras ?? dependencies().extras;
    },
    requires: (extras = []) => {
      const key = extras.join(',');
      const known = required.get(key);
      if (known !== undefined) return known;
      const result =
        extras.length === 0 && metadata.plain !== undefined
          ? metadata.plain.requires.map(parseRequirement)
          : requirementsWith(dependencies(), extras, facts.markers);
      required.set(key, result);
      return result;
    },
    dependencyLinks: () => linesOf(metadata.text('dependency_links.txt') ?? ''),
    metadata: (name) => metadata.text(name),
    metadataNames: (directory) => metadata.names(directory),
  };
  factsOf.set(dist, facts);
  return dist;
}

const factsOf = new WeakMap<Distribution, DistributionFacts>();

/** The same distribution, taken for another kind: what lies in the eggs directory counts as an egg. */
export function withPrecedence(dist: Distribution, precedence: Precedence): Distribution {
  const facts = factsOf.get(dist);
  if (facts === undefined || dist.precedence === precedence) return dist;
  return createDistribution({ ...facts, precedence });
}

/** The same distribution, named by a link to it, whatever the link leads to. */
export function atLink(dist: Distribution, link: string): Distribution {
  const facts = factsOf.get(dist);
  if (facts === undefined || facts.location === link) return dist;
  return createDistribution({ ...facts, location: link, isLink: true });
}

interface Dependencies {
  requirements: readonly Requirement[];
  extras: readonly string[];
  /** pkg_resources has no marker on what comes from requires.txt: sections decide. */
  keepMarkers: boolean;
}

function readDependencies(metadata: EggMetadataReader): Dependencies {
  if (metadata.style === 'egg-info') {
    const text = ['requires.txt', 'depends.txt'].map((name) => metadata.text(name) ?? '').join('\n');
    return {
      requirements: parseRequiresTxt(text).map(parseRequirement),
      extras: requiresTxtExtras(text),
      keepMarkers: false,
    };
  }
  const core = metadata.dependencies ?? parseCoreMetadata(headersOf(metadata.text('METADATA') ?? ''));
  return {
    requirements: core.requiresDist.map(parseRequirement),
    extras: core.providesExtra.map((extra) => safeExtra(extra.trim())),
    keepMarkers: true,
  };
}

/** Without the description, which may be a book. */
function headersOf(text: string): string {
  const end = /\r?\n\r?\n/.exec(text);
  return end === null ? text : text.slice(0, end.index + 1);
}

/** As `_compute_dependencies` and `requires` of pkg_resources: the common ones, then each extra's own. */
function requirementsWith(
  { requirements, keepMarkers }: Dependencies,
  extras: readonly string[],
  markers: MarkerEnvironment,
): readonly Requirement[] {
  const result = new Set<Requirement>();
  for (const extra of [undefined, ...extras]) {
    const active = extra === undefined ? [] : [canonicalizeName(extra)];
    for (const requirement of requirements) {
      const { marker } = requirement;
      if (marker === undefined || evaluateMarker(marker, markers, active)) result.add(requirement);
    }
  }
  return keepMarkers ? [...result] : [...result].map(withoutMarker);
}

function withoutMarker({ marker, ...rest }: Requirement): Requirement {
  return marker === undefined ? { ...rest } : rest;
}

/** Lines that say something, as `yield_lines` of pkg_resources. */
export function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function onceOnly<T>(make: () => T): () => T {
  let known: { value: T } | undefined;
  return () => (known ??= { value: make() }).value;
}
