// Runs a recipe's install or update. When it fails, the paths it registered as created are deleted.

import { existsSync } from 'node:fs';
import { pythonRepr } from '#base';
import type { Section } from '#config';
import type { InstalledPaths } from '#recipes';
import { removePaths, type RemovalRules } from './remove-paths.ts';
import { log } from './run-state.ts';

const createdPaths = new WeakMap<Section, string[]>();

/** What `created` of a recipe's context does. */
export function rememberCreated(section: Section, paths: readonly string[]): readonly string[] {
  const known = createdPaths.get(section) ?? [];
  known.push(...paths);
  createdPaths.set(section, known);
  return known;
}

/** The paths the action gave, as a list; undefined when it gave none. */
export async function callRecipe(
  section: Section,
  action: () => Promise<InstalledPaths>,
  rules: RemovalRules,
): Promise<string[] | undefined> {
  createdPaths.delete(section);
  try {
    const paths = await action();
    if (paths === null || paths === undefined) return undefined;
    return typeof paths === 'string' ? [paths] : [...paths];
  } catch (error) {
    for (const path of createdPaths.get(section) ?? []) {
      removePaths([path], rules);
      if (existsSync(path)) log(rules.report, 'warning', `Couldn't clean up ${pythonRepr(path)}.`);
    }
    throw error;
  } finally {
    createdPaths.delete(section);
  }
}
