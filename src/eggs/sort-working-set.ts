// The order of `sys.path` in scripts: develop eggs first, then eggs, then the rest, as zc.buildout's
// `sort_working_set`. What else lies at a place comes along with it, as when Python has it on its path.

import { createWorkingSet } from '#resolver';

import { tryReadDirectory } from './egg-metadata.ts';
import type { Distribution, WorkingSet } from './eggs-contract.ts';
import { readFirstLine } from './find-distributions.ts';

export interface SortOptions {
  /** The eggs directory, and those behind it on the shelf. */
  eggsDirectories: readonly string[];
  developEggsDirectory: string;
  /** Locations of develop eggs that have no egg-link. */
  builtDevelopEggs?: ReadonlySet<string>;
  distributionsAt: (location: string) => readonly Distribution[];
}

export function sortWorkingSet(workingSet: WorkingSet, options: SortOptions): WorkingSet {
  const { eggsDirectories, developEggsDirectory } = options;
  const developed = new Set(
    tryReadDirectory(developEggsDirectory)
      .filter((name) => name.endsWith('.egg-link') && !name.startsWith('.'))
      .flatMap((name) => readFirstLine(`${developEggsDirectory}/${name}`) ?? []),
  );
  const rankOf = (path: string): number => {
    if (developed.has(path) || options.builtDevelopEggs?.has(path) === true) return 0;
    return eggsDirectories.some((directory) => path.startsWith(directory)) ? 1 : 2;
  };
  const locations = [...new Set(workingSet.map(({ location }) => location))];
  const sorted = locations.sort((a, b) => rankOf(a) - rankOf(b));
  const known = new Map(workingSet.map((dist) => [`${dist.location} ${dist.project}`, dist]));
  const result = createWorkingSet<Distribution>();
  for (const location of sorted) {
    for (const dist of options.distributionsAt(location)) {
      result.add(known.get(`${location} ${dist.project}`) ?? dist);
    }
  }
  return result.list();
}
