// What a whole run picked without a pin, and who required what: zc.buildout's `_picked_versions` and `_required_by`,
// from which it prints and writes picked versions at the end.

import { compareTexts } from './distribution.ts';

export interface PickLedger {
  pick(project: string, version: string): void;
  /** Remembers that `requirer` (`name==1.0`) wants `requirement`. */
  require(requirement: string, requirer: string): void;
  versions(): readonly (readonly [name: string, version: string])[];
  requiredBy(): ReadonlyMap<string, ReadonlySet<string>>;
}

export function createPickLedger(): PickLedger {
  const versions = new Map<string, string>();
  const requiredBy = new Map<string, Set<string>>();
  return {
    pick: (project, version) => void versions.set(project, version),
    require: (requirement, requirer) => {
      const requirers = requiredBy.get(requirement);
      if (requirers === undefined) requiredBy.set(requirement, new Set([requirer]));
      else requirers.add(requirer);
    },
    versions: () => [...versions].sort(([a], [b]) => compareTexts(a, b)),
    requiredBy: () => requiredBy,
  };
}
