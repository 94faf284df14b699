// zc.recipe.egg, also `:script` and `:scripts`: eggs, and scripts and an interpreter that see them.

import { BuildError, pythonRepr } from '#base';
import type { Section } from '#config';
import { generateScripts, writeScripts, type EntryPointTriple, type GeneratedScripts } from '#scripts';
import { pythonJoin } from '../python-join.ts';
import type { Recipe, RecipeContext, RecipePreview } from '../recipe.ts';
import { createEggPart, splitLines, splitWords, type EggPart } from './eggs-recipe.ts';
import { findSharedPlace, installShared, updateShared } from './shared-scripts.ts';

export async function createScriptsRecipe(context: RecipeContext): Promise<Recipe> {
  const part = await createEggPart(context);
  const { buildout, section } = context;
  const main = await buildout.sections.open('buildout');
  const directory = await main.require('directory');
  const extraPaths = splitLines((await section.get('extra-paths', '')) ?? '').map((path) =>
    pythonJoin(directory, path),
  );
  if (extraPaths.length > 0) section.set('extra-paths', extraPaths.join('\n'));
  const shared = await findSharedPlace(context, part);
  // A script that lies elsewhere has the buildout in no place relative to it.
  const relativePaths = shared === undefined ? await readRelativePaths(section, main) : false;
  const binDirectory = shared === undefined ? await main.require('bin-directory') : `${shared.location}/bin`;
  section.set('bin-directory', binDirectory);
  section.set('_b', binDirectory);

  const make = (): Promise<Made> => makeScripts(context, part, { extraPaths, relativePaths });
  const write = async (): Promise<string[]> => {
    const { generated } = await make();
    return generated === undefined ? [] : writeScripts(generated, buildout.report);
  };
  const scripts = shared && { place: shared, part, write };
  const install = scripts === undefined ? write : () => installShared(context, scripts);
  const update = scripts === undefined ? write : () => updateShared(scripts);
  const preview = async (): Promise<RecipePreview> => {
    const { generated, ...made } = await make();
    return { ...made, scripts: generated?.files ?? [] };
  };
  return { install, update, preview };
}

async function readRelativePaths(section: Section, main: Section): Promise<string | false> {
  const value = await section.get('relative-paths', await main.get('relative-paths', 'false'));
  if (value === 'false') return false;
  if (value !== 'true') {
    throw new BuildError(
      'CONFIG_INVALID_BOOLEAN',
      `Invalid value for 'relative-paths' option: ${pythonRepr(value ?? '')}`,
      { where: { section: section.name, option: 'relative-paths' }, hint: 'write `true` or `false`' },
    );
  }
  const directory = await main.require('directory');
  section.set('buildout-directory', directory);
  return directory;
}

interface Made extends Pick<RecipePreview, 'requirements' | 'workingSet'> {
  /** Undefined: `scripts` is empty, so none are wanted. */
  generated?: GeneratedScripts;
}

async function makeScripts(
  { buildout, section }: RecipeContext,
  part: EggPart,
  paths: { extraPaths: string[]; relativePaths: string | false },
): Promise<Made> {
  const { requirements, workingSet } = await part.workingSet();
  const wanted = await section.get('scripts');
  if (wanted === '') return { requirements, workingSet };
  const points = await readEntryPoints(section, (text) =>
    buildout.report({ type: 'log', level: 'error', text, logger: section.name }),
  );
  const all: (string | EntryPointTriple)[] = [...requirements, ...points];
  if (await readFlag(section, 'dependent-scripts')) {
    for (const { project } of workingSet) {
      if (project !== 'setuptools' && !all.includes(project)) all.push(project);
    }
  }
  // `.pth` files inside the eggs are part of a script's path, so the eggs must be in place.
  await buildout.eggs.settle();
  const generated = generateScripts({
    requirements: all,
    workingSet,
    python: buildout.python.executable,
    destination: await section.require('bin-directory'),
    scripts: wanted === undefined ? undefined : parseScriptMap(wanted),
    extraPaths: paths.extraPaths,
    interpreter: await section.get('interpreter'),
    initialization: (await section.get('initialization', '')) ?? '',
    argumentsText: (await section.get('arguments', '')) ?? '',
    relativePaths: paths.relativePaths,
    markers: buildout.python.markers,
  });
  return { requirements, workingSet, generated };
}

/** `old=new` or a name alone, separated by white space. */
function parseScriptMap(text: string): Map<string, string> {
  return new Map(
    splitWords(text).map((word): [string, string] => {
      const equals = word.indexOf('=');
      return equals === -1 ? [word, word] : [word.slice(0, equals), word.slice(equals + 1)];
    }),
  );
}

const entryPointPattern =
  /^([^=]+)=([\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*):([\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*)$/u;

async function readEntryPoints(
  section: Section,
  logError: (text: string) => void,
): Promise<EntryPointTriple[]> {
  return splitWords((await section.get('entry-points', '')) ?? '').map((word): EntryPointTriple => {
    const [, name, module, attributes] = entryPointPattern.exec(word) ?? [];
    if (name !== undefined && module !== undefined && attributes !== undefined)
      return [name, module, attributes];
    logError(`Cannot parse the entry point ${word}.`);
    throw new BuildError('INVALID_ENTRY_POINT', 'Invalid entry point', {
      where: { section: section.name, option: 'entry-points' },
      hint: 'write `name=module:attribute`',
    });
  });
}

async function readFlag(section: Section, name: string): Promise<boolean> {
  const value = await section.get(name);
  if (value === undefined || value === '' || value === 'false') return false;
  if (value === 'true') return true;
  throw new BuildError('CONFIG_INVALID_BOOLEAN', `Invalid value for ${name} option: ${value}`, {
    where: { section: section.name, option: name },
    hint: 'write `true` or `false`, in small letters',
  });
}
