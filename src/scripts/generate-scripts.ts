// From requirements and a working set to the text of scripts (zc.buildout's easy_install.scripts). Reads metadata and
// links of the path; writes nothing.

import { join } from 'node:path';
import { BuildError } from '#base';
import {
  canonicalizeName,
  evaluateMarker,
  isNormalizedName,
  parseEntryPoints,
  parseRequirement,
  type MarkerEnvironment,
} from '#standards';
import type { ScriptFile } from './script-file.ts';
import { collectScriptPath, formatScriptPath } from './script-path.ts';
import {
  formatDistutilsScript,
  formatInterpreter,
  formatScript,
  type ScriptParts,
} from './script-templates.ts';
import { splitDistutilsScript } from './split-distutils-script.ts';
import type { ScriptDistribution, WorkingSetLike } from './working-set-like.ts';

/** A script's name, a module, and a dotted name in it. */
export type EntryPointTriple = readonly [name: string, module: string, attributes: string];

export interface ScriptOptions {
  /** Distributions whose scripts are wanted, and entry points that no distribution declares. */
  requirements: readonly (string | EntryPointTriple)[];
  workingSet: WorkingSetLike;
  /** The interpreter for the first line. */
  python: string;
  /** The directory the scripts go to. */
  destination: string;
  /** Wanted scripts and their new names; absent: all under their own names. */
  scripts?: ReadonlyMap<string, string> | undefined;
  extraPaths?: readonly string[];
  /** Python source between the parentheses of the call. */
  argumentsText?: string;
  /** The name of an interpreter to generate. */
  interpreter?: string | undefined;
  /** Python source that runs after the path is set. */
  initialization?: string;
  /** The directory that paths are relative to, or false for full paths. */
  relativePaths?: string | false;
  /** Decides about requirements with markers; without it they all apply. */
  markers?: MarkerEnvironment;
}

export interface GeneratedScripts {
  readonly files: readonly ScriptFile[];
  readonly warnings: readonly string[];
  /** The warnings belong after this many files. */
  readonly warningsAfter: number;
}

/** The scripts of the named distributions and entry points, then distutils scripts, then the interpreter. */
export function generateScripts(options: ScriptOptions): GeneratedScripts {
  const wanted = collectWanted(options);
  const path = collectScriptPath(options.workingSet, options.extraPaths ?? []);
  const partsOf = (script: string): ScriptParts => partsOfScript(options, path, script);
  const targetOf = (name: string): string | undefined =>
    options.scripts === undefined ? name : options.scripts.get(name);

  const files: ScriptFile[] = [];
  for (const [name, module, attributes] of wanted.entryPoints) {
    const target = targetOf(name);
    if (target === undefined) continue;
    const script = join(options.destination, target);
    const call = { module, attributes, arguments: options.argumentsText ?? '' };
    files.push({ path: script, kind: 'script', content: formatScript(partsOf(script), call) });
  }
  const warningsAfter = files.length;
  for (const [name, source] of wanted.distutilsScripts) {
    const target = targetOf(name);
    const halves = splitDistutilsScript(source);
    if (target === undefined || halves === undefined) continue;
    const script = join(options.destination, target);
    files.push({ path: script, kind: 'script', content: formatDistutilsScript(partsOf(script), halves) });
  }
  if (options.interpreter !== undefined && options.interpreter !== '') {
    const script = join(options.destination, options.interpreter);
    files.push({ path: script, kind: 'interpreter', content: formatInterpreter(partsOf(script)) });
  }
  return { files, warnings: warnOfUndefined(options.scripts, wanted.entryPoints), warningsAfter };
}

interface Wanted {
  entryPoints: EntryPointTriple[];
  distutilsScripts: [name: string, source: string][];
}

function collectWanted(options: ScriptOptions): Wanted {
  const wanted: Wanted = { entryPoints: [], distutilsScripts: [] };
  for (const requirement of options.requirements) {
    if (typeof requirement !== 'string') {
      wanted.entryPoints.push(requirement);
      continue;
    }
    const { name, marker } = parseRequirement(requirement);
    if (marker !== undefined && options.markers !== undefined && !evaluateMarker(marker, options.markers))
      continue;
    const distribution = findDistribution(options.workingSet, name);
    const entryPoints = parseEntryPoints(distribution.metadata('entry_points.txt') ?? '');
    for (const entryPoint of entryPoints.get('console_scripts') ?? []) {
      wanted.entryPoints.push([entryPoint.name, entryPoint.module, entryPoint.attributes.join('.')]);
    }
    wanted.distutilsScripts.push(...readDistutilsScripts(distribution));
  }
  return wanted;
}

function findDistribution(workingSet: WorkingSetLike, name: string): ScriptDistribution {
  const canonical = canonicalizeName(name);
  const found = workingSet.find((distribution) => canonicalizeName(distribution.project) === canonical);
  if (found !== undefined) return found;
  throw new BuildError(
    'SCRIPT_REQUIREMENT_NOT_FOUND',
    isNormalizedName(name)
      ? `Could not find requirement '${name}' in working set. `
      : `Could not find requirement '${name}' in working set. Could not find it with normalized '${canonical}' either.`,
  );
}

function readDistutilsScripts(distribution: ScriptDistribution): [string, string][] {
  const scripts: [string, string][] = [];
  for (const name of distribution.metadataNames?.('scripts') ?? []) {
    if (name.toLowerCase().endsWith('.exe') || name === '__pycache__') continue;
    const source = distribution.metadata(`scripts/${name}`);
    if (source !== undefined) scripts.push([name, source]);
  }
  return scripts;
}

function partsOfScript(options: ScriptOptions, path: readonly string[], script: string): ScriptParts {
  const text = formatScriptPath(path, script, options.relativePaths ?? false);
  const initialization = options.initialization ?? '';
  return {
    python: options.python,
    setup: text.setup,
    path: text.path,
    initialization: initialization === '' ? '' : `\n${initialization}\n`,
  };
}

function warnOfUndefined(
  scripts: ReadonlyMap<string, string> | undefined,
  entryPoints: readonly EntryPointTriple[],
): string[] {
  const defined = new Set(entryPoints.map(([name]) => name));
  return [...(scripts ?? [])]
    .filter(([name]) => !defined.has(name))
    .map(([name, target]) =>
      name === target
        ? `Could not generate script '${name}' as it is not defined in the egg entry points.`
        : `Could not generate script '${name}' as script '${target}' is not defined in the egg entry points.`,
    );
}
