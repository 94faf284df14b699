// Recipes from npm: `recipe = npm:PACKAGE[:EXPORT]` loads a module from `node_modules` of the buildout's directory.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BuildError, hasCode } from '#base';
import type { RecipeFactory } from './recipe.ts';

/** The factory a package exports under `entry`; fails when the package or the export is missing. */
export async function loadNpmRecipe(
  packageName: string,
  entry: string,
  directory: string,
): Promise<RecipeFactory> {
  const module: unknown = await import(pathToFileURL(resolvePackage(packageName, directory)).href);
  const factory: unknown =
    typeof module === 'object' && module !== null ? Reflect.get(module, entry) : undefined;
  if (typeof factory === 'function') return withUserErrors(factory as RecipeFactory);
  throw new BuildError(
    'RECIPE_ENTRY_NOT_FOUND',
    `The npm package \`${packageName}\` exports no recipe \`${entry}\``,
    {
      hint: 'a recipe is a function that takes a context and returns `install` and, if it can, `update`',
    },
  );
}

/** An error named `UserError` is a user's mistake: its text is printed, no stack. Recipes cannot import our class. */
function withUserErrors(factory: RecipeFactory): RecipeFactory {
  return async (context) => {
    const recipe = await translate(async () => factory(context));
    return {
      install: () => translate(() => recipe.install()),
      ...(recipe.update === undefined ? {} : { update: () => translate(async () => recipe.update?.()) }),
    };
  };
}

async function translate<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'UserError') throw error;
    throw new BuildError('RECIPE_FAILED', error.message, { cause: error });
  }
}

/** `npm:PACKAGE-VERSION`: the part is reinstalled when the package's version changes. */
export function readNpmSignature(packageName: string, directory: string): string {
  return `npm:${packageName}-${readVersion(packageName, resolvePackage(packageName, directory))}`;
}

function resolvePackage(packageName: string, directory: string): string {
  try {
    return createRequire(join(directory, 'package.json')).resolve(packageName);
  } catch (error) {
    if (!hasCode(error, 'MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED')) throw error;
    throw new BuildError('RECIPE_NOT_FOUND', `Couldn't find the npm package \`${packageName}\``, {
      hint: `run \`npm install ${packageName}\` in ${directory}`,
      cause: error,
    });
  }
}

function readVersion(packageName: string, entryFile: string): string {
  for (let folder = dirname(entryFile); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof manifest !== 'object' || manifest === null) continue;
    if (Reflect.get(manifest, 'name') === packageName) return String(Reflect.get(manifest, 'version'));
  }
  return 'unknown';
}
