// What commands need of a configuration that work on eggs or the egg cache without making or running a buildout.

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

/** All that eggs are chosen, made and placed by; no directory is made. */
export async function readInstallerSettings(options: BuildoutOptions): Promise<EggSettings> {
  const run = await openRun(options, { createEggs: createEggInstaller, loadRecipe, makesDirectories: false });
  return { ...run.handle.eggs.settings() };
}
