// The value of a marker in an environment, as `packaging.markers.Marker.evaluate`: names whose values are versions are
// compared as versions where the other side is one; all else is text, of which only (in)equality and `in` say something.

import { BuildError, pythonRepr } from '#base';
import { rememberByText } from './bounded-cache.ts';
import type { Marker, MarkerComparison, MarkerOperator } from './marker.ts';
import { canonicalizeName } from './names.ts';
import { satisfies } from './satisfies.ts';
import { tryParseSpecifier, type SpecifierSet } from './specifier-set.ts';

/** What PEP 508 wants to know of an interpreter. */
export interface MarkerEnvironment {
  readonly python_version: string;
  readonly python_full_version: string;
  readonly os_name: string;
  readonly sys_platform: string;
  readonly platform_release: string;
  readonly platform_system: string;
  readonly platform_version: string;
  readonly platform_machine: string;
  readonly platform_python_implementation: string;
  readonly implementation_name: string;
  readonly implementation_version: string;
}

const versionVariables: ReadonlySet<string> = new Set([
  'implementation_version',
  'platform_release',
  'python_full_version',
  'python_version',
]);

/**
 * Whether the marker holds with no extra or with one of `extras`. A comparison that PEP 508 leaves undefined is an
 * error `UNDEFINED_COMPARISON`; a name that the environment has not, `UNDEFINED_ENVIRONMENT_NAME`.
 */
export function evaluateMarker(
  marker: Marker,
  environment: MarkerEnvironment,
  extras: readonly string[] = [],
): boolean {
  const values = valuesOf(environment);
  if (evaluateItems(marker, { values, extra: '' })) return true;
  return extras.some((extra) => evaluateItems(marker, { values, extra: canonicalizeName(extra) }));
}

const knownValues = new WeakMap<MarkerEnvironment, ReadonlyMap<string, string>>();

function valuesOf(environment: MarkerEnvironment): ReadonlyMap<string, string> {
  const known = knownValues.get(environment);
  if (known !== undefined) return known;
  const values = new Map<string, string>(Object.entries(environment));
  const fullVersion = environment.python_full_version;
  // A Python built from a checkout calls itself `3.13.0+`.
  if (fullVersion.endsWith('+')) values.set('python_full_version', `${fullVersion}local`);
  knownValues.set(environment, values);
  return values;
}

interface Context {
  readonly values: ReadonlyMap<string, string>;
  readonly extra: string;
}

function evaluateItems(items: Marker, context: Context): boolean {
  // Everything is evaluated, so that an undefined comparison is found wherever it stands.
  let isTrue = false;
  let alternative = true;
  for (const item of items) {
    if (item === 'or') {
      isTrue ||= alternative;
      alternative = true;
    } else if (item !== 'and') {
      const value = 'operator' in item ? evaluateComparison(item, context) : evaluateItems(item, context);
      alternative &&= value;
    }
  }
  return isTrue || alternative;
}

function evaluateComparison(comparison: MarkerComparison, context: Context): boolean {
  const { left, operator, right } = comparison;
  if (left.kind === 'variable') {
    return compare({ name: left.text, left: lookUp(context, left.text), right: right.text }, operator);
  }
  return compare({ name: right.text, left: left.text, right: lookUp(context, right.text) }, operator);
}

function lookUp({ values, extra }: Context, name: string): string {
  const value = name === 'extra' ? extra : values.get(name);
  if (value === undefined) {
    throw new BuildError(
      'UNDEFINED_ENVIRONMENT_NAME',
      `The marker names ${pythonRepr(name)}, which has no value here`,
    );
  }
  return value;
}

interface Sides {
  name: string;
  left: string;
  right: string;
}

function compare({ name, left, right }: Sides, operator: MarkerOperator): boolean {
  const set = versionVariables.has(name) ? specifierOf(operator + right) : undefined;
  if (set !== undefined && set !== null) return satisfies(left, set);
  switch (operator) {
    case 'in':
      return right.includes(left);
    case 'not in':
      return !right.includes(left);
    case '==':
    case '<=':
    case '>=':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
    case '>':
      return false;
    default:
      throw new BuildError(
        'UNDEFINED_COMPARISON',
        `Undefined <Op('${operator}')> on ${pythonRepr(left)} and ${pythonRepr(right)}.`,
      );
  }
}

const specifierOf = rememberByText<SpecifierSet | null>(1024, (text) => {
  const specifier = tryParseSpecifier(text);
  return specifier === undefined ? null : { specifiers: [specifier] };
});
