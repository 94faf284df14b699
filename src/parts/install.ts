// The command `install`: extensions, develop eggs, recipes, the plan, and its execution, in zc.buildout's order.

import { existsSync } from 'node:fs';
import { whileDoing } from '#base';
import type { Section } from '#config';
import type { EggSettings } from '#eggs';
import {
  forgetDevelopHashes,
  pythonJoin,
  RecipeException,
  recipeSignature,
  splitRecipe,
  tellWhatRecipesRunOn,
} from '#recipes';
import { developSources, listDevelopedDirectories } from './develop-eggs.ts';
import { executePlan } from './execute-plan.ts';
import { dumpConfiguration } from './dump-configuration.ts';
import { readInstalledRecords, splitPaths, splitWords, type InstalledRecords } from './installed-records.ts';
import { loadExtensions, unloadExtensions } from './load-extensions.ts';
import { planParts, type InstalledPart, type PartPlan } from './plan-parts.ts';
import { removePaths, type RemovalRules } from './remove-paths.ts';
import { printNamespacePackages, printPickedVersions } from './report-versions.ts';
import { readRemovalRules, type Run } from './run-state.ts';
import { noteRecipeEggs, recordedEntries } from './shared-records.ts';
import { setUpDirectories } from './set-up-directories.ts';
import { stopWhenInterrupted } from './stop-when-interrupted.ts';

/** Installs the named parts, or all of them, uninstalling those that are not wanted any more. */
export async function install(run: Run, names: readonly string[]): Promise<void> {
  const stop = stopWhenInterrupted(run.handle);
  try {
    const { records, rules, plan } = await whileDoing('Installing.', () => prepare(run, names));
    await executePlan(plan, { run, records, rules });
    finishRecords(records);
    await run.handle.eggs.settle();
    printPickedVersions(run);
    printNamespacePackages(run);
    await unloadExtensions(run);
  } finally {
    stop();
  }
}

interface Prepared {
  records: InstalledRecords;
  rules: RemovalRules;
  plan: PartPlan;
}

async function prepare(run: Run, names: readonly string[]): Promise<Prepared> {
  const { handle, main } = run;
  await joinSharedDirectories(run);
  await loadExtensions(run);
  await whileDoing('Setting up buildout directories', () => setUpDirectories(run));
  await whileDoing('Checking for upgrades.', async () => {
    refuseMissingCache(handle.eggs.settings());
    if (run.logLevel <= 10 && handle.newest) await tellWhatRecipesRunOn(handle);
  });
  const records = await readInstalledRecords(await main.require('installed'));
  const rules = await readRemovalRules(run, await listDevelopedDirectories(run));
  await renewDevelopEggs(run, records, rules);

  const wanted = await initializeParts(run, names);
  if (run.logLevel < 10) await dumpConfiguration(run);
  await computeSignatures(run, wanted, records);
  noteRecipeEggs(records, handle.eggs.sharing.take(), names.length === 0);
  const plan = planParts({
    installed: records.parts.map((name) => records.part(name)).filter((part) => part !== undefined),
    wanted: await collectOptions(run, wanted, records),
    uninstallOthers: names.length === 0,
    exists: (path) => existsSync(pythonJoin(handle.directory, path)),
  });
  return { records, rules, plan };
}

/** Before anything is used: a prune has to know this buildout, and what it recorded is told by name when it is gone. */
async function joinSharedDirectories({ handle, main }: Run): Promise<void> {
  const { sharing } = handle.eggs;
  if (!sharing.isOn()) return;
  const installed = await main.require('installed');
  const bin = await main.require('bin-directory');
  if (installed !== '') sharing.register({ directory: handle.directory, installed, bin });
  sharing.expect(recordedEntries(await readInstalledRecords(installed)));
}

// As in zc.buildout (easy_install.py, Installer): it calls this an internal error, and so do we.
function refuseMissingCache({ installFromCache, downloadCache }: Readonly<EggSettings>): void {
  if (!installFromCache || downloadCache !== undefined) return;
  const message = 'install_from_cache set to true with no download cache';
  throw new RecipeException(message, `ValueError: ${message}`);
}

async function renewDevelopEggs(run: Run, records: InstalledRecords, rules: RemovalRules): Promise<void> {
  const old = splitPaths(records.developEggs).map((path) => pythonJoin(run.handle.directory, path));
  removePaths(old, rules);
  const developEggs = await developSources(run, rules);
  forgetDevelopHashes();
  records.setDevelopEggs(developEggs);
  // Recorded at once, so that a run that is killed later does not leave links that nobody owns.
  if (records.exists || developEggs !== '') records.save();
}

/** Opens the parts, which runs their recipes' constructors; the parts of this run in the order of installation. */
async function initializeParts({ handle, main }: Run, names: readonly string[]): Promise<string[]> {
  const configured = splitWords(await main.require('parts'));
  const wanted = names.length > 0 ? names : configured;
  for (const name of wanted) await (await handle.sections.open(name)).require('recipe');
  return [...new Set(names.length > 0 ? names : handle.sections.parts)];
}

async function computeSignatures(
  { handle }: Run,
  parts: readonly string[],
  records: InstalledRecords,
): Promise<void> {
  for (const name of parts) {
    const section = await handle.sections.open(name);
    const { spec } = splitRecipe(await section.require('recipe'));
    const recorded = records.part(name)?.options['__buildout_signature__'];
    section.set('__buildout_signature__', await recipeSignature(spec, handle, recorded));
  }
}

// Evaluating options marks them as used, and zc.buildout evaluates only those of parts that were installed before:
// so new parts alone are warned about unused options.
async function collectOptions(
  { handle }: Run,
  parts: readonly string[],
  records: InstalledRecords,
): Promise<InstalledPart[]> {
  const before = new Set(records.parts);
  const collected: InstalledPart[] = [];
  for (const name of parts) {
    const section: Section = await handle.sections.open(name);
    const options = before.has(name) ? Object.fromEntries(await section.entries()) : section.copy();
    collected.push({ name, options, paths: [] });
  }
  return collected;
}

function finishRecords(records: InstalledRecords): void {
  if (records.developEggs !== '') records.save();
  else if (records.parts.length === 0 && records.exists) records.remove();
}
