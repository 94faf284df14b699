// Distributions that were handed to Python, which names them by project and location when it
// hands a working set back.

import type { Distribution, WorkingSet } from '#eggs';
import { canonicalizeName } from '#standards';
import type { Params } from './connect-host.ts';

export interface KnownDistributions {
  /** The working set in the form that `clutch_host.installing` reads. */
  describe(workingSet: WorkingSet): readonly Params[];
  /** The distributions with these projects and locations, as far as they came from here. */
  find(names: readonly (readonly [project: string, location: string])[]): Distribution[];
}

/** `developEggsDirectory`: where a develop egg's metadata is when its checkout has none. */
export function createKnownDistributions(developEggsDirectory: () => string): KnownDistributions {
  const known = new Map<string, Distribution>();
  return {
    describe: (workingSet) =>
      workingSet.map((dist) => {
        known.set(keyOf(dist.project, dist.location), dist);
        const { project, version, location } = dist;
        const develop = dist.precedence === 'develop';
        return {
          project,
          version,
          location,
          develop,
          metadata_path: develop ? developEggsDirectory() : null,
        };
      }),
    find: (names) => names.flatMap(([project, location]) => known.get(keyOf(project, location)) ?? []),
  };
}

function keyOf(project: string, location: string): string {
  return `${canonicalizeName(project)} ${location}`;
}
