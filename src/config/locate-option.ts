// Where a value was written: for errors and hints.

import type { Where } from '#base';
import { ValueSource, type AnnotatedSections, type AnnotatedValue } from './annotated.ts';

const notFiles: ReadonlySet<string> = new Set(Object.values(ValueSource));

/**
 * File and line of an option, also when its section has it from another one by `<=`. With `fragment`, the newest
 * step whose text has it: an option that `+=` built stands in several places.
 */
export function locateOption(
  annotated: AnnotatedSections | undefined,
  place: { section: string; option: string; fragment?: string },
): Where {
  const { section, option, fragment } = place;
  const value = findValue(annotated, { section, option }, new Set());
  return { ...(value === undefined ? {} : placeOf(value, fragment)), section, option };
}

function findValue(
  annotated: AnnotatedSections | undefined,
  place: { section: string; option: string },
  visited: Set<string>,
): AnnotatedValue | undefined {
  const section = annotated?.get(place.section);
  if (section === undefined || visited.has(place.section)) return undefined;
  visited.add(place.section);
  const { option } = place;
  const own = section.get(option) ?? section.get(`${option} +`) ?? section.get(`${option} -`);
  if (own !== undefined) return own;
  const inputs = section.get('<')?.value.split('\n') ?? [];
  for (const input of inputs.toReversed()) {
    const found = findValue(annotated, { section: input.trim(), option }, visited);
    if (found !== undefined) return found;
  }
  return undefined;
}

function placeOf(value: AnnotatedValue, fragment: string | undefined): Where {
  const steps = value.history.toReversed();
  const step =
    (fragment === undefined ? undefined : steps.find((item) => item.value.includes(fragment))) ?? steps[0];
  if (step === undefined || notFiles.has(step.source) || step.source === '') return {};
  return step.line === undefined ? { file: step.source } : { file: step.source, line: step.line };
}
