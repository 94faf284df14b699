// The verbs of the recipe host as the registry and the parts room use them.

import { whileDoing } from '#base';
import type { Section } from '#config';
import type { WorkingSet } from '#eggs';
import type { BuildoutHandle, InstalledPaths, Recipe, RecipeHost } from '../recipe.ts';
import type { Params } from './connect-host.ts';
import { createLazyHost, type LazyHost } from './create-lazy-host.ts';
import { describePicked } from './egg-verbs.ts';
import { createKnownDistributions } from './known-distributions.ts';

/** One recipe host per run. The process starts when `start` or any other method is first called. */
export function createRecipeHost(buildout: BuildoutHandle): RecipeHost {
  const known = createKnownDistributions(() => buildout.eggs.settings().developEggsDirectory);
  const host = createLazyHost(buildout, known);

  async function describeSettled(workingSet: WorkingSet): Promise<readonly Params[]> {
    await buildout.eggs.settle();
    return known.describe(workingSet);
  }

  return {
    async start() {
      await host.start();
    },
    async loadRecipe(...[requirement, entry, section, workingSet]) {
      const distributions = await describeSettled(workingSet);
      return loadRecipe({ host, buildout }, section, { requirement, entry, distributions });
    },
    async uninstall({ requirement, entry, part, options, workingSet }) {
      const distributions = await describeSettled(workingSet);
      const params = { section: part, requirement, entry, options, distributions };
      return (await host.call('recipe.uninstall', params, `it uninstalled part \`${part}\``)) === true;
    },
    async runExtensions(group, workingSet) {
      const distributions = await describeSettled(workingSet);
      const params = { group, distributions, picked: describePicked(buildout.eggs.picked()) };
      return (await host.call('extension.run', params, 'it ran extensions')) as string[];
    },
    async workingSetSignature(requirement) {
      const doing = `it read what \`${requirement}\` depends on`;
      return (await host.call('recipe.signature', { requirement }, doing)) as string[];
    },
    debug: (error) => host.debug(error),
    stop: () => host.stop(),
    cancel: () => host.cancel(),
  };
}

interface LoadParams {
  requirement: string;
  entry: string;
  distributions: readonly Params[];
}

async function loadRecipe(
  { host, buildout }: { host: LazyHost; buildout: BuildoutHandle },
  section: Section,
  params: LoadParams,
): Promise<Recipe> {
  const { name } = section;
  const { requirement, entry } = params;
  const recipe = `the recipe \`${requirement}:${entry}\` of part \`${name}\``;
  await whileDoing(`Loading zc.buildout recipe entry ${requirement}:${entry}.`, () =>
    host.call('recipe.load', { ...params }, `it loaded ${recipe}`),
  );
  const made = await host.call(
    'recipe.create',
    { section: name, requirement, entry },
    `it initialised ${recipe}`,
  );
  const { update } = made as { update: boolean };
  return {
    install: () => runRecipe('install', 'installed'),
    ...(update ? { update: () => runRecipe('update', 'updated') } : {}),
  };

  function runRecipe(method: string, done: string): Promise<InstalledPaths> {
    const doing = `it ${done} part \`${name}\``;
    const lock = lockOfShared(section, buildout);
    return host.call('recipe.run', { section: name, method, lock }, doing) as Promise<InstalledPaths>;
  }
}

/**
 * Recipes put shared parts where they like and build them without a lock. Whoever is to build one holds this file's while
 * the recipe runs; `null`: it is there, or it is not shared. Fails when what is there is not to be trusted.
 */
function lockOfShared(section: Section, { eggs }: BuildoutHandle): string | null {
  const { shared, location = '' } = section.copy();
  const part = shared === 'true' ? eggs.sharing.parts()?.at(location) : undefined;
  part?.assertTrusted();
  return part === undefined || part.isComplete() ? null : (part.lockFile() ?? null);
}
