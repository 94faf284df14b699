// Where an egg lies in a shared directory, or goes: under its own name in `__eggs__`, or in a place of its own,
// `<section>/<digest>/`, made as that of a shared part.

import { existsSync } from 'node:fs';
import { canonicalizeName } from '#standards';
import { apartKey, type EggNames } from './egg-names.ts';
import { markPart, markerName, type PartMarker } from './part-marker.ts';
import type { SharedDirectory } from './shared-directory.ts';

/** An egg by what decides its content, and the name it wants. */
export interface EggIdentity {
  buildKey: string;
  eggName: string;
  project: string;
}

/** What an egg of `zc.recipe.egg:custom` is built for: it lies in the section's own place. */
export interface CustomBuild {
  section: string;
  /** What decided the build, for the marker: whoever reads it sees which shared parts the egg uses. */
  facts: Readonly<Record<string, string>>;
}

/** Where an egg is, or goes. */
export interface EggPlace {
  /** The egg's directory. */
  readonly path: string;
  /** The entry that a prune keeps or takes: the egg in `__eggs__`, else `<section>/<digest>`. */
  readonly entry: string;
  readonly isThere: boolean;
  /** For a place of its own: what is written when the egg is there. */
  readonly marker?: PartMarker;
}

export interface EggPlaces {
  /** Where it may lie, in the order in which it is looked for. */
  candidates(egg: EggIdentity, custom?: CustomBuild): readonly EggPlace[];
  /**
   * Where it is to go: the name in `__eggs__` while nobody else has it, else a place of its own; `undefined` when a stranger
   * has that too.
   */
  reserve(egg: EggIdentity, custom?: CustomBuild): EggPlace | undefined;
}

export function createEggPlaces(shared: SharedDirectory, names: EggNames): EggPlaces {
  const isTrusted = (entry: string): boolean => shared.whyUntrusted(entry) === undefined;
  return {
    candidates: (egg, custom) => {
      const own = ownPlace(shared, egg, custom);
      const isNamed = custom === undefined && names.read(egg.eggName)?.buildKey === egg.buildKey;
      return isNamed ? [plainPlace(shared, egg), own] : [own];
    },
    reserve: (egg, custom) => {
      const own = ownPlace(shared, egg, custom);
      if (custom !== undefined) return isTrusted(own.entry) ? own : undefined;
      const plain = plainPlace(shared, egg);
      const name = { buildKey: egg.buildKey, indexes: [] };
      // What another program put there, or a stranger, has the name too.
      const isTaken = plain.isThere && (names.read(egg.eggName) === undefined || !isTrusted(plain.path));
      if (!isTaken && names.claim(egg.eggName, name).buildKey === egg.buildKey) return plain;
      if (!isTrusted(own.entry)) return undefined;
      const place = own.entry.slice(shared.path.length + 1);
      names.claim(apartKey(egg.eggName, own.marker.digest), { ...name, place });
      return own;
    },
  };
}

function plainPlace(shared: SharedDirectory, { eggName }: EggIdentity): EggPlace {
  const path = `${shared.eggs}/${eggName}`;
  return { path, entry: path, isThere: existsSync(path) };
}

function ownPlace(
  shared: SharedDirectory,
  egg: EggIdentity,
  custom: CustomBuild | undefined,
): EggPlace & { marker: PartMarker } {
  const marker = markPart({ ...custom?.facts, build: egg.buildKey, egg: egg.eggName });
  const section = custom?.section ?? canonicalizeName(egg.project);
  const entry = `${shared.path}/${section}/${marker.digest}`;
  const path = `${entry}/${egg.eggName}`;
  return { path, entry, isThere: existsSync(`${entry}/${markerName}`) && existsSync(path), marker };
}
