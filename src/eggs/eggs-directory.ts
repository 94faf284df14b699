// The eggs directory as one listing of names: an egg is opened when its project is asked for, so that a run with
// nothing to do costs one listing and the metadata of what it uses.

import { dirname, join } from 'node:path';

import { requirementText } from '#resolver';
import { canonicalizeName, parseEggFilename, type MarkerEnvironment } from '#standards';

import { createDistribution, withPrecedence } from './create-distribution.ts';
import { readKnownMetadata, tryReadDirectory } from './egg-metadata.ts';
import type { Distribution } from './eggs-contract.ts';
import type { KnownEggs } from './known-eggs.ts';
import { findLinkedEgg, followEggLink, isNamedBy, tryRealpath } from './find-distributions.ts';

export interface EggsDirectory {
  readonly path: string;
  /** The eggs of a project and what egg-links for it point at, in no order. */
  find(project: string): readonly Distribution[];
  /** The names under which they lie there, not opened. */
  names(project: string): readonly string[];
  /** The distribution that an egg-link in the directory gives, for the last resort of builds. */
  findLinked(project: string): readonly Distribution[];
  /** Reads the listing again; eggs that were opened stay open. */
  refresh(): void;
  /** Remembers what was opened, and `obtained`, for the next run. */
  remember(obtained: readonly Distribution[]): void;
}

export interface EggsDirectoryOptions {
  markers: MarkerEnvironment;
  /** Egg-links in it count. */
  links: boolean;
  /** What the last run knew of the eggs. */
  known?: KnownEggs | undefined;
  /** See `findDistributions`. */
  isShared?: ((location: string) => boolean) | undefined;
}

export function openEggsDirectory(directory: string, options: EggsDirectoryOptions): EggsDirectory {
  const path = tryRealpath(directory) ?? directory;
  const opened = new Map<string, readonly Distribution[]>();
  let listed: Map<string, string[]> | undefined;
  const names = (): Map<string, string[]> => (listed ??= listByProject(path));

  function open(name: string): readonly Distribution[] {
    let known = opened.get(name);
    if (known === undefined) {
      known = openEntry(path, name, options);
      opened.set(name, known);
    }
    return known;
  }

  const counting = (entries: readonly string[]): readonly string[] =>
    options.links ? entries : entries.filter((name) => !isEggLink(name));

  function find(project: string): readonly Distribution[] {
    const wanted = canonicalizeName(project);
    const entries = [...(names().get(wanted) ?? []), ...(names().get(unnamed) ?? [])];
    return counting(entries)
      .flatMap(open)
      .filter((dist) => canonicalizeName(dist.project) === wanted);
  }

  function remember(obtained: readonly Distribution[]): void {
    const { known } = options;
    if (known === undefined) return;
    for (const dist of [...[...opened.values()].flat(), ...obtained]) {
      const { eggName } = dist;
      if (eggName === undefined || dirname(dist.location) !== path || known.find(eggName) !== undefined)
        continue;
      known.note(eggName, {
        requires: dist.requires().map(requirementText),
        extras: dist.extras,
      });
    }
    known.save();
  }

  return {
    path,
    find,
    names: (project) => counting(names().get(canonicalizeName(project)) ?? []),
    remember,
    findLinked: (project) => (names().get(canonicalizeName(project)) ?? []).filter(isEggLink).flatMap(open),
    refresh: () => {
      listed = undefined;
      // What was not there or not readable may be there now.
      for (const [name, dists] of opened) if (dists.length === 0 || isEggLink(name)) opened.delete(name);
    },
  };
}

/** The key of eggs whose names do not say what they are. */
const unnamed = '';

function listByProject(path: string): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const name of tryReadDirectory(path)) {
    const project = projectOf(name);
    if (project === undefined) continue;
    const known = names.get(project);
    if (known === undefined) names.set(project, [name]);
    else known.push(name);
  }
  return names;
}

function projectOf(name: string): string | undefined {
  if (name.startsWith('.')) return undefined;
  if (isEggLink(name)) return canonicalizeName(name.slice(0, -'.egg-link'.length));
  if (!name.toLowerCase().endsWith('.egg')) return undefined;
  const parts = parseEggFilename(name);
  return parts === undefined ? unnamed : canonicalizeName(parts.project);
}

function openEntry(
  directory: string,
  name: string,
  { markers, known, isShared }: EggsDirectoryOptions,
): readonly Distribution[] {
  const path = join(directory, name);
  if (isEggLink(name)) return followEggLink(path, { markers }).filter((dist) => isNamedBy(dist, name));
  const parts = parseEggFilename(name);
  const egg = parts === undefined ? undefined : known?.find(name);
  if (parts !== undefined && egg !== undefined) {
    const { project, version, python, platform } = parts;
    const metadata = readKnownMetadata(join(path, egg.directory), egg);
    const facts = { project, version, pythonVersion: python, platform, markers, metadata };
    return [createDistribution({ ...facts, location: path, precedence: 'egg' })];
  }
  // As `_eggify_env_dest_dists`: whatever lies here is an egg.
  return findLinkedEgg(path, { markers, isShared }).map((dist) => withPrecedence(dist, 'egg'));
}

function isEggLink(name: string): boolean {
  return name.toLowerCase().endsWith('.egg-link');
}
