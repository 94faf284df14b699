// Fills a download cache with all that installing needs: by installing, in a copy of the project.

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { BuildError, isTemporaryName } from '#base';
import { locateOption, type Assignment } from '#config';
import { createBuildout, readMainOptions, type Buildout, type BuildoutOptions } from '#parts';
import { isWithin } from '../paths.ts';
import type { Project } from './open-project.ts';
import { refuseLoginsInFiles } from './refuse-logins.ts';

export interface Collection {
  /** The copy of the project, which is installed. */
  build: string;
  /** The download cache to fill. */
  cache: string;
  project: Project;
  /** The egg cache's directory; empty: there is none. */
  eggCache: string;
  /** The extends cache; empty: nothing came by URL. */
  extended: string;
}

/** What the configuration of the copy is read with, before the user's own assignments. */
export function assignmentsFor({ cache, eggCache, project, extended }: Collection): Assignment[] {
  const own = {
    'download-cache': cache,
    // Relative to the project, not to the copy.
    ...(eggCache === '' ? {} : { 'egg-cache': eggCache }),
    ...(extended === '' ? {} : { 'extends-cache': extended }),
    ...Object.fromEntries(project.links),
  };
  const { downloads, installsFromCache } = project;
  const cacheOnly =
    installsFromCache && downloads !== undefined
      ? { 'install-from-cache': 'false', index: downloads, 'find-links': '' }
      : {};
  return Object.entries({ ...own, ...cacheOnly }).map(([option, value]) => ({
    section: 'buildout',
    option,
    value,
  }));
}

/** Fails with `RELEASE_EGGS_DIRECTORY` when the eggs would not be in the release, and with `RELEASE_CREDENTIAL`. */
export async function checkSettings({ build }: Collection, settings: BuildoutOptions): Promise<void> {
  refuseLoginsInFiles(settings.configuration);
  await requireInside(build, settings);
}

/** Settings of a run that collects everything. */
export function collecting(
  { project }: Collection,
  settings: BuildoutOptions,
  kept: string,
): BuildoutOptions {
  const { downloads } = project;
  const isThere = (path: string): boolean => existsSync(path);
  const directories = [downloads].filter((path) => path !== undefined);
  const caches = directories.map((path) => dirname(path)).filter(isThere);
  return { ...settings, collects: { directories: directories.filter(isThere), caches, kept } };
}

/**
 * Runs the buildout with these settings; fails as a run does. Where a recipe changed something beside the buildout (a
 * crontab), its uninstaller undoes it, with the settings that `withoutParts` gives.
 */
export async function collectDistributions(
  { build }: Collection,
  settings: BuildoutOptions,
  withoutParts: () => Promise<BuildoutOptions>,
): Promise<void> {
  const workingSet = await install(settings);
  requireOwnEggs(workingSet, build, settings);
  const hasUninstallers = workingSet.some((dist) =>
    /^\[zc\.buildout\.uninstall\]/m.test(dist.metadata('entry_points.txt') ?? ''),
  );
  if (hasUninstallers) await install(await withoutParts());
}

/** The distributions that recipes ran with. */
async function install(settings: BuildoutOptions): Promise<Buildout['recipeWorkingSet']> {
  const before = process.cwd();
  const buildout = await createBuildout(settings);
  try {
    await buildout.install([]);
    return buildout.recipeWorkingSet;
  } finally {
    await buildout.close();
    process.chdir(before);
  }
}

const places = ['directory', 'bin-directory', 'parts-directory', 'develop-eggs-directory'];

/** A run must not write anywhere but into the copy, and the release has to have what it makes. */
async function requireInside(build: string, settings: BuildoutOptions): Promise<void> {
  const { 'eggs-directory': eggs = '', ...main } = await readMainOptions(settings, [
    'eggs-directory',
    ...places,
  ]);
  const { directory = build } = main;
  for (const option of places) {
    const path = resolve(directory, main[option] ?? '');
    if (isWithin(build, path)) continue;
    throw new BuildError('RELEASE_OUTSIDE', `\`${option}\` is \`${path}\`, outside the release`, {
      hint: 'make it relative to the configuration',
      where: locateOption(settings.configuration.annotated, { section: 'buildout', option }),
    });
  }
  if (isWithin(build, eggs)) return;
  // zc.sourcerelease's words.
  throw new BuildError(
    'RELEASE_EGGS_DIRECTORY',
    `Invalid eggs directory (perhaps not a relative path) ${eggs}`,
  );
}

/** What recipes ran on has to be in the release, not only in the Python of this machine. */
function requireOwnEggs(
  workingSet: readonly { project: string; version: string; location: string }[],
  build: string,
  { python }: BuildoutOptions,
): void {
  const foreign = workingSet.find(({ location }) => python.sitePackages.includes(location));
  if (foreign === undefined || isWithin(build, foreign.location)) return;
  throw new BuildError(
    'RELEASE_FOREIGN_RECIPE',
    `Recipes ran with ${foreign.project} ${foreign.version} of ${foreign.location}, which a release cannot carry`,
    { hint: `let the index or the download cache have ${foreign.project}` },
  );
}

/** How many distributions there are; files of a run that was killed are none. */
export function countDistributions(cache: string): number {
  return readdirSync(join(cache, 'dist')).filter((name) => !isTemporaryName(name)).length;
}
