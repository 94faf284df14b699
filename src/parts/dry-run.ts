// A run that only looks, for `plan` and `why`: the configuration is evaluated as ever, with the recipes that are built
// in; other recipes are not run, since nobody knows what they would write. What such a recipe set in the last run stands
// in for what it would set now.

import { BuildError, type Report } from '#base';
import type { Configuration, Section } from '#config';
import { createEggPreview, type EggPreview } from '#eggs';
import { findBuiltIn, loadRecipe, pythonJoin, type Recipe, type RecipeContext } from '#recipes';
import { openRun, type BuildoutOptions } from './create-buildout.ts';
import { readInstalledRecords, splitWords, type InstalledRecords } from './installed-records.ts';
import type { Run } from './run-state.ts';

export interface DryRun {
  readonly run: Run;
  readonly eggs: EggPreview;
  readonly records: InstalledRecords;
  /** Parts whose recipes were not run, with the requirement of each. */
  readonly notRun: ReadonlyMap<string, string>;
}

/** Evaluates `[buildout]`; writes nothing. */
export async function openDryRun(options: BuildoutOptions): Promise<DryRun> {
  const records = await readInstalledRecords(recordsFile(options.configuration));
  const notRun = new Map<string, string>();
  let eggs: EggPreview | undefined;
  const run = await openRun(
    { ...options, report: withoutLines(options.report) },
    {
      createEggs: (settings) => (eggs = createEggPreview(settings)),
      loadRecipe: async (spec, entry, context) => {
        if (findBuiltIn(spec) !== undefined) return loadRecipe(spec, entry, context);
        notRun.set(context.name, spec);
        await fillIn(context.section, records);
        return standIn(context);
      },
      makesDirectories: false,
    },
  );
  if (eggs === undefined) throw new Error('A run without an installer');
  return { run, eggs, records, notRun };
}

/** The parts of the run, opened, in the order of installation; and why others could not be opened. */
export async function openParts(
  { run, notRun }: DryRun,
  names: readonly string[],
): Promise<{ parts: string[]; unopened: ReadonlyMap<string, string> }> {
  const { sections } = run.handle;
  const unopened = new Map<string, string>();
  const wanted = names.length > 0 ? names : splitWords(await run.main.require('parts'));
  for (const name of wanted) {
    try {
      await (await sections.open(name)).require('recipe');
    } catch (error) {
      const option = missingFrom(error, notRun);
      if (option === undefined) throw error;
      unopened.set(name, option);
    }
  }
  const opened = (names.length > 0 ? names : sections.parts).filter((name) => !unopened.has(name));
  return { parts: [...new Set(opened)], unopened };
}

/** The option that a recipe would have set, had it run; undefined when the configuration is wrong. */
function missingFrom(error: unknown, notRun: ReadonlyMap<string, string>): string | undefined {
  if (!(error instanceof BuildError) || error.code !== 'CONFIG_MISSING_OPTION') return undefined;
  const [, section = '', option = ''] =
    /^Referenced option does not exist: (\S+) (\S+)$/.exec(error.message) ?? [];
  return notRun.has(section) ? `${section}:${option}` : undefined;
}

/** As far as it can be told before `[buildout]` is evaluated. */
function recordsFile({ annotated, directory }: Configuration): string {
  const installed = annotated.get('buildout')?.get('installed')?.value ?? '';
  return installed === '' || installed.includes('${') ? '' : pythonJoin(directory, installed);
}

async function fillIn(section: Section, records: InstalledRecords): Promise<void> {
  const recorded = records.options(section.name);
  if (recorded['recipe'] !== (await section.get('recipe'))) return;
  const known = new Set(section.keys());
  for (const [option, value] of Object.entries(recorded)) {
    if (!known.has(option) && !option.startsWith('__buildout_')) section.set(option, value);
  }
}

function standIn({ name }: RecipeContext): Recipe {
  return {
    install: () => Promise.reject(new Error(`The recipe of ${name} is not run`)),
  };
}

/** Lines of a run are not lines of a plan. */
function withoutLines(report: Report): Report {
  return (event) => {
    if (event.type !== 'log' && event.type !== 'print' && event.type !== 'log-settings') report(event);
  };
}
