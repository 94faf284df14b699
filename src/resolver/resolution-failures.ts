// The errors of a resolution. Messages are zc.buildout's, word for word; hints say who requires what and where the
// pin is written.

import { BuildError, pythonRepr, type Where } from '#base';
import { canonicalizeName, type Requirement } from '#standards';

import { isVersionIn, requirementKey, requirementText } from './constrain-requirement.ts';
import { compareDistributions, describeDistribution, type ResolvableDistribution } from './distribution.ts';
import { describeOrigin, type RequirementOrigin } from './requirement-origin.ts';

/** What the error messages know of the run. */
export interface FailureContext {
  pins: ReadonlyMap<string, string>;
  pinOrigins?: ReadonlyMap<string, Where> | undefined;
}

interface Conflict {
  existing: ResolvableDistribution;
  requirement: Requirement;
  workingSet: readonly ResolvableDistribution[];
  /** Why the existing one was chosen, and why the requirement came up. */
  chosenFor: RequirementOrigin | undefined;
  origin: RequirementOrigin;
}

/** As zc.buildout's `VersionConflict`. */
export function versionConflict(conflict: Conflict, context: FailureContext): BuildError {
  const { existing, requirement, workingSet } = conflict;
  const key = requirementKey(requirement);
  const requirers = workingSet
    .filter((dist) => dist.requires().some((required) => requirementKey(required) === key))
    .sort(compareDistributions);
  const message = [
    'There is a version conflict.',
    `We already have: ${describeDistribution(existing)}`,
    ...requirers.map(
      (dist) => `but ${describeDistribution(dist)} requires ${pythonRepr(requirementText(requirement))}.`,
    ),
  ].join('\n');
  const { chosenFor, origin } = conflict;
  const hint = [
    ...(chosenFor === undefined
      ? []
      : [`${describeDistribution(existing)} was chosen for ${describeOrigin(chosenFor)}`]),
    `it does not fit ${describeOrigin(origin)}`,
    ...pinHint(requirement.name, context),
  ].join('\n');
  return new BuildError('VERSION_CONFLICT', message, { hint, ...pinWhere(requirement.name, context) });
}

/** The pin's refusal with the way out added. */
export function refusedByPin(
  error: BuildError,
  origin: RequirementOrigin,
  context: FailureContext,
): BuildError {
  const { name } = origin.requirement;
  const hint = [`the requirement is ${describeOrigin(origin)}`, ...pinHint(name, context)].join('\n');
  return new BuildError(error.code, error.message, { hint, cause: error, ...pinWhere(name, context) });
}

/** As zc.buildout's `MissingDistribution`. */
export function missingDistribution(
  requirement: Requirement,
  reason: string | undefined,
  context: FailureContext & { origin: RequirementOrigin },
): BuildError {
  const hint = [
    ...(reason === undefined ? [] : [reason]),
    ...originHint(context.origin),
    ...pinHint(requirement.name, context),
  ].join('\n');
  return new BuildError(
    'MISSING_DISTRIBUTION',
    `Couldn't find a distribution for ${pythonRepr(requirementText(requirement))}.`,
    { ...(hint === '' ? {} : { hint }), ...pinWhere(requirement.name, context) },
  );
}

/** Nothing may be installed, and what is here does not do. */
export function cannotInstall(
  requirement: Requirement,
  verb: 'install' | 'build',
  origin?: RequirementOrigin,
): BuildError {
  return new BuildError(
    'OFFLINE_MISSING',
    `We don't have a distribution for ${requirementText(requirement)}\n` +
      `and can't ${verb} one in offline (no-install) mode.\n`,
    hintOf(origin),
  );
}

/** `allow-picked-versions = false` and a version had to be picked. */
export function pickedNotAllowed(dist: ResolvableDistribution, origin: RequirementOrigin): BuildError {
  const { project: name, version } = dist;
  return new BuildError(
    'PICKED_NOT_ALLOWED',
    `Picked: ${name} = ${version}

The \`${name}\` egg does not have a version pin and \`allow-picked-versions = false\`.

To resolve this, add

    ${name} = ${version}

to the [versions] section,

OR set \`allow-picked-versions = true\`.`,
    hintOf(origin),
  );
}

export function unknownExtra(dist: ResolvableDistribution, origin: RequirementOrigin): BuildError {
  const known = dist.extras.length === 0 ? 'no extras' : `these extras: ${dist.extras.join(', ')}`;
  return new BuildError(
    'UNKNOWN_EXTRA',
    "Couldn't find the required extra. This means the requirement is incorrect. " +
      'If the requirement is itself from software you requested, then there might be a bug in ' +
      "requested software. You can ignore this by using 'allow-unknown-extras=true', however " +
      'that may simply cause needed software to be omitted.',
    { hint: `${describeDistribution(dist)} has ${known}; the requirement is ${describeOrigin(origin)}` },
  );
}

/** Where a requirement comes from, unless that is no news. */
function originHint(origin: RequirementOrigin | undefined): string[] {
  if (origin?.requirer === undefined && origin?.where?.file === undefined) return [];
  return [`the requirement is ${describeOrigin(origin)}`];
}

function hintOf(origin: RequirementOrigin | undefined): { hint?: string } {
  const [hint] = originHint(origin);
  return hint === undefined ? {} : { hint };
}

function pinHint(name: string, context: FailureContext): string[] {
  const pin = context.pins.get(canonicalizeName(name));
  if (pin === undefined) return [];
  const where = context.pinOrigins?.get(canonicalizeName(name));
  const place = where?.file === undefined ? '' : ` in ${where.file}${lineOf(where)}`;
  return [`the pin \`${name} = ${pin}\`${place} decides its version`];
}

function lineOf(where: Where): string {
  return where.line === undefined ? '' : `:${where.line}`;
}

function pinWhere(name: string, context: FailureContext): { where?: Where } {
  const where = context.pinOrigins?.get(canonicalizeName(name));
  return where === undefined ? {} : { where };
}

/** Whether a distribution is one for the requirement: `dist in requirement` of pkg_resources. */
export function isDistributionIn(dist: ResolvableDistribution, requirement: Requirement): boolean {
  return (
    canonicalizeName(dist.project) === canonicalizeName(requirement.name) &&
    isVersionIn(dist.version, requirement)
  );
}
