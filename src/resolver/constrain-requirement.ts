// Pins as constraints: what a line in `[versions]` makes of a requirement, as zc.buildout's
// `_constrained_requirement` and `_constrain` decide it.

import { BuildError, pythonRepr } from '#base';
import {
  canonicalizeName,
  formatRequirement,
  formatSpecifierSet,
  parseSpecifierSet,
  satisfies,
  type Requirement,
} from '#standards';

/** Pins by canonical name; of two spellings of one name the later wins. */
export function normalizePins(pins: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...pins].map(([name, pin]) => [canonicalizeName(name), pin]));
}

/**
 * The requirement as the pin leaves it: a version replaces what it asks for (and must be allowed by it), a pin that
 * begins with `<` or `>` is added to it. Fails with `PIN_NOT_ALLOWED` when the requirement excludes the pinned version.
 */
export function constrainRequirement(pin: string, requirement: Requirement): Requirement {
  if (pin.startsWith('<') || pin.startsWith('>')) {
    const both = [formatSpecifierSet(requirement.specifiers), pin].filter((text) => text !== '');
    return { ...requirement, specifiers: parseSpecifierSet(both.join(',')) };
  }
  const version = pin.startsWith('==') ? pin.slice(2) : pin;
  if (!allows(requirement, version)) {
    throw new BuildError(
      'PIN_NOT_ALLOWED',
      `The requirement (${pythonRepr(requirementText(requirement))}) is not allowed by your [versions] constraint (${version})`,
    );
  }
  return { ...requirement, specifiers: parseSpecifierSet(`==${version}`) };
}

function allows(requirement: Requirement, version: string): boolean {
  try {
    return satisfies(version.trim(), requirement.specifiers, { prereleases: true });
  } catch (error) {
    // What is no version (`!=1.0`) is in no requirement, as in zc.buildout (patches.py, `__contains__`).
    if (error instanceof BuildError) return false;
    throw error;
  }
}

/** Whether a version text is in the requirement, prereleases included; a text that is no version never is. */
export function isVersionIn(version: string, requirement: Requirement): boolean {
  return requirement.specifiers.specifiers.length === 0 ? true : allows(requirement, version);
}

/** `==` and nothing else: the requirement names one version. */
export function isExact(requirement: Requirement): boolean {
  const [first, second] = requirement.specifiers.specifiers;
  return first !== undefined && second === undefined && first.operator === '==';
}

const requirementTexts = new WeakMap<Requirement, string>();

/** As zc.buildout prints a requirement, remembered: console lines repeat the same few hundred requirements. */
export function requirementText(requirement: Requirement): string {
  let text = requirementTexts.get(requirement);
  if (text === undefined) {
    text = formatRequirement(requirement, { safeExtras: true });
    requirementTexts.set(requirement, text);
  }
  return text;
}

const requirementKeys = new WeakMap<Requirement, string>();

/** Equal for requirements that pkg_resources takes for equal: name, extras, specifiers, URL and marker. */
export function requirementKey(requirement: Requirement): string {
  let key = requirementKeys.get(requirement);
  if (key === undefined) {
    const { name, extras } = requirement;
    const sorted = [...extras].sort();
    key = formatRequirement({ ...requirement, name: canonicalizeName(name), extras: sorted });
    requirementKeys.set(requirement, key);
  }
  return key;
}
