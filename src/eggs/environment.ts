// What is here for one installation: the eggs directory, the entries of the path (develop eggs), and what this run has
// obtained but not placed yet; best first, as pkg_resources' `Environment`.

import type { PythonDescription } from '#python';
import { compareDistributions } from '#resolver';
import { canonicalizeName } from '#standards';

import type { Distribution } from './eggs-contract.ts';
import type { EggsDirectory } from './eggs-directory.ts';
import { findDistributions, tryRealpath } from './find-distributions.ts';
import { whyUnfit } from './target-platform.ts';

export interface EggEnvironment {
  /** The distributions of a project that fit the Python, best first. */
  find(project: string): readonly Distribution[];
  /** Those of the eggs directory that do not fit, with the reason. */
  unfit(project: string): readonly { dist: Distribution; reason: string }[];
  add(dist: Distribution): void;
}

export interface EnvironmentOptions {
  /** Best first. */
  eggsDirectories: readonly EggsDirectory[];
  /** Other entries; one that is among the eggs directories is not read again. */
  path: readonly string[];
  obtained: Iterable<Distribution>;
  /** See `findDistributions`. */
  isShared?: (location: string) => boolean;
  python: PythonDescription;
}

export function createEnvironment(options: EnvironmentOptions): EggEnvironment {
  const { eggsDirectories, python } = options;
  const besides = new Map<string, Distribution[]>();
  const sorted = new Map<string, readonly Distribution[]>();

  function add(dist: Distribution): void {
    const name = canonicalizeName(dist.project);
    sorted.delete(name);
    const known = besides.get(name);
    if (known === undefined) besides.set(name, [dist]);
    else if (!known.some((other) => compareDistributions(other, dist) === 0)) known.push(dist);
  }

  function all(project: string): Distribution[] {
    const inPath = besides.get(canonicalizeName(project)) ?? [];
    const locations = new Set(inPath.map((dist) => dist.location));
    // What has the name of an egg in a directory before is hidden by that.
    const names = new Set<string>();
    const inDirectories = eggsDirectories.flatMap((directory) => {
      const found = directory.find(project).filter(({ eggName = '' }) => !names.has(eggName));
      for (const { eggName } of found) if (eggName !== undefined) names.add(eggName);
      return found.filter((dist) => !locations.has(dist.location));
    });
    return [...inPath, ...inDirectories];
  }

  function find(project: string): readonly Distribution[] {
    let known = sorted.get(project);
    if (known === undefined) {
      known = all(project)
        .filter((dist) => whyUnfit(dist, python) === undefined)
        .sort((a, b) => compareDistributions(b, a));
      sorted.set(project, known);
    }
    return known;
  }

  for (const dist of options.path.flatMap((entry) => distributionsOfEntry(entry, options))) add(dist);
  for (const dist of options.obtained) add(dist);
  return {
    find,
    unfit: (project) =>
      all(project).flatMap((dist) => {
        const reason = whyUnfit(dist, python);
        return reason === undefined ? [] : [{ dist, reason }];
      }),
    add,
  };
}

function distributionsOfEntry(entry: string, options: EnvironmentOptions): readonly Distribution[] {
  const path = tryRealpath(entry);
  if (path === undefined || options.eggsDirectories.some((directory) => directory.path === path)) return [];
  return findDistributions(path, { markers: options.python.markers, isShared: options.isShared });
}
