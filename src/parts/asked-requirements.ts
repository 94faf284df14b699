// What the configuration asks for by itself: the `eggs` of parts, their recipes, and extensions; each with its place.

import { BuildError, type Where } from '#base';
import { splitRecipe } from '#recipes';
import { parseRequirement, type Requirement } from '#standards';
import type { DryRun } from './dry-run.ts';
import { splitWords } from './installed-records.ts';
import { locateRequirement } from './locate-requirement.ts';

/** A requirement that no distribution has, but an option. */
export interface AskedRequirement {
  readonly requirement: Requirement;
  /** The part, or `buildout` for extensions. */
  readonly part: string;
  readonly option: string;
  readonly where: Where;
}

/** In the order of the parts; the recipe of a part comes before its eggs. Built-in recipes need no distribution. */
export async function collectAsked(dry: DryRun, parts: readonly string[]): Promise<AskedRequirement[]> {
  const { run, notRun } = dry;
  const { annotated } = run.configuration;
  const asked: AskedRequirement[] = [];
  const ask = (text: string, part: string, option: string): void => {
    const requirement = tryParse(text);
    if (requirement === undefined) return;
    const where = locateRequirement(annotated, { section: part, option }, text);
    asked.push({ requirement, part, option, where });
  };
  for (const spec of splitWords((await run.main.get('extensions')) ?? ''))
    ask(spec, 'buildout', 'extensions');
  for (const part of parts) {
    const section = await run.handle.sections.open(part);
    const recipe = notRun.get(part);
    if (recipe !== undefined && !recipe.startsWith('npm:')) ask(recipe, part, 'recipe');
    const { entry } = splitRecipe((await section.get('recipe')) ?? '');
    if (recipe === undefined && entry === 'develop') continue;
    const option = recipe === undefined && entry === 'custom' ? await customOption(section) : 'eggs';
    const text = await section.get(option);
    if (text === undefined && recipe === undefined) ask(part, part, 'eggs');
    for (const line of (text ?? '').split('\n')) if (line.trim() !== '') ask(line.trim(), part, option);
  }
  return asked;
}

async function customOption(section: { get(option: string): Promise<string | undefined> }): Promise<string> {
  return (await section.get('egg')) === undefined ? 'eggs' : 'egg';
}

/** Other recipes may have an option `eggs` with something else in it. */
function tryParse(text: string): Requirement | undefined {
  try {
    return parseRequirement(text);
  } catch (error) {
    if (error instanceof BuildError) return undefined;
    throw error;
  }
}
