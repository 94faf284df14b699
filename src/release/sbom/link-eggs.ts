// Which eggs of a tree need which others: their requirements for this Python, with the extras that somebody asks for.

import {
  canonicalizeName,
  evaluateMarker,
  parseRequirement,
  safeExtra,
  type MarkerEnvironment,
  type Requirement,
} from '#standards';
import { BuildError } from '#base';
import type { EggInTree } from './read-eggs.ts';

/** By the egg's path, the paths of those it needs, sorted. What is not in the tree is left out. */
export function linkEggs(
  eggs: readonly EggInTree[],
  markers: MarkerEnvironment,
): ReadonlyMap<string, readonly string[]> {
  const byName = new Map(eggs.map((egg) => [canonicalizeName(egg.metadata.name), egg]));
  const requirements = new Map(eggs.map((egg) => [egg.path, egg.requires.flatMap(tryParse)]));
  const extras = new Map(eggs.map((egg) => [egg.path, new Set<string>()]));
  const links = new Map(eggs.map((egg) => [egg.path, new Set<string>()]));
  // An extra that is asked for may bring requirements that ask for more.
  for (let grows = true; grows;) {
    grows = false;
    for (const egg of eggs) {
      const wanted = extras.get(egg.path) ?? new Set<string>();
      for (const requirement of requirements.get(egg.path) ?? []) {
        const target = byName.get(canonicalizeName(requirement.name));
        if (target === undefined || !applies(requirement, wanted, markers)) continue;
        if (target !== egg) links.get(egg.path)?.add(target.path);
        const asked = extras.get(target.path);
        const before = asked?.size;
        for (const extra of requirement.extras) asked?.add(safeExtra(extra));
        grows ||= asked?.size !== before;
      }
    }
  }
  return new Map([...links].map(([path, targets]) => [path, [...targets].sort()]));
}

function applies({ marker }: Requirement, extras: ReadonlySet<string>, markers: MarkerEnvironment): boolean {
  if (marker === undefined) return true;
  try {
    return evaluateMarker(marker, markers, [...extras]);
  } catch (error) {
    if (error instanceof BuildError) return false;
    throw error;
  }
}

function tryParse(line: string): Requirement[] {
  try {
    return [parseRequirement(line)];
  } catch (error) {
    if (error instanceof BuildError) return [];
    throw error;
  }
}
