// The eggs this run has obtained: they count as installed at once, while their files are still being placed.

import type { WorkshopEgg } from './egg-workshop.ts';
import type { Distribution } from './eggs-contract.ts';

export interface ObtainedEggs {
  /** `needsPkgResources` may be known before the files are there. */
  add(dist: Distribution, needsPkgResources: boolean | undefined, egg?: WorkshopEgg): void;
  at(location: string): Distribution | undefined;
  /** Those that go into this eggs directory. */
  in(directory: string): readonly Distribution[];
  needsPkgResources(dist: Distribution): boolean | undefined;
  /** What it was made of. */
  eggOf(dist: Distribution): WorkshopEgg | undefined;
}

export function createObtainedEggs(): ObtainedEggs {
  const byLocation = new Map<string, Distribution>();
  const needs = new Map<string, boolean>();
  const eggs = new Map<string, WorkshopEgg>();
  return {
    add: (dist, needsPkgResources, egg) => {
      if (egg !== undefined) eggs.set(dist.location, egg);
      byLocation.set(dist.location, dist);
      if (needsPkgResources !== undefined) needs.set(dist.location, needsPkgResources);
    },
    at: (location) => byLocation.get(location),
    in: (directory) =>
      [...byLocation.values()].filter(({ location }) => location.startsWith(`${directory}/`)),
    needsPkgResources: ({ location }) => needs.get(location),
    eggOf: ({ location }) => eggs.get(location),
  };
}
