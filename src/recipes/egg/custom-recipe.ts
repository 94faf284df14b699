// zc.recipe.egg:custom: builds one egg from source with options for its extensions, into the develop-eggs directory.

import { pythonRepr } from '#base';
import type { Recipe, RecipeContext, RecipePreview } from '../recipe.ts';
import { readBuildExtOptions } from './build-ext-options.ts';
import { inheritIndex, inheritLinks } from './eggs-recipe.ts';
import { extendEnvironment } from './extend-environment.ts';

export async function createCustomRecipe(context: RecipeContext): Promise<Recipe> {
  const { buildout, section } = context;
  const main = await buildout.sections.open('buildout');
  section.set('_d', await main.require('develop-eggs-directory'));
  const buildExt = await readBuildExtOptions(section, await main.require('directory'));
  const links = await inheritLinks(section, main);
  const index = await inheritIndex(section, main);
  const variables = await readEnvironmentSection(context);
  section.set('_environment-data', reprOfPairs(variables));
  section.set('_e', await main.require('eggs-directory'));
  const offline = (await main.get('offline')) === 'true';
  const newest = (await main.get('newest')) === 'true';

  // Also what a preview shows: with an installer that only looks, it builds nothing.
  const install = async (): Promise<string[]> => {
    if (offline) return [];
    return buildout.eggs.build(await readRequirement(context), {
      destination: await section.require('_d'),
      path: [await section.require('_e')],
      buildExt,
      links,
      ...(index === undefined ? {} : { index }),
      newest,
      environment: extendEnvironment(buildout.environment, variables),
      section: section.name,
    });
  };
  const preview = async (): Promise<RecipePreview> => {
    await install();
    return { requirements: [], workingSet: [], scripts: [] };
  };
  return { install, update: install, preview };
}

async function readRequirement({ buildout, section, name }: RecipeContext): Promise<string> {
  const egg = await section.get('egg');
  if (egg !== undefined) return egg.trim();
  const eggs = await section.get('eggs');
  if (eggs === undefined) return name.trim();
  const text = 'The eggs option is deprecated. Use egg instead';
  buildout.report({ type: 'log', level: 'warning', text, logger: 'zc.recipe.egg.custom' });
  return eggs.trim();
}

async function readEnvironmentSection({ buildout, section }: RecipeContext): Promise<[string, string][]> {
  const name = await section.get('environment');
  if (name === undefined || name === '') return [];
  return (await buildout.sections.open(name)).entries();
}

/** Python's `repr` of the sorted list of pairs: what the reference records to notice a change. */
function reprOfPairs(pairs: Iterable<readonly [string, string]>): string {
  const sorted = [...pairs].sort(([a], [b]) => (a < b ? -1 : 1));
  return `[${sorted.map(([name, value]) => `(${pythonRepr(name)}, ${pythonRepr(value)})`).join(', ')}]`;
}
