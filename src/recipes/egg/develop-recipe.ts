// zc.recipe.egg:develop: an editable install of a source directory, with options for its extensions.

import { pythonJoin } from '../python-join.ts';
import type { Recipe, RecipeContext, RecipePreview } from '../recipe.ts';
import { readBuildExtOptions } from './build-ext-options.ts';

export async function createDevelopRecipe({ buildout, section }: RecipeContext): Promise<Recipe> {
  const main = await buildout.sections.open('buildout');
  const directory = await main.require('directory');
  section.set('_d', await main.require('develop-eggs-directory'));
  const buildExt = await readBuildExtOptions(section, directory);
  section.set('setup', pythonJoin(directory, await section.require('setup')));
  const install = async (): Promise<string> =>
    buildout.eggs.develop(await section.require('setup'), await section.require('_d'), buildExt);
  const preview = async (): Promise<RecipePreview> => ({ requirements: [], workingSet: [], scripts: [] });
  return { install, update: install, preview };
}
