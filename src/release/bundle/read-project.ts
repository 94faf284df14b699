// What `[buildout]` of the project says that decides how its bundle is built: where its directories and caches are, and
// what it develops. Nothing is run and nothing is made.

import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { defaultCacheDirectory, expandUser } from '#base';
import { createSections, rawSections } from '#config';
import { expandGlob, type BuildoutOptions } from '#parts';
import { linksOutside } from '../links-outside.ts';
import { isWithin } from '../paths.ts';

export interface Project {
  /** `${buildout:directory}`. */
  directory: string;
  /** Directories of earlier runs, inside or outside: eggs, develop eggs, parts, scripts. */
  made: readonly string[];
  /** Directories that hold what can be fetched or built again. */
  caches: readonly string[];
  /** Directories named by `develop`. */
  developed: readonly string[];
  hasExtensions: boolean;
  /** Assignments for a run in another directory: what is outside the project is named by full paths. */
  assignments: readonly string[];
}

type Read = (option: string) => Promise<string>;

/** Evaluates what it needs of `[buildout]`; fails as evaluating an option does. */
export async function readProject({ configuration, environment }: BuildoutOptions): Promise<Project> {
  const { annotated } = configuration;
  const sections = createSections(rawSections(annotated), {
    annotated,
    initializeRecipe: () => Promise.resolve(),
  });
  const main = await sections.open('buildout');
  const read: Read = async (option) => ((await main.get(option)) ?? '').trim();
  const directory = resolve(configuration.directory, await read('directory'));
  const pathOf: Read = async (option) => {
    const value = await read(option);
    return value === '' ? '' : resolve(directory, expandUser(value, environment));
  };
  const all = async (options: readonly string[]): Promise<string[]> =>
    (await Promise.all(options.map(pathOf))).filter((path) => path !== '');
  const sources = await readSources(directory, read);
  return {
    directory,
    made: await all(['eggs-directory', 'develop-eggs-directory', 'parts-directory', 'bin-directory']),
    caches: [
      ...(await all(['download-cache', 'extends-cache', 'egg-cache'])),
      ...((await main.get('egg-cache')) === undefined ? [defaultCacheDirectory(environment)] : []),
    ],
    developed: sources.developed,
    hasExtensions: (await read('extensions')) !== '',
    assignments: [
      ...sources.assignments,
      ...(await linksOutside(directory, read)).map(([option, value]) => `buildout:${option}=${value}`),
      // What is shared lies outside.
      ...((await main.get('shared-part-list')) === undefined ? [] : ['buildout:shared-part-list=']),
    ],
  };
}

async function readSources(
  directory: string,
  read: Read,
): Promise<Pick<Project, 'developed' | 'assignments'>> {
  const patterns = splitWords(await read('develop'));
  const found = patterns.map((pattern) => ({ pattern, paths: expandGlob(resolve(directory, pattern)) }));
  const developed = found.flatMap(({ paths }) => paths).map(projectOf);
  if (found.every(({ paths }) => paths.every((path) => isWithin(directory, path)))) {
    return { developed, assignments: [] };
  }
  const named = found.flatMap(({ pattern, paths }) =>
    paths.some((path) => !isWithin(directory, path)) ? paths : [pattern],
  );
  return { developed, assignments: [`buildout:develop=${named.join(' ')}`] };
}

function projectOf(path: string): string {
  return statSync(path).isDirectory() ? path : dirname(path);
}

function splitWords(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
