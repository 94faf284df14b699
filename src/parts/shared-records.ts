// What `.installed.cfg` says about shared directories: base names of eggs under `__eggs__`, in `[buildout]` for extensions
// and recipes and in each part for its own, and `location` of what zc.recipe.egg:custom built. SlapOS's prune keeps whatever
// base name occurs in such a file. These options are notes of a run, not of a configuration: they are no change of a part.

import type { SharedUse } from '#eggs';
import { splitRecipe } from '#recipes';
import { splitWords, type InstalledRecords } from './installed-records.ts';
import type { Options } from './plan-parts.ts';

const eggsOption = '__eggs__';

/**
 * The options to record for a part that used this. What an update said nothing of stays as it is in `recorded`: many an
 * update looks at no egg.
 */
export function sharedNotes({ entries, built }: SharedUse, recorded: Options = {}): Options {
  const names = entries.length > 0 ? entries.join(' ') : recorded[eggsOption];
  const location = built ?? (isCustom(recorded['recipe'] ?? '') ? recorded['location'] : undefined);
  return {
    ...(names === undefined ? {} : { [eggsOption]: names }),
    ...(location === undefined ? {} : { location }),
  };
}

/** A part's options as recorded, without the notes. */
export function withoutSharedNotes(options: Options): Options {
  const { [eggsOption]: _eggs, ...rest } = options;
  if (!isCustom(options['recipe'] ?? '')) return rest;
  const { location: _location, ...others } = rest;
  return others;
}

/** Whether a recipe's egg goes to a place of its own. */
export function isCustom(recipe: string): boolean {
  const { spec, entry } = splitRecipe(recipe);
  return entry === 'custom' && /^zc[-_.]recipe[-_.]egg\b/i.test(spec);
}

/** The names of all entries of shared directories that a file records, eggs and parts. */
export function recordedEntries(records: InstalledRecords): string[] {
  const sections = [records.main(), ...records.parts.map((part) => records.options(part))];
  return sections.flatMap((options) => [
    ...splitWords(options[eggsOption] ?? ''),
    ...(/\/([0-9a-f]{32})$/.exec(options['location'] ?? '')?.slice(1) ?? []),
  ]);
}

/**
 * Notes what extensions and recipes use. A run of some parts knows only of their recipes: what is recorded for the others
 * stays.
 */
export function noteRecipeEggs(records: InstalledRecords, { entries }: SharedUse, isWhole: boolean): void {
  const before = isWhole ? [] : splitWords(records.main()[eggsOption] ?? '');
  const names = [...new Set([...before, ...entries])].sort((a, b) => (a < b ? -1 : 1));
  records.setMain(eggsOption, names.length === 0 ? undefined : names.join(' '));
  if (names.length > 0) records.save();
}
