// zc.recipe.egg:eggs: makes a part's eggs available. Its working set is what the scripts recipe builds on.

import type { Where } from '#base';
import type { WorkingSet } from '#eggs';
import { booleanOption, nearestName, type Section } from '#config';
import type { Recipe, RecipeContext, RecipePreview } from '../recipe.ts';

export interface EggPart {
  /** The requirements of the option `eggs`, else the part's name, and their working set. */
  workingSet(extra?: readonly string[]): Promise<{ requirements: string[]; workingSet: WorkingSet }>;
}

export async function createEggsRecipe(context: RecipeContext): Promise<Recipe> {
  const part = await createEggPart(context);
  const install = async (): Promise<string[]> => {
    await part.workingSet();
    return [];
  };
  const preview = async (): Promise<RecipePreview> => ({ ...(await part.workingSet()), scripts: [] });
  return { install, update: install, preview };
}

/** Sets the options that zc.recipe.egg sets (egg.py, Eggs), and gives access to the working set. */
export async function createEggPart(context: RecipeContext): Promise<EggPart> {
  const { buildout, section, name } = context;
  const main = await buildout.sections.open('buildout');
  const links = await inheritLinks(section, main);
  const index = await inheritIndex(section, main);
  const allowHosts = splitLines(await main.require('allow-hosts'));
  const eggsDirectory = await main.require('eggs-directory');
  const developEggsDirectory = await main.require('develop-eggs-directory');
  section.set('eggs-directory', eggsDirectory);
  section.set('_e', eggsDirectory);
  section.set('develop-eggs-directory', developEggsDirectory);
  section.set('_d', developEggsDirectory);

  return {
    async workingSet(extra = []) {
      section.set('executable', buildout.python.executable);
      const eggs = await section.get('eggs');
      if (eggs === undefined) hintAtEggs(context);
      const requirements = splitLines(eggs ?? name);
      const request: Request = {
        requirements: [...requirements, ...extra],
        eggsDirectory: await section.require('eggs-directory'),
        developEggsDirectory: await section.require('develop-eggs-directory'),
        offline: (await main.get('offline')) === 'true',
        newest: (await main.get('newest')) === 'true',
        allowUnknownExtras: await booleanOption(main, 'allow-unknown-extras'),
        links,
        index,
        allowHosts,
      };
      return { requirements, workingSet: await installOnce(request, context) };
    },
  };
}

/** Without `eggs` the part's name is what it installs: right for some, a slip for others. */
function hintAtEggs({ section, buildout, name }: RecipeContext): void {
  const near = nearestName('eggs', section.layer('raw').keys());
  if (near === undefined) return;
  const where = buildout.locate?.({ section: name, option: near }, '');
  const place = where?.file === undefined ? '' : ` in ${where.file}:${where.line ?? 1}`;
  const text = `[${name}] has no \`eggs\`, so it installs \`${name}\`; did you mean \`eggs\` by \`${near}\`${place}?`;
  buildout.report({ type: 'hint', text });
}

interface Request {
  requirements: string[];
  eggsDirectory: string;
  developEggsDirectory: string;
  offline: boolean;
  newest: boolean;
  links: readonly string[];
  index: string | undefined;
  allowHosts: readonly string[];
  allowUnknownExtras: boolean;
}

// Parts that ask for the same with the same settings share one working set.
async function installOnce(request: Request, context: RecipeContext): Promise<WorkingSet> {
  const { workingSetCache, eggs } = context.buildout;
  const key = JSON.stringify(request);
  const known = workingSetCache.get(key);
  if (known !== undefined) {
    eggs.sharing.use(known);
    return known;
  }
  const workingSet = eggs.sortWorkingSet(await installRequest(request, context));
  workingSetCache.set(key, workingSet);
  return workingSet;
}

function installRequest(request: Request, { buildout, name }: RecipeContext): Promise<WorkingSet> {
  const { requirements, eggsDirectory, developEggsDirectory, links, index } = request;
  const { locate } = buildout;
  const origins =
    locate === undefined
      ? {}
      : { whereOf: (spec: string): Where => locate({ section: name, option: 'eggs' }, spec) };
  if (request.offline) {
    return buildout.eggs.install(requirements, {
      ...origins,
      destination: null,
      path: [developEggsDirectory, eggsDirectory],
    });
  }
  return buildout.eggs.install(requirements, {
    ...origins,
    destination: eggsDirectory,
    path: [developEggsDirectory],
    links,
    ...(index === undefined ? {} : { index }),
    newest: request.newest,
    allowHosts: request.allowHosts,
    allowUnknownExtras: request.allowUnknownExtras,
  });
}

/** The part's `find-links`, else those of `[buildout]`; recorded in the part one per line. */
export async function inheritLinks(section: Section, main: Section): Promise<string[]> {
  const text = (await section.get('find-links', await main.get('find-links'))) ?? '';
  const links = splitWords(text);
  if (text !== '') section.set('find-links', links.join('\n'));
  return links;
}

/** The part's `index`, else that of `[buildout]`; recorded in the part when there is one. */
export async function inheritIndex(section: Section, main: Section): Promise<string | undefined> {
  const index = await section.get('index', await main.get('index'));
  if (index !== undefined) section.set('index', index);
  return index;
}

export function splitLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

export function splitWords(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
