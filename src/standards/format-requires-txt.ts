// From `Requires-Dist` lines to `requires.txt` of an egg: what names an extra goes below a heading, and so do conditions,
// since pkg_resources knows no markers in the lines themselves.

import { canonicalizeName } from './names.ts';
import { formatMarker, type Marker, type MarkerComparison } from './marker.ts';
import { formatRequirement, parseRequirement } from './requirement.ts';

/** The text of `requires.txt`; `extras` are the names of `Provides-Extra`. Fails with `INVALID_REQUIREMENT`. */
export function formatRequiresTxt(requiresDist: readonly string[], extras: readonly string[]): string {
  const sections = new Map<string, string[]>();
  const add = (heading: string, line: string): void => {
    const lines = sections.get(heading) ?? [];
    if (!lines.includes(line)) sections.set(heading, [...lines, line]);
  };
  for (const text of requiresDist) {
    const { marker, ...requirement } = parseRequirement(text);
    const line = formatRequirement(requirement);
    const always = reduceMarker(marker ?? [], '');
    if (always !== false) add(headingOf('', always), line);
    for (const extra of extras) {
      const reduced = reduceMarker(marker ?? [], canonicalizeName(extra));
      // What is required anyhow is not said again.
      if (reduced === false || sameCondition(reduced, always)) continue;
      add(headingOf(extra, reduced), line);
    }
  }
  const { '': common = [], ...others } = Object.fromEntries(sections);
  const parts = Object.entries(others).map(([heading, lines]) => `[${heading}]\n${lines.join('\n')}\n`);
  return [...(common.length > 0 ? [`${common.join('\n')}\n`] : []), ...parts].join('\n');
}

type Reduced = Marker | boolean;

function headingOf(extra: string, condition: Marker | true): string {
  return condition === true ? extra : `${extra}:${formatMarker(condition)}`;
}

function sameCondition(one: Reduced, other: Reduced): boolean {
  if (typeof one === 'boolean' || typeof other === 'boolean') return one === other;
  return formatMarker(one) === formatMarker(other);
}

/** The marker with `extra` known; `and` binds before `or`. */
function reduceMarker(marker: Marker, extra: string): Reduced {
  if (marker.length === 0) return true;
  const alternatives: Marker[] = [];
  for (const group of splitAt(marker, 'or')) {
    const reduced = reduceGroup(group, extra);
    if (reduced === true) return true;
    if (reduced !== false) alternatives.push(reduced);
  }
  if (alternatives.length === 0) return false;
  return alternatives.flatMap((one, index) => (index === 0 ? [...one] : ['or' as const, ...one]));
}

type Atom = MarkerComparison | Marker;

function reduceGroup(atoms: readonly Atom[], extra: string): Reduced {
  const kept: Atom[] = [];
  for (const atom of atoms) {
    const reduced = isGroup(atom) ? reduceMarker(atom, extra) : reduceComparison(atom, extra);
    if (reduced === false) return false;
    if (reduced !== true)
      kept.push(isGroup(reduced) && reduced.length === 1 ? (reduced[0] as Atom) : reduced);
  }
  if (kept.length === 0) return true;
  return kept.flatMap((atom, index) => (index === 0 ? [atom] : ['and' as const, atom]));
}

function isGroup(atom: Atom): atom is Marker {
  return Array.isArray(atom);
}

function reduceComparison(comparison: MarkerComparison, extra: string): Atom | boolean {
  const { left, operator, right } = comparison;
  const isExtra = (operand: { kind: string; text: string }): boolean =>
    operand.kind === 'variable' && operand.text === 'extra';
  if (!isExtra(left) && !isExtra(right)) return comparison;
  const value = canonicalizeName(isExtra(left) ? right.text : left.text);
  if (operator === '==' || operator === '===') return value === extra;
  return operator === '!=' ? value !== extra : false;
}

function splitAt(marker: Marker, word: 'or'): Atom[][] {
  const groups: Atom[][] = [[]];
  for (const item of marker) {
    if (item === word) groups.push([]);
    else if (typeof item !== 'string') groups.at(-1)?.push(item);
  }
  return groups;
}
