// `entry_points.txt`: groups of `name = module:attribute [extra]`, read as pkg_resources does
// (EntryPoint.parse_map), with its refusals.

import { BuildError, hasCode } from '#base';
import { safeExtra } from './names.ts';
import { pythonStrip } from './python-text.ts';
import { parseRequirement } from './requirement.ts';
import { splitSections } from './sections.ts';

export interface EntryPoint {
  name: string;
  module: string;
  /** `a.b` of `module:a.b` in its parts; none for the module itself. */
  attributes: readonly string[];
  extras: readonly string[];
}

const modulePattern = /^[\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*$/u;
const targetPattern = /^([\p{L}\p{N}_.]+)\s*(?::\s*([\p{L}\p{N}_.]+))?\s*(\[.*\])?$/u;

/** The entry points by group, in the order of the file. What pkg_resources refuses is an error `INVALID_ENTRY_POINTS`. */
export function parseEntryPoints(text: string): ReadonlyMap<string, readonly EntryPoint[]> {
  const { sections, invalidHeading } = splitSections(text);
  if (invalidHeading !== undefined) throw invalid(`Invalid section heading \`${invalidHeading}\``);
  const groups = new Map<string, readonly EntryPoint[]>();
  for (const { name, lines } of sections) {
    if (name === undefined && lines.length === 0) continue;
    if (name === undefined) throw invalid('Entry points must be listed in groups');
    if (groups.has(name)) throw invalid(`Duplicate group name \`${name}\``);
    if (!modulePattern.test(name)) throw invalid(`Invalid group name \`${name}\``);
    groups.set(name, readGroup(name, lines));
  }
  return groups;
}

function readGroup(group: string, lines: readonly string[]): EntryPoint[] {
  const names = new Set<string>();
  return lines.map((line) => {
    const entryPoint = parseEntryPoint(line);
    if (names.has(entryPoint.name))
      throw invalid(`Duplicate entry point \`${entryPoint.name}\` in \`${group}\``);
    names.add(entryPoint.name);
    return entryPoint;
  });
}

/** Reads one entry point, as `EntryPoint.parse`. */
export function parseEntryPoint(line: string): EntryPoint {
  const text = pythonStrip(line);
  if (text.length > longestLine) throw invalid(`An entry point of ${text.length} characters is too long`);
  // A name may hold `=`: the first one after which a module can be read is the one that counts.
  for (let equals = text.indexOf('=', 1); equals >= 0; equals = text.indexOf('=', equals + 1)) {
    const name = pythonStrip(text.slice(0, equals));
    const match = name === '' ? null : targetPattern.exec(pythonStrip(text.slice(equals + 1)));
    if (match !== null) return createEntryPoint(name, match);
  }
  throw invalid(`EntryPoint must be in 'name=module:attrs [extras]' format: \`${text}\``);
}

/** Every `=` may be tried against the rest of the line: hostile lines must be short. */
const longestLine = 4096;

function createEntryPoint(name: string, match: RegExpExecArray): EntryPoint {
  const [, module = '', attributes, extras] = match;
  if (!modulePattern.test(module)) throw invalid(`Invalid module name \`${module}\``);
  return {
    name,
    module,
    attributes: attributes === undefined ? [] : attributes.split('.'),
    extras: extras === undefined ? [] : readExtras(extras),
  };
}

function readExtras(text: string): string[] {
  try {
    const { extras, specifiers } = parseRequirement(`x${text}`);
    if (specifiers.specifiers.length === 0) return extras.map(safeExtra);
  } catch (error) {
    if (!hasCode(error, 'INVALID_REQUIREMENT')) throw error;
  }
  throw invalid(`Invalid extras of an entry point: \`${text}\``);
}

function invalid(message: string): BuildError {
  return new BuildError('INVALID_ENTRY_POINTS', message);
}
