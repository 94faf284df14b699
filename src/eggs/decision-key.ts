// Everything that decides what an installation gives, as one key: what is asked for, settings, pins, the Python, the
// names in the eggs directory and what develop eggs say. In shared directories others come and go all the time: of those
// only eggs of the projects that were asked for count, and a remembered decision compares them itself. Not in it: the eggs' own files, which a remembered decision
// checks by stamps (remembered-decision.ts), and the network, which it never used.

import { statSync } from 'node:fs';
import { extname, join } from 'node:path';

import { nameFor } from '#base';

import { pythonKey } from './egg-request.ts';
import type { EggRun } from './egg-run.ts';
import type { Distribution, InstallOptions } from './eggs-contract.ts';
import { tryReadDirectory } from './egg-metadata.ts';
import { findDistributions, tryRealpath } from './find-distributions.ts';
import { openShelf, type Shelf } from './shelf.ts';
import { placesOf, type SourceRequest } from './source-request.ts';
import { needsPkgResources } from './namespace-style.ts';

export interface DecisionKey {
  /** Where the decision is kept; the next one for the same requirements and place replaces it. */
  file: string;
  /** The text of all of it. */
  key: string;
  shelf: Shelf;
  /** The first directory of the shelf. */
  eggsDirectory: string;
  request: SourceRequest;
  /** The eggs in it, by name. */
  names: readonly string[];
  /** What lies at the other entries of the path: develop eggs. */
  developed: readonly Distribution[];
}

const format = 2;

/** The key of a decision; `undefined`: it is of a kind that is not remembered. */
export function decisionKey(
  run: EggRun,
  specs: readonly string[],
  request: SourceRequest,
): DecisionKey | undefined {
  const { settings } = run;
  const memory = run.memory();
  if (settings.remembersDecisions !== true || memory === undefined) return undefined;
  // A repeated decision places eggs without their files.
  if (settings.collects !== undefined) return undefined;
  if (request.options.workingSet !== undefined) return undefined;
  const paths = pathsOf(run, request);
  const shelf = paths && openShelf(run, request);
  if (paths === undefined || shelf === undefined) return undefined;
  if (shelf.directories.some(({ path }) => run.obtained.in(path).length > 0)) return undefined;
  const { eggsDirectory, others } = paths;
  const names = tryReadDirectory(eggsDirectory)
    .filter((name) => /^[^.].*\.egg(-link)?$/i.test(name))
    .sort();
  const { isShared } = run;
  const developed = others.flatMap((path) =>
    findDistributions(path, { markers: settings.python.markers, isShared }),
  );
  const descriptions = developed.map(describeDeveloped);
  if (descriptions.includes(undefined)) return undefined;
  const place = names.length === 0 && developed.length === 0 ? '' : eggsDirectory;
  const identity = JSON.stringify([place, specs, pythonKey(settings.python), settings.python.executable]);
  const facts = [format, programStamp(), identity, names, descriptions, ...factsOf(run, request)];
  return {
    file: join(memory, 'known', `decision-${nameFor(identity)}.json`),
    key: JSON.stringify(facts),
    shelf,
    eggsDirectory,
    request,
    names,
    developed,
  };
}

/** One eggs directory and what else is looked at; `undefined` when there are two eggs directories, or none. */
function pathsOf(
  { settings }: EggRun,
  { options, destination }: SourceRequest,
): { eggsDirectory: string; others: readonly string[] } | undefined {
  const eggsDirectory = tryRealpath(settings.eggsDirectory);
  const { developEggsDirectory } = settings;
  const byDefault = settings.offline
    ? [developEggsDirectory, settings.eggsDirectory]
    : [developEggsDirectory];
  const path = (options.path ?? byDefault).flatMap((entry) => tryRealpath(entry) ?? []);
  const isListed = eggsDirectory !== undefined && path.includes(eggsDirectory);
  if (eggsDirectory === undefined) return undefined;
  if (destination === undefined ? !isListed : destination !== eggsDirectory) return undefined;
  return { eggsDirectory, others: path.filter((entry) => entry !== eggsDirectory) };
}

function factsOf(run: EggRun, { options, destination, pins }: SourceRequest): unknown[] {
  const { settings } = run;
  const { python } = settings;
  return [
    [...pins],
    placesOf(run, options),
    destination !== undefined,
    chosen(options),
    [settings.newest, settings.offline, settings.preferFinal, settings.allowPicked],
    [settings.useDependencyLinks, settings.allowUnknownExtras, settings.installFromCache],
    [settings.downloadCache ?? '', settings.eggCache ?? '', settings.shared ?? ''],
    [python.version, python.soabi, python.markers, python.tags, python.sitePackages, python.environmentKey],
  ];
}

function chosen({ newest, checkPicked, allowUnknownExtras, useDependencyLinks }: InstallOptions): unknown {
  return { newest, checkPicked, allowUnknownExtras, useDependencyLinks };
}

/** All that a decision reads of a develop egg; `undefined` when more than it lies at its place. */
function describeDeveloped(dist: Distribution): unknown {
  const { project, version, location, precedence } = dist;
  const distributionsThere = tryReadDirectory(location).filter((name) => isDistributionName(name));
  const isZipped = dist.eggName !== undefined && !isDirectory(location);
  if (isZipped || distributionsThere.length > 1) return undefined;
  const namespaces = dist.metadata('namespace_packages.txt');
  return [
    [project, version, location, precedence, dist.pythonVersion ?? '', dist.platform ?? ''],
    ['METADATA', 'requires.txt', 'depends.txt', 'dependency_links.txt'].map(
      (name) => dist.metadata(name) ?? '',
    ),
    namespaces !== undefined && needsPkgResources(namespaces, location),
    distributionsThere,
  ];
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isDistributionName(name: string): boolean {
  return ['.dist-info', '.egg-info', '.egg', '.egg-link'].includes(extname(name).toLowerCase());
}

/** Another clutch may decide otherwise. */
function programStamp(): string {
  return `${import.meta.filename} ${stampOf(import.meta.filename)}`;
}

/** What tells one state of a file or directory from another, without its content; `''` when it is not there. */
export function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return '';
  const { mtimeMs, size, ino, uid, mode } = stats;
  return `${mtimeMs} ${size} ${ino} ${uid} ${mode}`;
}

/** The eggs of these projects in the directories behind the first, by directory. */
export function namesBehind(shelf: Shelf, projects: Iterable<string>): Record<string, readonly string[]> {
  const wanted = [...projects];
  const found: Record<string, readonly string[]> = {};
  for (const directory of shelf.directories.slice(1)) {
    const names = wanted.flatMap((project) => directory.names(project));
    if (names.length > 0) found[directory.path] = names.sort();
  }
  return found;
}
