// A built-in recipe stands for a distribution that zc.buildout would have loaded. Where that distribution is here, the
// part's signature names it, so that both programs can go on in the same directory. It is fetched for nothing but
// `init`, which says so as zc.buildout's does: the recipe itself never depends on it.

import { BuildError } from '#base';
import type { Distribution, InstallOptions, WorkingSet } from '#eggs';
import { canonicalizeName } from '#standards';
import type { BuildoutHandle } from './recipe.ts';

const recipeProject = 'zc.recipe.egg';
const found = new WeakMap<BuildoutHandle, Promise<WorkingSet>>();

/** zc.recipe.egg and what it requires, as far as they are in the eggs directory or its egg-links; asked for once. */
export function findReferenceDistributions(buildout: BuildoutHandle): Promise<WorkingSet> {
  const known = found.get(buildout);
  if (known !== undefined) return known;
  const searching = searchReferenceDistributions(buildout);
  found.set(buildout, searching);
  return searching;
}

/** Obtains zc.recipe.egg when it is neither here nor developed. */
export async function fetchReferenceDistribution(buildout: BuildoutHandle): Promise<void> {
  const here = await searchReferenceDistributions(buildout);
  if (here.length === 0) await tryInstall(buildout, [recipeProject], { workingSet: standIns });
}

/** A distribution of a recipe and what it requires, when nothing has to be fetched; nothing is made active. */
export async function tryFindHere(
  spec: string,
  buildout: BuildoutHandle,
  options: InstallOptions = {},
): Promise<WorkingSet | undefined> {
  const local = { ...localOnly(buildout), workingSet: standIns, ...options };
  const found = await tryInstall(buildout, [spec], local);
  return found === undefined ? undefined : withoutStandIns(found);
}

/**
 * At `-v` zc.buildout tells which zc.buildout, wheel, pip and setuptools it found when it looks for upgrades of itself.
 * We upgrade nothing, but Python recipes run on the same, so the log says as much.
 */
export async function tellWhatRecipesRunOn(buildout: BuildoutHandle): Promise<void> {
  await tryInstall(buildout, ['zc.buildout', 'wheel', 'pip', 'setuptools'], localOnly(buildout));
}

async function searchReferenceDistributions(buildout: BuildoutHandle): Promise<WorkingSet> {
  // What others share says nothing about this buildout.
  const own = { shares: false };
  const found = await tryInstall(buildout, [recipeProject], { ...localOnly(buildout), ...own });
  return found ?? (await tryFindHere(recipeProject, buildout, own)) ?? [];
}

function localOnly({ eggs }: BuildoutHandle): InstallOptions {
  const { eggsDirectory, developEggsDirectory } = eggs.settings();
  return {
    destination: null,
    path: [developEggsDirectory, eggsDirectory],
    newest: false,
    checkPicked: false,
  };
}

// What is missing here is no failure: the recipe is built in.
async function tryInstall(
  buildout: BuildoutHandle,
  specs: readonly string[],
  options: InstallOptions,
): Promise<WorkingSet | undefined> {
  try {
    return await buildout.eggs.install(specs, options);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    buildout.report({ type: 'log', level: 'debug', text: `${specs.join(' ')}: ${error.message}` });
    return undefined;
  }
}

/** zc.buildout and what it runs on are active in its own process, so nothing of them is ever fetched for a recipe. */
export const standIns: readonly Distribution[] = [
  'zc.buildout',
  'setuptools',
  'pip',
  'wheel',
  'packaging',
].map((project) => ({
  project,
  version: project === 'zc.buildout' ? '6.0.1' : '80.0.0',
  location: `/nonexistent/${project}`,
  precedence: 'develop',
  extras: [],
  requires: () => [],
  dependencyLinks: () => [],
  metadata: () => undefined,
  metadataNames: () => [],
}));

function withoutStandIns(workingSet: WorkingSet): WorkingSet {
  return workingSet.filter((distribution) => !isStandIn(distribution));
}

/** Whether it is one of the projects that zc.buildout itself runs with. */
export function isStandIn({ project }: Pick<Distribution, 'project'>): boolean {
  const name = canonicalizeName(project);
  return standIns.some((standIn) => canonicalizeName(standIn.project) === name);
}
