// The eggs this run has obtained: they count as installed at once, while their files are still being placed.

import type { Distribution } from './eggs-contract.ts';

export interface ObtainedEggs {
  /** `needsPkgResources` may be known before the files are there. */
  add(dist: Distribution, needsPkgResources: boolean | undefined): void;
  at(location: string): Distribution | undefined;
  /** Those that go into this eggs directory. */
  in(directory: string): readonly Distribution[];
  needsPkgResources(dist: Distribution): boolean | undefined;
}

export function createObtainedEggs(): ObtainedEggs {
  const byLocation = new Map<string, Distribution>();
  const needs = new Map<string, boolean>();
  return {
    add: (dist, needsPkgResources) => {
      byLocation.set(dist.location, dist);
      if (needsPkgResources !== undefined) needs.set(dist.location, needsPkgResources);
    },
    at: (location) => byLocation.get(location),
    in: (directory) =>
      [...byLocation.values()].filter(({ location }) => location.startsWith(`${directory}/`)),
    needsPkgResources: ({ location }) => needs.get(location),
  };
}
