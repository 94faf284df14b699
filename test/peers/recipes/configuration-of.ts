// The `buildout.cfg` of a recipe's case.

import type { Workspace } from '../../support/run-clutch.ts';
import type { RecipeCase } from './recipe-cases.ts';

/** With these of its parts; the recipe's version is pinned. */
export function configurationOf(recipe: RecipeCase, parts: readonly string[], { base }: Workspace): string {
  const { versions = [], ...sections } = recipe.sections ?? {};
  const pins = [`${recipe.project} = ${recipe.version}`, ...versions];
  const texts = Object.entries({ ...recipe.parts, ...sections, versions: pins }).map(
    ([name, lines]) => `[${name}]\n${lines.join('\n')}\n`,
  );
  const main = ['[buildout]', 'newest = false', `parts = ${parts.join(' ')}`, ...(recipe.buildout ?? [])];
  return [...main, ...texts].join('\n').replaceAll('BASE', base);
}
