// What installing or updating each part would give: its working set and its scripts. A failure of one part does not
// keep the others from being looked at.

import { BuildError } from '#base';
import type { Distribution, EggArrival } from '#eggs';
import { loadRecipe, type Recipe, type RecipePreview } from '#recipes';
import type { DryRun } from './dry-run.ts';
import type { PlannedFailure } from './run-plan.ts';

export interface PartPreview {
  readonly part: string;
  /** Undefined: it fails, or nobody knows what it uses. */
  readonly preview?: RecipePreview;
  readonly failure?: PlannedFailure;
  /** Its scripts can be told: the recipe is built in, and the metadata of what it names is known. */
  readonly knowsScripts: boolean;
}

/** In the order of installation: what one part brings is there for the next. */
export async function previewParts(dry: DryRun, parts: readonly string[]): Promise<PartPreview[]> {
  const previews: PartPreview[] = [];
  for (const part of parts) previews.push(await previewPart(dry, part));
  return previews;
}

async function previewPart(dry: DryRun, part: string): Promise<PartPreview> {
  try {
    const recipe = await findRecipe(dry, part);
    const preview = await recipe?.preview?.();
    if (preview === undefined) return { part, knowsScripts: false };
    const knowsScripts = !dry.notRun.has(part) && isKnown(preview, dry.eggs.arrivals());
    return { part, preview, knowsScripts };
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return { part, knowsScripts: false, failure: toFailure(part, error) };
  }
}

export function toFailure(part: string, error: BuildError): PlannedFailure {
  const { code, message, hint } = error;
  return { part, code, message: message.trimEnd(), ...(hint === undefined ? {} : { hint }) };
}

/** For a recipe that is not run: the eggs that its part names, taken as zc.recipe.egg takes them. */
async function findRecipe({ run, notRun }: DryRun, part: string): Promise<Recipe | undefined> {
  const section = await run.handle.sections.open(part);
  if (!notRun.has(part)) return section.recipe as Recipe;
  if ((await section.get('eggs')) === undefined) return undefined;
  return loadRecipe('zc.recipe.egg', 'eggs', {
    buildout: run.handle,
    section,
    name: part,
    created: () => [],
  });
}

function isKnown({ workingSet }: RecipePreview, arrivals: readonly EggArrival[]): boolean {
  const unknown = new Set(arrivals.filter((one) => one.unknown !== undefined).map((one) => one.location));
  return !workingSet.some((dist: Distribution) => unknown.has(dist.location));
}
