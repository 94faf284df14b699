// Which unit of the base a changed unit came from: the one at the same path, else the one that went away and has the
// same content, else the egg of the same project in the same directory, whatever its version.

import type { TreeUnit } from '../tree/index.ts';

/** The origin of each of `changed` that has one, by path. */
export function pairUnits(
  base: readonly TreeUnit[],
  target: readonly TreeUnit[],
  changed: readonly TreeUnit[],
): Map<string, TreeUnit> {
  const stays = new Set(target.map(({ path }) => path));
  const left = base.filter(({ path }) => !stays.has(path));
  const byPath = new Map(base.map((unit) => [unit.path, unit]));
  const byHash = new Map(left.map((unit) => [unit.hash, unit]));
  const byProject = new Map(left.map((unit) => [projectOf(unit.path), unit]));
  const origins = new Map<string, TreeUnit>();
  for (const { path, hash } of changed) {
    const origin = byPath.get(path) ?? byHash.get(hash) ?? byProject.get(projectOf(path));
    if (origin !== undefined) origins.set(path, origin);
  }
  return origins;
}

/** `eggs/v5/zope.interface-5.4.0-py3.11-linux-x86_64.egg` without what a new version changes. */
function projectOf(path: string): string {
  const [, project] = /^(.*?)-\d[^/]*\.egg$/.exec(path) ?? [];
  return project ?? path;
}
