// Carries out a plan: uninstalls, then updates and installs part by part, and saves `.installed.cfg` after each.

import { BuildError, pythonRepr, whileDoing } from '#base';
import { formatUnusedOptions, type Section } from '#config';
import { pythonJoin, RecipeExit, splitRecipe, uninstallRecipe, type Recipe } from '#recipes';
import { callRecipe } from './call-recipe.ts';
import { hintAtSlips } from './hint-at-slips.ts';
import type { InstalledRecords } from './installed-records.ts';
import type { OptionChange, PartPlan, PartStep, UninstallReason } from './plan-parts.ts';
import { removePaths, type RemovalRules } from './remove-paths.ts';
import { log, type Run } from './run-state.ts';
import { sharedNotes } from './shared-records.ts';
import { assertNotInterrupted } from './stop-when-interrupted.ts';

export interface Execution {
  readonly run: Run;
  readonly records: InstalledRecords;
  readonly rules: RemovalRules;
}

/** Stops at the first failure; everything before it is recorded. */
export async function executePlan(plan: PartPlan, execution: Execution): Promise<void> {
  const { run, records } = execution;
  await whileDoing('Installing.', async () => {
    for (const { part, reason } of plan.uninstall) {
      assertNotInterrupted(run.handle);
      explainUninstall(part, reason, run);
      await uninstallPart(part, execution);
      forgetPart(part, records);
      if (records.exists) records.save();
    }
    warnOfUnusedOptions(run.main, run);
  });
  for (const step of plan.steps) {
    assertNotInterrupted(run.handle);
    const activity = `${step.action === 'update' ? 'Updating' : 'Installing'} ${step.part}.`;
    await whileDoing(activity, async () => {
      log(run.handle.report, 'info', activity);
      await executeStep(step, execution);
    });
  }
}

async function uninstallPart(part: string, execution: Execution): Promise<void> {
  const { run, records } = execution;
  const activity = `Uninstalling ${part}.`;
  await whileDoing(activity, async () => {
    log(run.handle.report, 'info', activity);
    const options = records.options(part);
    const target = { ...splitRecipe(options['recipe'] ?? ''), part, options };
    if (target.spec !== '') await uninstallRecipe(target, run.handle);
    removeRecorded(records.part(part)?.paths ?? [], execution);
  });
}

function removeRecorded(paths: readonly string[], { run, rules }: Execution): void {
  removePaths(
    paths.map((path) => pythonJoin(run.handle.directory, path)),
    rules,
  );
}

function forgetPart(part: string, records: InstalledRecords): void {
  records.setParts(records.parts.filter((name) => name !== part));
}

async function executeStep(step: PartStep, execution: Execution): Promise<void> {
  const { run, records } = execution;
  const section = await run.handle.sections.open(step.part);
  const options = section.copy();
  const { eggs } = run.handle;
  eggs.sharing.take();
  section.delete('__buildout_signature__');
  const paths =
    step.action === 'update' ? await updatePart(section, execution) : await installPart(section, execution);
  // Scripts name these eggs, so the record may not be older than they are.
  await eggs.settle();
  const recorded = step.action === 'update' ? records.options(step.part) : {};
  const notes = sharedNotes(eggs.sharing.take(), recorded);
  records.setPart({ name: step.part, options: { ...options, ...notes }, paths });
  forgetPart(step.part, records);
  records.setParts([...records.parts, step.part]);
  warnOfUnusedOptions(section, run);
  records.save();
}

async function installPart(section: Section, { run, rules }: Execution): Promise<readonly string[]> {
  const recipe = recipeOf(section);
  const paths = await callRecipe(section, () => recipe.install(), rules);
  if (paths !== undefined) return paths;
  const text = `The ${section.name} install returned None.  A path or iterable os paths should be returned.`;
  log(run.handle.report, 'warning', text);
  return [];
}

/** Updates, and adds to the record what the update made. */
async function updatePart(section: Section, execution: Execution): Promise<readonly string[]> {
  const { run, records, rules } = execution;
  const recipe = recipeOf(section);
  const old = records.part(section.name)?.paths ?? [];
  if (recipe.update === undefined) {
    const text = `The recipe for ${section.name} doesn't define an update method. Using its install method.`;
    log(run.handle.report, 'warning', text);
  }
  try {
    const paths = await callRecipe(section, () => recipe.update?.() ?? recipe.install(), rules);
    return [...old, ...(paths ?? []).filter((path) => !old.includes(path))];
  } catch (error) {
    if (run.handle.signal?.aborted === true || endsTheProcess(error)) throw error;
    forgetPart(section.name, records);
    removeRecorded(old, execution);
    records.save();
    throw error;
  }
}

// In zc.buildout these end the process that would clean up: the part stays as recorded, and is tried again.
function endsTheProcess(error: unknown): boolean {
  return error instanceof RecipeExit || (error instanceof BuildError && error.code === 'RECIPE_HOST_DIED');
}

function recipeOf(section: Section): Recipe {
  if (section.recipe === undefined) throw new Error(`The section ${section.name} has no recipe`);
  return section.recipe as Recipe;
}

/** Warns of options that nobody read: a slip, or a recipe's mistake. */
function warnOfUnusedOptions(section: Section, run: Run): void {
  const text = formatUnusedOptions(section);
  if (text === undefined) return;
  log(run.handle.report, 'warning', text);
  hintAtSlips(section, run);
}

// As in zc.buildout, only at `-vv`.
function explainUninstall(part: string, reason: UninstallReason, { handle, logLevel }: Run): void {
  if (logLevel >= 10 || reason.type !== 'changed') return;
  for (const change of reason.changes) log(handle.report, 'debug', describeChange(part, change));
}

function describeChange(part: string, change: OptionChange): string {
  if (change.new === undefined) return `Part ${part}, dropped option ${change.option}.`;
  if (change.old === undefined) return `Part ${part}, new option ${change.option}.`;
  return `Part ${part}, option ${change.option} changed:\n${pythonRepr(change.new)} != ${pythonRepr(change.old)}`;
}
