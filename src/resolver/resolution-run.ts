// The state of one resolution: options, pins, the working set so far and where everything came from; and what every
// step of it does: apply a pin, say a line, put a conflict into words.

import { BuildError, pythonRepr, type Report, type Where } from '#base';
import { canonicalizeName, type MarkerEnvironment, type Requirement } from '#standards';

import {
  constrainRequirement,
  normalizePins,
  requirementKey,
  requirementText,
} from './constrain-requirement.ts';
import type { DecisionContext } from './decide-distribution.ts';
import {
  compareDistributions,
  describeDistribution,
  type ResolvableCandidate,
  type ResolvableDistribution,
} from './distribution.ts';
import { createLookAhead, type LookAhead } from './look-ahead.ts';
import type { PickLedger } from './pick-ledger.ts';
import type { RequirementOrigin } from './requirement-origin.ts';
import { refusedByPin, versionConflict } from './resolution-failures.ts';
import { createWorkingSet, type WorkingSetBuilder } from './working-set.ts';

export interface ResolveOptions<
  Dist extends ResolvableDistribution,
  Candidate extends ResolvableCandidate,
> extends DecisionContext<Dist, Candidate> {
  specs: readonly string[];
  /** Where one of `specs` is written, for hints. */
  whereOf?: ((spec: string) => Where | undefined) | undefined;
  /** `[versions]`, names as written. */
  pins: ReadonlyMap<string, string>;
  /** Where each pin is written, by canonical name. */
  pinOrigins?: ReadonlyMap<string, Where> | undefined;
  markers: MarkerEnvironment;
  allowPicked: boolean;
  /** Picks are noted, and refused when not allowed. */
  checkPicked: boolean;
  /** Canonical names that are never picks: what zc.buildout itself runs with and so never has to choose. */
  neverPicked?: ReadonlySet<string> | undefined;
  followDependencyLinks: boolean;
  allowUnknownExtras: boolean;
  ledger: PickLedger;
  /** Active distributions to start from; a conflict with one of them is overruled. */
  workingSet?: readonly Dist[] | undefined;
}

export interface Run<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate> {
  options: ResolveOptions<Dist, Candidate>;
  pins: ReadonlyMap<string, string>;
  workingSet: WorkingSetBuilder<Dist>;
  lookAhead: LookAhead;
  /** What a conflict prints: where requirements came from, in the order they came up. */
  history: string[];
  chosenFor: Map<string, RequirementOrigin>;
  /** Who requires what, by requirement key. */
  requirers: Map<string, Dist[]>;
}

/** A requirement with its pin, and where it comes from. */
export interface Wanted {
  requirement: Requirement;
  origin: RequirementOrigin;
}

export function startRun<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  options: ResolveOptions<Dist, Candidate>,
): Run<Dist, Candidate> {
  const pins = normalizePins(options.pins);
  const workingSet = createWorkingSet(options.workingSet);
  const lookAhead = createLookAhead({
    context: options,
    constrain: (requirement) => tryConstrain(pins, requirement),
    isDecided: (project) => workingSet.find(project) !== undefined,
  });
  const run: Run<Dist, Candidate> = {
    options: { ...options, beforeAsking: () => lookAhead.start() },
    pins,
    workingSet,
    lookAhead,
    requirers: new Map(),
    history: [],
    chosenFor: new Map(),
  };
  for (const dist of workingSet.list()) noteRequirements(run, dist);
  return run;
}

/** Adds it unless it is active already; who requires what is remembered. */
export function addToWorkingSet<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  run: Run<Dist, Candidate>,
  dist: Dist,
  replace: boolean,
): void {
  if (run.workingSet.has(dist)) return;
  run.workingSet.add(dist, replace);
  noteRequirements(run, dist);
}

function noteRequirements<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  run: Run<Dist, Candidate>,
  dist: Dist,
): void {
  for (const required of dist.requires()) {
    const key = requirementKey(required);
    const requirers = run.requirers.get(key);
    if (requirers === undefined) run.requirers.set(key, [dist]);
    else requirers.push(dist);
  }
}

/** As `_log_requirement`. */
export function reportRequirers<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  run: Run<Dist, Candidate>,
  requirement: Requirement,
): void {
  const active = (run.requirers.get(requirementKey(requirement)) ?? []).filter(
    (dist) => run.workingSet.find(dist.project) === dist,
  );
  for (const dist of active.sort(compareDistributions)) {
    log(run, 'debug', `  required by ${describeDistribution(dist)}.`);
    run.options.ledger.require(requirementText(requirement), `${dist.project}==${dist.version}`);
  }
}

/** The requirement with its pin; a refusal is logged with all that is known about the name. */
export function constrain<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  run: Run<Dist, Candidate>,
  origin: RequirementOrigin,
): Requirement {
  const name = canonicalizeName(origin.requirement.name);
  const pin = run.pins.get(name);
  if (pin === undefined || pin === '') return origin.requirement;
  try {
    return constrainRequirement(pin, origin.requirement);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    // A pin that is no version says nothing of who requires what, as in zc.buildout.
    if (error.code === 'PIN_NOT_ALLOWED') log(run, 'info', conflictInformation(run, name));
    throw refusedByPin(error, origin, failureContext(run));
  }
}

function tryConstrain(pins: ReadonlyMap<string, string>, requirement: Requirement): Requirement | undefined {
  const pin = pins.get(canonicalizeName(requirement.name));
  if (pin === undefined || pin === '') return requirement;
  try {
    return constrainRequirement(pin, requirement);
  } catch (error) {
    if (error instanceof BuildError) return undefined;
    throw error;
  }
}

/** As `_version_conflict_information`. */
export function conflictInformation<
  Dist extends ResolvableDistribution,
  Candidate extends ResolvableCandidate,
>(run: Run<Dist, Candidate>, name: string): string {
  const pin = run.pins.get(name);
  return [
    `Version and requirements information containing ${name}:`,
    ...(pin === undefined || pin === '' ? [] : [`[versions] constraint on ${name}: ${pin}`]),
    ...run.history.filter((line) => line.toLowerCase().includes(name.toLowerCase())),
  ].join('\n  ');
}

export function conflict<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  run: Run<Dist, Candidate>,
  existing: Dist,
  wanted: Wanted,
): BuildError {
  const chosenFor = run.chosenFor.get(canonicalizeName(wanted.requirement.name));
  const { requirement, origin } = wanted;
  return versionConflict(
    { existing, requirement, origin, chosenFor, workingSet: run.workingSet.list() },
    failureContext(run),
  );
}

export function failureContext(run: {
  pins: ReadonlyMap<string, string>;
  options: { pinOrigins?: ReadonlyMap<string, Where> | undefined };
}): { pins: ReadonlyMap<string, string>; pinOrigins: ReadonlyMap<string, Where> | undefined } {
  return { pins: run.pins, pinOrigins: run.options.pinOrigins };
}

export function repr(requirement: Requirement): string {
  return pythonRepr(requirementText(requirement));
}

export function log(
  run: { options: { report: Report } },
  level: 'debug' | 'info' | 'warning',
  text: string,
): void {
  run.options.report({ type: 'log', level, text });
}
