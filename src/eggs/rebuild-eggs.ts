// `cache rebuild`: the eggs of one project leave the cache, so that every request for them is a miss, and those that
// this buildout's Python can make are made again at once; old and new are compared file by file.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BuildError } from '#base';
import { decideDistribution } from '#resolver';
import { parseRequirement } from '#standards';
import { openCatalog, type CacheCatalog, type CatalogEntry, type Json, type Manifest } from '#store';

import { pythonKey } from './egg-request.ts';
import { createEggRun, type EggRun } from './egg-run.ts';
import type { EggSettings } from './eggs-contract.ts';
import { createInstallSource } from './installation.ts';

export interface RebuiltEgg {
  eggName: string;
  /** The old build key, and the new one; `undefined` when it was not made again, with the reason. */
  before: string;
  after: string | undefined;
  reason?: string;
  /** Files that are in one of both only, or differ. */
  onlyBefore: readonly string[];
  onlyAfter: readonly string[];
  changed: readonly string[];
}

/** `version` undefined: all versions that are in the cache. Fails when there is nothing, or as a build does. */
export async function rebuildEggs(
  settings: EggSettings,
  wanted: { project: string; version?: string | undefined },
): Promise<readonly RebuiltEgg[]> {
  // Made again is not fetched again.
  const run = createEggRun({ ...settings, remoteCache: undefined });
  const cache = run.cache();
  if (cache === undefined) throw noEntry(wanted.project);
  const catalog = openCatalog({ directory: cache.directory, report: settings.report });
  const entries = catalog
    .entriesOf(wanted.project)
    .filter(({ egg }) => wanted.version === undefined || egg.manifest.version === wanted.version);
  if (entries.length === 0) throw noEntry(wanted.project, wanted.version);
  for (const { buildKey } of entries) {
    if (!catalog.remove(buildKey)) throw notWritable(cache.directory);
  }
  const versions = new Set<string>();
  const rebuilt: RebuiltEgg[] = [];
  for (const entry of entries) {
    const { project, version } = entry.egg.manifest;
    const reason = whyNot(entry, run);
    if (reason === undefined && !versions.has(version)) await makeAgain(run, { project, version });
    if (reason === undefined) versions.add(version);
    rebuilt.push(compare(entry, reason ?? findNew(catalog, entry)));
  }
  return rebuilt;
}

/** Why this Python and this buildout do not make it. */
function whyNot({ egg }: CatalogEntry, run: EggRun): string | undefined {
  const { request } = egg.manifest;
  const python = fieldOf(request, 'python');
  if (typeof python === 'string' && python !== pythonKey(run.settings.python))
    return `it is for the Python ${python}`;
  if (fieldOf(request, 'buildExt') !== undefined) return 'the part that builds it knows its options';
  return undefined;
}

async function makeAgain(
  run: EggRun,
  { project, version }: { project: string; version: string },
): Promise<void> {
  const { settings } = run;
  const destination = mkdtempSync(join(tmpdir(), 'clutch-rebuild-'));
  try {
    const pins = new Map(settings.pins);
    const source = createInstallSource(run, { options: { destination, path: [] }, destination, pins });
    const requirement = parseRequirement(`${project}==${version}`);
    const { preferFinal, report } = settings;
    const decision = { source, newest: true, preferFinal, canInstall: true, report };
    const { available } = await decideDistribution(requirement, decision);
    if (available === undefined) throw outOfReach(project, version);
    await source.obtain(available, requirement);
    await run.workshop.settle();
  } finally {
    rmSync(destination, { recursive: true, force: true });
  }
}

function findNew(catalog: CacheCatalog, { egg }: CatalogEntry): CatalogEntry | undefined {
  const { project, eggName } = egg.manifest;
  return catalog.entriesOf(project).find((entry) => entry.egg.manifest.eggName === eggName);
}

function compare(before: CatalogEntry, after: CatalogEntry | string | undefined): RebuiltEgg {
  const { eggName } = before.egg.manifest;
  const nothing = { onlyBefore: [], onlyAfter: [], changed: [] };
  if (typeof after === 'string')
    return { eggName, before: before.buildKey, after: undefined, reason: after, ...nothing };
  if (after === undefined) {
    return {
      eggName,
      before: before.buildKey,
      after,
      reason: 'what is offered now gives another egg',
      ...nothing,
    };
  }
  const [old, now] = [hashesOf(before.egg.manifest), hashesOf(after.egg.manifest)];
  return {
    eggName,
    before: before.buildKey,
    after: after.buildKey,
    onlyBefore: [...old.keys()].filter((path) => !now.has(path)),
    onlyAfter: [...now.keys()].filter((path) => !old.has(path)),
    changed: [...old.keys()].filter((path) => now.has(path) && now.get(path) !== old.get(path)),
  };
}

function hashesOf(manifest: Manifest): Map<string, string> {
  return new Map(manifest.files.map(({ path, sha256, mode }) => [path, `${mode} ${sha256}`]));
}

function fieldOf(value: Json | undefined, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function noEntry(project: string, version?: string): BuildError {
  const what = version === undefined ? project : `${project} ${version}`;
  return new BuildError('EGG_CACHE_NO_ENTRY', `The egg cache has no ${what}`, {
    hint: 'it is made when a part needs it; `clutch cache show` lists what is there',
  });
}

function notWritable(directory: string): BuildError {
  return new BuildError('EGG_CACHE_READ_ONLY', `The egg cache ${directory} cannot be written to`);
}

function outOfReach(project: string, version: string): BuildError {
  return new BuildError('EGG_CACHE_NO_SOURCE', `Nothing offers ${project} ${version} to build it again`, {
    hint: 'name the place that has it with `index` or `find-links`; the next run needs it as well',
  });
}
