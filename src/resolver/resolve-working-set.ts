// From requirements to a working set, as zc.buildout's `Installer.install` goes about it: first what was asked for,
// in order, then breadth first what that requires. The first distribution chosen for a project stays.

import { BuildError, pythonRepr, whileDoing, type Report, type Where } from '#base';
import {
  canonicalizeName,
  evaluateMarker,
  formatRequirement,
  parseRequirement,
  type MarkerEnvironment,
  type Requirement,
} from '#standards';

import { constrainRequirement, isExact, normalizePins, requirementKey } from './constrain-requirement.ts';
import { decideDistribution, type DecisionContext } from './decide-distribution.ts';
import {
  compareDistributions,
  compareTexts,
  describeDistribution,
  findExtra,
  knownExtras,
  type ResolvableCandidate,
  type ResolvableDistribution,
} from './distribution.ts';
import { createLookAhead, type LookAhead } from './look-ahead.ts';
import type { PickLedger } from './pick-ledger.ts';
import type { RequirementOrigin } from './requirement-origin.ts';
import {
  cannotInstall,
  isDistributionIn,
  missingDistribution,
  pickedNotAllowed,
  refusedByPin,
  unknownExtra,
  versionConflict,
} from './resolution-failures.ts';
import { createWorkingSet, type WorkingSetBuilder } from './working-set.ts';

export interface ResolveOptions<
  Dist extends ResolvableDistribution,
  Candidate extends ResolvableCandidate,
> extends DecisionContext<Dist, Candidate> {
  specs: readonly string[];
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

interface Run<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate> {
  options: ResolveOptions<Dist, Candidate>;
  pins: ReadonlyMap<string, string>;
  workingSet: WorkingSetBuilder<Dist>;
  lookAhead: LookAhead;
  /** What a conflict prints: where requirements came from, in the order they came up. */
  history: string[];
  chosenFor: Map<string, RequirementOrigin>;
}

/** The distributions for these requirements, in the order of `sys.path`. Fails with zc.buildout's messages. */
export async function resolveWorkingSet<
  Dist extends ResolvableDistribution,
  Candidate extends ResolvableCandidate,
>(options: ResolveOptions<Dist, Candidate>): Promise<readonly Dist[]> {
  const run = startRun(options);
  const specs = options.specs.map((spec) => pythonRepr(spec)).join(', ');
  log(run, 'debug', `Installing ${specs}.`);
  run.history.push(`Base installation request: ${specs}`);
  const origins: RequirementOrigin[] = options.specs
    .map(parseRequirement)
    .filter(({ marker }) => marker === undefined || evaluateMarker(marker, options.markers))
    .map((requirement) => ({ requirement }));
  const base = origins.map((origin) => ({ origin, requirement: constrain(run, origin) }));
  for (const { requirement } of base) run.lookAhead(requirement);
  for (const { requirement, origin } of base) {
    await maybeAddSetuptools(run, await getDistribution(run, requirement, origin), origin);
  }
  await meetRequirements(run, origins.reverse());
  return run.workingSet.list();
}

function startRun<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  options: ResolveOptions<Dist, Candidate>,
): Run<Dist, Candidate> {
  const pins = normalizePins(options.pins);
  const workingSet = createWorkingSet(options.workingSet);
  const lookAhead = createLookAhead({
    context: options,
    constrain: (requirement) => tryConstrain(pins, requirement),
    isDecided: (project) => workingSet.find(project) !== undefined,
  });
  return { options, pins, workingSet, lookAhead, history: [], chosenFor: new Map() };
}

/** The breadth-first part: everything the distributions in the working set require. */
async function meetRequirements<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  run: Run<Dist, Candidate>,
  queue: RequirementOrigin[],
): Promise<void> {
  const processed = new Set<string>();
  const best = new Map<string, Dist>();
  // What else lies at the places of the first distributions counts as installed, as in zc.buildout.
  const besides = createNeighbourhood(run);
  for (let position = 0; position < queue.length; position += 1) {
    const origin = queue[position];
    if (origin === undefined) break;
    const requirement = constrain(run, origin);
    const key = requirementKey(requirement);
    if (processed.has(key)) continue;
    const name = canonicalizeName(requirement.name);
    const dist = best.get(name) ?? (await findOrGet(run, { requirement, origin, besides }));
    if (!isDistributionIn(dist, requirement)) {
      log(run, 'info', conflictInformation(run, name));
      throw conflict(run, dist, { requirement, origin });
    }
    best.set(name, dist);
    if (!run.chosenFor.has(name)) run.chosenFor.set(name, origin);
    const extras = checkExtras(run, dist, { requirement, origin });
    for (const required of [...dist.requires(extras)].reverse()) {
      run.history.push(
        `Requirement of ${formatRequirement(origin.requirement)}: ${formatRequirement(required)}`,
      );
      queue.push({ requirement: required, requirer: { dist, origin } });
      run.lookAhead(required);
    }
    processed.add(key);
  }
}

interface Wanted {
  requirement: Requirement;
  origin: RequirementOrigin;
}

type Neighbourhood<Dist> = (requirement: Requirement) => Dist | undefined;

function createNeighbourhood<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  run: Run<Dist, Candidate>,
): Neighbourhood<Dist> {
  const around = new Map<string, Dist[]>();
  for (const location of run.workingSet.entries()) {
    for (const dist of run.options.source.distributionsAt(location)) {
      const name = canonicalizeName(dist.project);
      const known = around.get(name);
      if (known === undefined) around.set(name, [dist]);
      else known.push(dist);
    }
  }
  for (const dists of around.values()) dists.sort((a, b) => compareDistributions(b, a));
  return (requirement) =>
    around.get(canonicalizeName(requirement.name))?.find((dist) => isDistributionIn(dist, requirement));
}

async function findOrGet<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  run: Run<Dist, Candidate>,
  wanted: Wanted & { besides: Neighbourhood<Dist> },
): Promise<Dist> {
  const { requirement, origin } = wanted;
  const active = run.workingSet.find(requirement.name);
  if (active !== undefined && !isDistributionIn(active, requirement)) {
    log(
      run,
      'debug',
      `Version conflict while processing requirement ${formatRequirement(origin.requirement)} ` +
        `(constrained to ${formatRequirement(requirement)})`,
    );
    if (run.options.workingSet === undefined) throw conflict(run, active, wanted);
  } else {
    const here = active ?? wanted.besides(requirement);
    if (here !== undefined) return here;
  }
  const verb = run.options.canInstall ? 'Getting' : 'Adding';
  log(run, 'debug', `${verb} required ${repr(requirement)}`);
  noteRequirers(run, requirement);
  const dist = await getDistribution(run, requirement, origin);
  await maybeAddSetuptools(run, dist, origin);
  return dist;
}

/** As `_get_dist`: what is here, or what is fetched; either way it is in the working set afterwards. */
async function getDistribution<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  run: Run<Dist, Candidate>,
  requirement: Requirement,
  origin: RequirementOrigin,
): Promise<Dist> {
  const activity = `Getting distribution for ${repr(requirement)}.`;
  const { options, workingSet } = run;
  return whileDoing(activity, async () => {
    const { have, available } = await decideDistribution(requirement, options);
    let dist = have;
    if (dist !== undefined) {
      if (!workingSet.has(dist)) workingSet.add(dist);
    } else {
      if (!options.canInstall) throw cannotInstall(requirement, 'install', origin);
      log(run, 'info', activity);
      if (available === undefined) {
        const reason = await options.source.explainMissing(requirement);
        throw missingDistribution(requirement, reason, { ...failureContext(run), origin });
      }
      dist = await options.source.obtain(available, requirement);
      if (!workingSet.has(dist)) workingSet.add(dist, true);
      log(run, 'info', `Got ${describeDistribution(dist)}.`);
    }
    const name = canonicalizeName(requirement.name);
    if (!run.chosenFor.has(name)) run.chosenFor.set(name, origin);
    if (options.followDependencyLinks) await followDependencyLinks(run, dist);
    if (options.checkPicked) notePick(run, { requirement, origin }, dist);
    return dist;
  });
}

async function followDependencyLinks<
  Dist extends ResolvableDistribution,
  Candidate extends ResolvableCandidate,
>(run: Run<Dist, Candidate>, dist: Dist): Promise<void> {
  const links = dist.dependencyLinks();
  if (links.length > 0) await run.options.source.addLinks(links, dist);
}

function notePick<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  run: Run<Dist, Candidate>,
  wanted: Wanted,
  dist: Dist,
): void {
  if (dist.precedence === 'develop' || isExact(wanted.requirement)) return;
  if (run.options.neverPicked?.has(canonicalizeName(dist.project)) === true) return;
  log(run, 'debug', `Picked: ${dist.project} = ${dist.version}`);
  run.options.ledger.pick(dist.project, dist.version);
  if (!run.options.allowPicked) throw pickedNotAllowed(dist, wanted.origin);
}

/** A namespace package of pkg_resources style needs a setuptools that still ships `pkg_resources`: below 82. */
async function maybeAddSetuptools<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  run: Run<Dist, Candidate>,
  dist: Dist,
  origin: RequirementOrigin,
): Promise<void> {
  if (!(await run.options.source.needsPkgResources(dist))) return;
  if (dist.precedence === 'develop') {
    log(
      run,
      'warning',
      `Develop distribution: ${describeDistribution(dist)}\n` +
        'uses namespace packages but the distribution does not require setuptools.',
    );
  }
  const own = { requirement: parseRequirement('setuptools'), requirer: { dist, origin } };
  const requirement = constrain(run, own);
  if (run.workingSet.find('setuptools') !== undefined) return;
  if (requirement.specifiers.specifiers.length === 0) {
    try {
      await getDistribution(run, constrainRequirement('<82', requirement), own);
      return;
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      log(
        run,
        'debug',
        'Could not get setuptools<82 (the last version that ships pkg_resources) for ' +
          `${describeDistribution(dist)}; falling back to any setuptools version.`,
      );
    }
  }
  await getDistribution(run, requirement, own);
}

/** The extras the distribution has; one it has not is an error unless allowed. */
function checkExtras<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  run: Run<Dist, Candidate>,
  dist: Dist,
  wanted: Wanted,
): readonly string[] {
  const { extras } = wanted.requirement;
  if (extras.length === 0) return extras;
  const missing = extras.filter((extra) => findExtra(dist, extra) === undefined).sort(compareTexts);
  for (const extra of missing) {
    log(run, 'warning', `${describeDistribution(dist)} does not provide the extra '${extra}'`);
  }
  if (missing.length > 0 && !run.options.allowUnknownExtras) throw unknownExtra(dist, wanted.origin);
  return knownExtras(dist, extras);
}

/** As `_log_requirement`. */
function noteRequirers<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  run: Run<Dist, Candidate>,
  requirement: Requirement,
): void {
  const key = requirementKey(requirement);
  const requirers = run.workingSet
    .list()
    .filter((dist) => dist.requires().some((required) => requirementKey(required) === key))
    .sort(compareDistributions);
  for (const dist of requirers) {
    log(run, 'debug', `  required by ${describeDistribution(dist)}.`);
    run.options.ledger.require(formatRequirement(requirement), `${dist.project}==${dist.version}`);
  }
}

/** The requirement with its pin; a refusal is logged with all that is known about the name. */
function constrain<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
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
    log(run, 'info', conflictInformation(run, name));
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
function conflictInformation<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  run: Run<Dist, Candidate>,
  name: string,
): string {
  const pin = run.pins.get(name);
  return [
    `Version and requirements information containing ${name}:`,
    ...(pin === undefined || pin === '' ? [] : [`[versions] constraint on ${name}: ${pin}`]),
    ...run.history.filter((line) => line.toLowerCase().includes(name.toLowerCase())),
  ].join('\n  ');
}

function conflict<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
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

function failureContext(run: {
  pins: ReadonlyMap<string, string>;
  options: { pinOrigins?: ReadonlyMap<string, Where> | undefined };
}): { pins: ReadonlyMap<string, string>; pinOrigins: ReadonlyMap<string, Where> | undefined } {
  return { pins: run.pins, pinOrigins: run.options.pinOrigins };
}

function repr(requirement: Requirement): string {
  return pythonRepr(formatRequirement(requirement));
}

function log(run: { options: { report: Report } }, level: 'debug' | 'info' | 'warning', text: string): void {
  run.options.report({ type: 'log', level, text });
}
