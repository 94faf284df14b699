// Finds a part's recipe: built in, from npm, or a Python one that runs in the recipe host.

import { whileDoing } from '#base';
import type { WorkingSet } from '#eggs';
import { canonicalizeName, parseRequirement, parseEntryPoints, satisfies } from '#standards';
import { findBuiltIn, selectEntry } from './built-in-recipes.ts';
import { pinsForRecipes } from './host/index.ts';
import { loadNpmRecipe } from './npm-recipe.ts';
import type { BuildoutHandle, Recipe, RecipeContext } from './recipe.ts';
import { tryFindHere } from './reference-distributions.ts';
import { tryNpmPackage } from './split-recipe.ts';

/**
 * The recipe of `context.section`, created but not run. A Python recipe is fetched first when it is not here, and
 * joins `recipeWorkingSet` of the buildout.
 */
export async function loadRecipe(spec: string, entry: string, context: RecipeContext): Promise<Recipe> {
  const npmPackage = tryNpmPackage(spec);
  if (npmPackage !== undefined) {
    return (await loadNpmRecipe(npmPackage, entry, context.buildout.directory))(context);
  }
  const entries = findBuiltIn(spec);
  if (entries !== undefined) {
    const activity = `Loading zc.buildout recipe entry ${spec}:${entry}.`;
    return (await whileDoing(activity, () => selectEntry(entries, entry)))(context);
  }
  const host = context.buildout.recipeHost();
  await host.start();
  const workingSet = await installRecipe(spec, context.buildout);
  return host.loadRecipe(spec, entry, context.section, workingSet);
}

export interface UninstallTarget {
  readonly spec: string;
  readonly entry: string;
  readonly part: string;
  /** The part's options as `.installed.cfg` recorded them. */
  readonly options: Readonly<Record<string, string>>;
}

/** Runs the recipe's own uninstaller when it has one; whether one ran. */
export async function uninstallRecipe(target: UninstallTarget, buildout: BuildoutHandle): Promise<boolean> {
  const { spec, entry } = target;
  if (tryNpmPackage(spec) !== undefined || findBuiltIn(spec) !== undefined) return false;
  const point = ['zc.buildout.uninstall', entry] as const;
  const here = isInstalled(spec, buildout.recipeWorkingSet)
    ? buildout.recipeWorkingSet
    : await tryFindHere(spec, buildout);
  if (here !== undefined && !hasEntryPoint(here, spec, point)) return false;
  const host = buildout.recipeHost();
  await host.start();
  const workingSet = await installRecipe(spec, buildout);
  if (!hasEntryPoint(workingSet, spec, point)) return false;
  buildout.report({ type: 'log', level: 'info', text: 'Running uninstall recipe.' });
  const { part, options } = target;
  return host.uninstall({ requirement: spec, entry, part, options, workingSet });
}

/** Makes a distribution available to the recipe host; the working set that has it. */
async function installRecipe(spec: string, buildout: BuildoutHandle): Promise<WorkingSet> {
  if (isInstalled(spec, buildout.recipeWorkingSet)) return buildout.recipeWorkingSet;
  return whileDoing(`Installing recipe ${spec}.`, async () => {
    const workingSet = await installForRecipes([spec], buildout);
    await buildout.eggs.settle();
    buildout.recipeWorkingSet = [...workingSet];
    return workingSet;
  });
}

/** Makes the distributions of extensions active in the recipe host; the working set that has them. */
export async function installExtensions(
  specs: readonly string[],
  buildout: BuildoutHandle,
): Promise<WorkingSet> {
  await buildout.recipeHost().start();
  const workingSet = await installForRecipes(specs, buildout);
  await buildout.eggs.settle();
  buildout.recipeWorkingSet = [...workingSet];
  return workingSet;
}

function installForRecipes(specs: readonly string[], buildout: BuildoutHandle): Promise<WorkingSet> {
  const options = { workingSet: buildout.recipeWorkingSet, pins: pinsForRecipes(buildout) };
  return buildout.eggs.install(specs, options);
}

function isInstalled(spec: string, workingSet: WorkingSet): boolean {
  const requirement = parseRequirement(spec);
  const name = canonicalizeName(requirement.name);
  return workingSet.some(
    (distribution) =>
      canonicalizeName(distribution.project) === name &&
      satisfies(distribution.version, requirement.specifiers, { prereleases: true }),
  );
}

function hasEntryPoint(
  workingSet: WorkingSet,
  spec: string,
  point: readonly [group: string, name: string],
): boolean {
  const name = canonicalizeName(parseRequirement(spec).name);
  const distribution = workingSet.find((candidate) => canonicalizeName(candidate.project) === name);
  const entryPoints = parseEntryPoints(distribution?.metadata('entry_points.txt') ?? '');
  return (entryPoints.get(point[0]) ?? []).some((entryPoint) => entryPoint.name === point[1]);
}
