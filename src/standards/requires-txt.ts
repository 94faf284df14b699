// `requires.txt` of an egg: requirements below headings `[extra]`, `[:marker]` and `[extra:marker]`, turned into
// PEP 508 lines that say the same. Read as pkg_resources does (Distribution._build_dep_map and _filter_extras).

import { BuildError, hasCode } from '#base';
import { parseMarker, type Marker } from './marker.ts';
import { safeExtra } from './names.ts';
import { formatRequirement, parseRequirement, requirementLines } from './requirement.ts';
import { splitSections, type FileSection } from './sections.ts';

/** The requirements as PEP 508 lines with the conditions of their headings; those of an invalid marker are left out. */
export function parseRequiresTxt(text: string): string[] {
  return readSections(text).flatMap(requirementsOf);
}

/** The extras that the file has headings for, in pkg_resources' safe form, each once. */
export function requiresTxtExtras(text: string): string[] {
  const extras = readSections(text).map(({ name }) => headingOf(name).extra);
  return [...new Set(extras.filter((extra) => extra !== ''))];
}

function readSections(text: string): FileSection[] {
  const { sections, invalidHeading } = splitSections(text);
  if (invalidHeading === undefined) return sections;
  throw new BuildError('INVALID_METADATA', `Invalid section heading \`${invalidHeading}\` in requires.txt`);
}

function requirementsOf({ name, lines }: FileSection): string[] {
  // As in pkg_resources: what stands below an empty heading belongs to no extra, not even to none.
  if (name === '') return [];
  const { extra, condition } = headingOf(name);
  const marker = condition === '' ? undefined : tryParseMarker(condition);
  if (condition !== '' && marker === undefined) return [];
  return requirementLines(lines.join('\n')).map((line) => {
    const requirement = parseRequirement(line);
    const combined = join([requirement.marker, marker, extra === '' ? undefined : extraMarker(extra)]);
    return formatRequirement(combined === undefined ? requirement : { ...requirement, marker: combined });
  });
}

function headingOf(name: string | undefined): { extra: string; condition: string } {
  const colon = name?.indexOf(':') ?? -1;
  if (name === undefined || colon < 0) return { extra: safeExtra(name ?? ''), condition: '' };
  return { extra: safeExtra(name.slice(0, colon)), condition: name.slice(colon + 1) };
}

function extraMarker(extra: string): Marker {
  return parseMarker(`extra == '${extra}'`);
}

function join(markers: readonly (Marker | undefined)[]): Marker | undefined {
  const [first, ...others] = markers.filter((marker) => marker !== undefined);
  if (first === undefined || others.length === 0) return first;
  return [first, ...others.flatMap((marker) => ['and' as const, marker])];
}

function tryParseMarker(text: string): Marker | undefined {
  try {
    return parseMarker(text);
  } catch (error) {
    if (hasCode(error, 'INVALID_MARKER')) return undefined;
    throw error;
  }
}
