// A working set while it grows, as pkg_resources' `WorkingSet` keeps it: entries of `sys.path` in order, and one
// active distribution for each project. The order is a contract: it becomes the `sys.path` of scripts.

import { dirname } from 'node:path';

import { canonicalizeName } from '#standards';

import { compareDistributions, type ResolvableDistribution } from './distribution.ts';

export interface WorkingSetBuilder<Dist extends ResolvableDistribution> {
  /** The active distribution of a project. */
  find(project: string): Dist | undefined;
  /** Whether exactly this distribution is active. */
  has(dist: Dist): boolean;
  /** As `WorkingSet.add`: behind everything; with `replace` in front of everything and instead of its namesake. */
  add(dist: Dist, replace?: boolean): void;
  /** Entries of `sys.path`, in order. */
  entries(): readonly string[];
  /** The distributions, in the order of their entries. */
  list(): Dist[];
}

export function createWorkingSet<Dist extends ResolvableDistribution>(
  initial: readonly Dist[] = [],
): WorkingSetBuilder<Dist> {
  const entries: string[] = [];
  const projectsAt = new Map<string, string[]>();
  const active = new Map<string, Dist>();

  function add(dist: Dist, replace = false): void {
    insertEntry(entries, dist, replace);
    const name = canonicalizeName(dist.project);
    const projects = projectsAt.get(dist.location) ?? [];
    projectsAt.set(dist.location, projects);
    if (!replace && active.has(name)) return;
    active.set(name, dist);
    if (!projects.includes(name)) projects.push(name);
  }

  function list(): Dist[] {
    const seen = new Set<string>();
    const result: Dist[] = [];
    for (const name of entries.flatMap((entry) => projectsAt.get(entry) ?? [])) {
      const dist = active.get(name);
      if (dist === undefined || seen.has(name)) continue;
      seen.add(name);
      result.push(dist);
    }
    return result;
  }

  for (const dist of initial) add(dist);
  return {
    find: (project) => active.get(canonicalizeName(project)),
    has: (dist) => {
      const known = active.get(canonicalizeName(dist.project));
      return known !== undefined && compareDistributions(known, dist) === 0;
    },
    add,
    entries: () => entries,
    list,
  };
}

/** As `Distribution.insert_on`, without the parts that are about a running interpreter's `sys.path`. */
function insertEntry(entries: string[], dist: ResolvableDistribution, replace: boolean): void {
  const { location } = dist;
  const parent = dist.precedence === 'egg' ? dirname(location) : undefined;
  const position = entries.findIndex((entry) => entry === location || entry === parent);
  if (position === -1) {
    if (replace) entries.unshift(location);
    else entries.push(location);
    return;
  }
  if (entries[position] === location) {
    if (replace) removeLater(entries, location, position);
    return;
  }
  // An egg goes just ahead of the directory that holds it, unless it is further back already.
  if (!replace && entries.includes(location, position)) return;
  entries.splice(position, 0, location);
  removeLater(entries, location, position);
}

function removeLater(entries: string[], location: string, position: number): void {
  let later = entries.indexOf(location, position + 1);
  while (later !== -1) {
    entries.splice(later, 1);
    later = entries.indexOf(location, later);
  }
}
