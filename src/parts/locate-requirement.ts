// Where a requirement is written: the option that has its text, also when another option takes it from there by a
// reference `${section:option}`.

import type { Where } from '#base';
import { locateOption, type AnnotatedSections } from '#config';

/** The place whose text has `requirement`; the option itself when none has it literally. */
export function locateRequirement(
  annotated: AnnotatedSections,
  place: { section: string; option: string },
  requirement: string,
): Where {
  return find({ annotated, text: requirement, seen: new Set() }, place) ?? locateOption(annotated, place);
}

interface Search {
  annotated: AnnotatedSections;
  text: string;
  seen: Set<string>;
}

function find(search: Search, place: { section: string; option: string }): Where | undefined {
  const { annotated, text, seen } = search;
  const key = `${place.section}:${place.option}`;
  if (seen.has(key)) return undefined;
  seen.add(key);
  const value = valueOf(annotated, place);
  if (value === undefined) return undefined;
  if (value.includes(text)) return locateOption(annotated, { ...place, fragment: text });
  for (const [, section = '', option = ''] of value.matchAll(/\$\{([^:}]*):([^}]+)\}/g)) {
    const other = { section: section === '' ? place.section : section, option };
    const found = find(search, other);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The option's text as written, also when its section has it from another one by `<=`. */
function valueOf(
  annotated: AnnotatedSections,
  { section, option }: { section: string; option: string },
  depth = 0,
): string | undefined {
  const options = annotated.get(section);
  const own = options?.get(option) ?? options?.get(`${option} +`);
  if (own !== undefined || options === undefined || depth > 20) return own?.value;
  for (const input of (options.get('<')?.value ?? '').split('\n').toReversed()) {
    const found = valueOf(annotated, { section: input.trim(), option }, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
