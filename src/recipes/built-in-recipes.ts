// Which recipes are built in, by project and entry point.

import { BuildError, pythonRepr } from '#base';
import { canonicalizeName, parseRequirement } from '#standards';
import { createCustomRecipe } from './egg/custom-recipe.ts';
import { createDevelopRecipe } from './egg/develop-recipe.ts';
import { createEggsRecipe } from './egg/eggs-recipe.ts';
import { createScriptsRecipe } from './egg/scripts-recipe.ts';
import type { RecipeFactory } from './recipe.ts';
import { tryNpmPackage } from './split-recipe.ts';

type Entries = Readonly<Record<string, RecipeFactory>>;

const projects: Readonly<Record<string, Entries>> = {
  'zc-recipe-egg': {
    default: createScriptsRecipe,
    script: createScriptsRecipe,
    scripts: createScriptsRecipe,
    Scripts: createScriptsRecipe,
    eggs: createEggsRecipe,
    custom: createCustomRecipe,
    develop: createDevelopRecipe,
  },
};

/** The entry points of a built-in project; undefined when the requirement names another one. */
export function findBuiltIn(spec: string): Entries | undefined {
  if (tryNpmPackage(spec) !== undefined) return undefined;
  return projects[canonicalizeName(parseRequirement(spec).name)];
}

/** The factory under `entry`; fails with pkg_resources' text when there is none. */
export function selectEntry(entries: Entries, entry: string): RecipeFactory {
  const factory = Object.hasOwn(entries, entry) ? entries[entry] : undefined;
  if (factory !== undefined) return factory;
  throw new BuildError(
    'RECIPE_ENTRY_NOT_FOUND',
    `Entry point ('zc.buildout', ${pythonRepr(entry)}) not found`,
    {
      hint: `the entry points are ${Object.keys(entries).join(', ')}`,
    },
  );
}
