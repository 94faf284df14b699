// What commands need of a configuration that work on eggs or the egg cache without making or running a buildout.

import { BuildError } from '#base';
import { createSections, rawSections } from '#config';
import { createEggInstaller, type EggCacheSettings, type EggSettings } from '#eggs';
import { loadRecipe } from '#recipes';
import { openRun, type BuildoutOptions } from './create-buildout.ts';
import { readEggCache } from './egg-settings.ts';

/** The egg cache that `[buildout]` names; `undefined` when it is switched off. Nothing else is evaluated. */
export async function readCacheSettings(options: BuildoutOptions): Promise<EggCacheSettings | undefined> {
  const { annotated } = options.configuration;
  const sections = createSections(rawSections(annotated), {
    annotated,
    initializeRecipe: () => Promise.resolve(),
  });
  return readEggCache(await sections.open('buildout'), options);
}

/**
 * Options of `[buildout]` with references replaced, as far as no recipe has to run for it; otherwise as written. Absent
 * ones are left out.
 */
export async function readMainOptions(
  { configuration }: Pick<BuildoutOptions, 'configuration'>,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const { annotated, directory } = configuration;
  const raw = rawSections(annotated);
  const written = new Map(raw.get('buildout'));
  const value = (name: string): string | undefined =>
    name === 'directory' ? directory : written.get(name)?.replaceAll('${buildout:directory}', directory);
  const sections = createSections(raw, { annotated, initializeRecipe: () => Promise.resolve() });
  const evaluate = async (name: string): Promise<string | undefined> => {
    try {
      return (await (await sections.open('buildout')).get(name)) ?? value(name);
    } catch (error) {
      if (error instanceof BuildError) return value(name);
      throw error;
    }
  };
  const options: [string, string][] = [];
  for (const name of names) {
    const found = await evaluate(name);
    if (found !== undefined) options.push([name, found]);
  }
  return Object.fromEntries(options);
}

/** All that eggs are chosen, made and placed by; no directory is made. */
export async function readInstallerSettings(options: BuildoutOptions): Promise<EggSettings> {
  const run = await openRun(options, { createEggs: createEggInstaller, loadRecipe, makesDirectories: false });
  return { ...run.handle.eggs.settings() };
}
