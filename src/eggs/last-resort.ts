// The target Python's own setuptools and what else zc.buildout runs with: used only when no index, cache or eggs
// directory has a fitting one. zc.buildout, which runs inside that Python, sees them all the time.

import type { PythonDescription } from '#python';
import { compareDistributions } from '#resolver';
import { canonicalizeName, satisfies, type Requirement } from '#standards';

import type { Distribution } from './eggs-contract.ts';
import { findDistributions } from './find-distributions.ts';

/** What zc.buildout runs with: it finds these in its own Python and never picks a version of them. */
export const buildoutProjects: ReadonlySet<string> = new Set([
  'packaging',
  'pip',
  'platformdirs',
  'setuptools',
  'wheel',
  'zc-buildout',
]);

export type LastResort = (requirement: Requirement) => Distribution | undefined;

/** `linked` adds distributions that come before the Python's own (egg-links). */
export function createLastResort(
  python: PythonDescription,
  linked: (project: string) => readonly Distribution[] = () => [],
): LastResort {
  let own: readonly Distribution[] | undefined;
  return (requirement) => {
    const name = canonicalizeName(requirement.name);
    const fits = (dist: Distribution): boolean =>
      canonicalizeName(dist.project) === name && satisfies(dist.version, requirement.specifiers);
    const link = best(linked(name).filter(fits));
    if (link !== undefined || !buildoutProjects.has(name)) return link;
    own ??= python.sitePackages.flatMap((path) => findDistributions(path, { markers: python.markers }));
    return best(own.filter(fits));
  };
}

function best(dists: readonly Distribution[]): Distribution | undefined {
  return [...dists].sort(compareDistributions).at(-1);
}
