// Scripts of a section with `shared = true`: they lie in a shared directory, in `<section>/<digest>/bin`, once for all
// buildouts whose options and eggs are the same.

import { mkdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { BuildError, pythonRepr } from '#base';
import type { Distribution, EggInstaller } from '#eggs';
import type { RecipeContext } from '../recipe.ts';
import type { EggPart } from './eggs-recipe.ts';

type SharedParts = NonNullable<ReturnType<EggInstaller['sharing']['parts']>>;
type SharedPlace = NonNullable<ReturnType<SharedParts['locate']>>;

/** What says where a buildout has its things, and nothing about what a script does. */
const ownOptions = new Set([
  '_b',
  '_d',
  '_e',
  'bin-directory',
  'develop-eggs-directory',
  'eggs-directory',
  'find-links',
  'index',
  'location',
  'relative-paths',
]);

export interface SharedScripts {
  place: SharedPlace;
  part: EggPart;
  write: () => Promise<string[]>;
}

/**
 * Where the section's scripts are or go, which `location` says from now on; `undefined` when they are not shared. The eggs
 * are part of what decides, so they are installed by this.
 */
export async function findSharedPlace(
  { buildout, section, name }: RecipeContext,
  part: EggPart,
): Promise<SharedPlace | undefined> {
  const parts = buildout.eggs.sharing.parts();
  if (!(await readShared(section)) || parts === undefined) return undefined;
  const { workingSet } = await part.workingSet();
  const options = (await section.entries()).filter(([option]) => !ownOptions.has(option));
  const place = parts.locate(name, {
    ...Object.fromEntries(options),
    __eggs__: workingSet.map(nameOf).sort().join(' '),
  });
  if (place === undefined) return undefined;
  section.set('location', place.location);
  const state = place.isComplete() ? 'shared at %s (already built)' : 'will be shared at %s (needs to build)';
  buildout.report({ type: 'log', level: 'info', text: state.replace('%s', place.location), logger: name });
  return place;
}

/** Nothing that is made there belongs to the part: uninstalling it leaves the scripts to the others. */
export async function installShared(
  { buildout, name }: RecipeContext,
  scripts: SharedScripts,
): Promise<string[]> {
  if (await fill(scripts)) return [];
  buildout.report({ type: 'log', level: 'info', text: 'shared part is already installed', logger: name });
  return [];
}

/** Somebody may have taken them away. */
export async function updateShared(scripts: SharedScripts): Promise<string[]> {
  await fill(scripts);
  return [];
}

async function fill({ place, part, write }: SharedScripts): Promise<boolean> {
  // Also for scripts that are there: the records name the eggs that they use.
  await part.workingSet();
  return place.make(async () => {
    mkdirSync(`${place.location}/bin`);
    await write();
  });
}

/** Eggs that are shared count by their names, and others by where they lie. */
function nameOf({ location }: Distribution): string {
  return basename(dirname(location)) === '__eggs__' ? basename(location) : location;
}

async function readShared(section: RecipeContext['section']): Promise<boolean> {
  const value = await section.get('shared');
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw new BuildError('CONFIG_INVALID_BOOLEAN', `Invalid value for 'shared' option: ${pythonRepr(value)}`, {
    where: { section: section.name, option: 'shared' },
    hint: 'write `true` or `false`, in small letters',
  });
}
