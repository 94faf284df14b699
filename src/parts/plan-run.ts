// `plan`: what the next run would do. The same evaluation, the same decisions and the same comparison with
// `.installed.cfg` as in a run, with an installer that only looks; nothing is written.

import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { BuildError } from '#base';
import { isStandIn, pythonJoin, recipeSignature, splitRecipe, standIns } from '#recipes';
import { canonicalizeName, parseRequirement } from '#standards';
import { expectRecorded } from './compare-unrun-options.ts';
import type { BuildoutOptions } from './create-buildout.ts';
import { openDryRun, openParts, type DryRun } from './dry-run.ts';
import { splitWords } from './installed-records.ts';
import { planDevelop } from './plan-develop.ts';
import { planParts, type InstalledPart, type UninstallReason } from './plan-parts.ts';
import { planScripts } from './plan-scripts.ts';
import { planVersions } from './plan-versions.ts';
import { previewParts, toFailure, type PartPreview } from './preview-parts.ts';
import { isCustom } from './shared-records.ts';
import type { OutsidePath, PartReason, PlannedFailure, PlannedPart, RunPlan } from './run-plan.ts';

const signatureOption = '__buildout_signature__';

/** What `install` with these part names would do. Fails only when the configuration is wrong. */
export async function planRun(options: BuildoutOptions, names: readonly string[]): Promise<RunPlan> {
  const dry = await openDryRun(options);
  const developing = await planDevelop(dry);
  const { parts: opened, unopened } = await openParts(dry, names);
  const failures: PlannedFailure[] = [];
  const parts = await compareParts(dry, { opened, names, unopened }, failures);
  const previews = await previewParts(dry, opened);
  failures.push(...previews.flatMap(({ failure }) => failure ?? []));
  const scripts = await planScripts(dry, parts, previews);
  const versions = planVersions(dry, previews);
  const eggs = dry.eggs.arrivals();
  const isSame =
    parts.every(({ action }) => action === 'update') &&
    developing.develop.every(({ action }) => action === 'renew') &&
    [scripts, versions, eggs, failures].every((list) => list.length === 0);
  return {
    changes: !isSame,
    parts,
    scripts,
    eggs,
    versions,
    develop: developing.develop,
    outside: await findOutside(
      dry,
      developing.develop.map(({ path }) => path),
    ),
    failures,
    notKnown: [...developing.notKnown, ...(await listUnknown(dry, { parts, previews, unopened }))],
  };
}

interface Opened {
  opened: readonly string[];
  names: readonly string[];
  unopened: ReadonlyMap<string, string>;
}

async function compareParts(
  dry: DryRun,
  { opened, names, unopened }: Opened,
  failures: PlannedFailure[],
): Promise<PlannedPart[]> {
  const { run, records, notRun } = dry;
  const wanted: InstalledPart[] = [];
  for (const name of opened) wanted.push(await describeWanted(dry, name, failures));
  const installed = records.parts.map((name) => records.part(name)).filter((part) => part !== undefined);
  const plan = planParts({
    installed: installed.filter(({ name }) => !unopened.has(name)),
    wanted,
    uninstallOthers: names.length === 0,
    exists: (path) => existsSync(pythonJoin(run.handle.directory, path)),
  });
  const reasons = new Map(plan.uninstall.map(({ part, reason }) => [part, toReason(reason)]));
  const steps = new Set(plan.steps.map(({ part }) => part));
  const uninstalled = plan.uninstall
    .filter(({ part }) => !steps.has(part))
    .map(({ part, reason }): PlannedPart => ({
      part,
      action: 'uninstall',
      recipe: records.options(part)['recipe'] ?? '',
      reason: toReason(reason),
      certain: true,
    }));
  const stepped = plan.steps.map(({ part, action }): PlannedPart => {
    const reason = reasons.get(part);
    const recipe = wanted.find(({ name }) => name === part)?.options['recipe'] ?? '';
    const unrun = notRun.has(part);
    if (action === 'update') {
      return { part, action, recipe, reason: { type: 'unchanged' }, certain: !unrun };
    }
    return reason === undefined
      ? { part, action: 'install', recipe, reason: { type: 'new' }, certain: true }
      : { part, action: 'reinstall', recipe, reason, certain: !unrun };
  });
  return [...uninstalled, ...stepped];
}

function toReason(reason: UninstallReason): PartReason {
  if (reason.type !== 'changed') return reason;
  const signature = reason.changes.find(({ option }) => option === signatureOption);
  const changes = reason.changes.filter(({ option }) => option !== signatureOption);
  if (signature !== undefined && changes.length === 0) {
    return { type: 'recipe-changed', old: signature.old ?? '', new: signature.new ?? '' };
  }
  return { type: 'options', changes };
}

async function describeWanted(dry: DryRun, name: string, failures: PlannedFailure[]): Promise<InstalledPart> {
  const { run, records, notRun } = dry;
  const section = await run.handle.sections.open(name);
  const recorded = records.part(name)?.options ?? {};
  const signature = recorded[signatureOption];
  const spec = notRun.get(name);
  if (spec === undefined) {
    const { spec: builtIn } = splitRecipe(await section.require('recipe'));
    section.set(signatureOption, await recipeSignature(builtIn, run.handle, signature));
    return { name, options: Object.fromEntries(await section.entries()), paths: [] };
  }
  const options = expectRecorded(Object.fromEntries(await section.entries()), recorded);
  return {
    name,
    options: {
      ...options,
      [signatureOption]: await expectSignature(dry, { name, spec, signature }, failures),
    },
    paths: [],
  };
}

/** The recorded signature while it names the recipe's own distribution and that is what would be used. */
async function expectSignature(
  { eggs }: DryRun,
  { name, spec, signature }: { name: string; spec: string; signature: string | undefined },
  failures: PlannedFailure[],
): Promise<string> {
  if (spec.startsWith('npm:')) return signature ?? '';
  try {
    const workingSet = await eggs.install([spec], { workingSet: standIns });
    const names = (signature ?? '').split(' ');
    const project = canonicalizeName(parseRequirement(spec).name);
    const own = workingSet.filter((dist) => !isStandIn(dist) && canonicalizeName(dist.project) === project);
    const fresh = own.find((dist) =>
      dist.precedence === 'develop'
        ? !names.some((one) => one.startsWith(`${dist.project}-`))
        : !names.includes(basename(dist.location)),
    );
    return fresh === undefined ? (signature ?? '') : basename(fresh.location);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    failures.push(toFailure(name, error));
    return signature ?? '';
  }
}

async function findOutside(dry: DryRun, developed: readonly string[]): Promise<OutsidePath[]> {
  const { main, handle } = dry.run;
  const isInside = (path: string): boolean => `${path}/`.startsWith(`${handle.directory}/`);
  const outside: OutsidePath[] = [];
  for (const what of [
    'eggs-directory',
    'develop-eggs-directory',
    'parts-directory',
    'bin-directory',
  ] as const) {
    const path = await main.require(what);
    if (!isInside(path)) outside.push({ what, path });
  }
  return [
    ...outside,
    ...developed.filter((path) => !isInside(path)).map((path) => ({ what: 'develop' as const, path })),
    ...(await findShared(dry)),
  ];
}

/** Shared directories that are there, unless nothing of this buildout is used from them. */
async function findShared({ run, eggs }: DryRun): Promise<OutsidePath[]> {
  const { shared } = eggs.settings();
  if (shared === undefined) return [];
  const recipes = await Promise.all(
    run.handle.sections.parts.map(async (name) => (await run.handle.sections.open(name)).copy()),
  );
  const hasShared = recipes.some(
    (options) => options['shared'] === 'true' || isCustom(options['recipe'] ?? ''),
  );
  if (shared.eggs === 'copy' && !hasShared) return [];
  return shared.roots.filter((path) => existsSync(path)).map((path) => ({ what: 'shared-part-list', path }));
}

async function listUnknown(
  { run, eggs, notRun }: DryRun,
  known: {
    parts: readonly PlannedPart[];
    previews: readonly PartPreview[];
    unopened: ReadonlyMap<string, string>;
  },
): Promise<string[]> {
  const extensions = splitWords((await run.main.get('extensions')) ?? '');
  const unread = eggs.arrivals().filter(({ unknown }) => unknown !== undefined);
  const requires = unread.filter(({ unknown }) => unknown === 'requirements').map(({ filename }) => filename);
  const scripts = unread.filter(({ unknown }) => unknown === 'scripts').map(({ filename }) => filename);
  const idle = known.parts.filter(({ part, action }) => notRun.has(part) && action !== 'uninstall');
  return [
    ...extensions.map((name) => `what the extension ${name} changes: extensions are not run`),
    ...[...known.unopened].map(
      ([part, option]) => `part ${part}: it uses \${${option}}, which a recipe sets`,
    ),
    ...idle.map(({ part, recipe }) => `what ${recipe} sets and writes for part ${part}: it is not run`),
    ...(requires.length === 0 ? [] : [`what these require: ${requires.join(', ')}`]),
    ...(scripts.length === 0 ? [] : [`which scripts these define: ${scripts.join(', ')}`]),
  ];
}
