// One file's sections laid over another's, with `+=` and `-=` (buildout.py, _update and _update_section). No argument
// is changed. The order of options is a dictionary's in Python: it reaches recipes.

import {
  addToValue,
  createValue,
  overrideValue,
  removeFromValue,
  ValueSource,
  type AnnotatedSection,
  type AnnotatedSections,
  type AnnotatedValue,
} from './annotated.ts';
import { stripEndOf } from './python-text.ts';

/** `later` over `earlier`. */
export function updateSections(earlier: AnnotatedSections, later: AnnotatedSections): AnnotatedSections {
  const result = new Map(earlier);
  for (const [name, section] of later) {
    const base = result.get(name);
    if (base !== undefined) result.set(name, updateSection(base, section));
    // A section that extends others keeps its operators: what they apply to is known when it is opened.
    else if (section.has('<')) result.set(name, section);
    else result.set(name, updateSection(new Map(), settleFirstOperators(section)));
  }
  return result;
}

/** `later` over `earlier`, `+=` before `-=` for each option. */
export function updateSection(earlier: AnnotatedSection, later: AnnotatedSection): AnnotatedSection {
  const changes = applyOperators(earlier, later);
  const result = new Map(earlier);
  for (const [option, value] of changes) {
    const base = result.get(option);
    result.set(option, base === undefined ? value : overrideValue(base, value));
  }
  return result;
}

function applyOperators(earlier: AnnotatedSection, later: AnnotatedSection): AnnotatedSection {
  const operations = [...later].filter(([option]) => option.endsWith('+') || option.endsWith('-'));
  if (operations.length === 0) return later;
  operations.sort(([a], [b]) => compareOperations(a, b));
  const changes = new Map(later);
  for (const [option, value] of operations) {
    const adds = option.endsWith('+');
    const name = stripEndOf(option, adds ? ' +' : ' -');
    const base = changes.get(name) ?? earlier.get(name) ?? createValue('', ValueSource.implicit);
    changes.set(name, adds ? addToValue(base, value) : removeFromValue(base, value));
    changes.delete(option);
  }
  return changes;
}

/** As in zc.buildout (buildout.py, _update_section): by name without `+`, then `+` before `-`. */
function compareOperations(a: string, b: string): number {
  return compare(stripEndOf(a, ' +'), stripEndOf(b, ' +')) || compare(a.slice(-1), b.slice(-1));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/**
 * In the first file that has a section, `+=` of an option it does not set is `=`, and `-=` is empty. As in
 * zc.buildout (buildout.py, _update) two characters are cut off the name, which is meant for `name +`.
 */
function settleFirstOperators(section: AnnotatedSection): AnnotatedSection {
  const operations = [...section.keys()].filter((option) => option.endsWith('+') || option.endsWith('-'));
  if (operations.length === 0) return section;
  const settled = new Map(section);
  for (const option of operations.sort(compare)) {
    const name = option.slice(0, -2);
    const value = settled.get(option);
    if (value === undefined || settled.has(name)) continue;
    settled.set(name, option.endsWith('+') ? value : emptied(value));
    settled.delete(option);
  }
  return settled;
}

function emptied(value: AnnotatedValue): AnnotatedValue {
  return removeFromValue(value, createValue(value.value, ValueSource.implicit));
}
