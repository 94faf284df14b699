// One requirement's distribution into the working set: what is here or what is fetched, with what follows from it
// (dependency links, the note of a pick, setuptools for old namespace packages).

import { BuildError, whileDoing } from '#base';
import { canonicalizeName, parseRequirement, type Requirement } from '#standards';

import { constrainRequirement, isExact } from './constrain-requirement.ts';
import { decideDistribution } from './decide-distribution.ts';
import {
  describeDistribution,
  type ResolvableCandidate,
  type ResolvableDistribution,
} from './distribution.ts';
import type { RequirementOrigin } from './requirement-origin.ts';
import { cannotInstall, missingDistribution, pickedNotAllowed } from './resolution-failures.ts';
import {
  addToWorkingSet,
  constrain,
  failureContext,
  log,
  repr,
  type Run,
  type Wanted,
} from './resolution-run.ts';

/** As `_get_dist`: what is here, or what is fetched; either way it is in the working set afterwards. */
export async function getDistribution<
  Dist extends ResolvableDistribution,
  Candidate extends ResolvableCandidate,
>(run: Run<Dist, Candidate>, requirement: Requirement, origin: RequirementOrigin): Promise<Dist> {
  const activity = `Getting distribution for ${repr(requirement)}.`;
  const { options } = run;
  return whileDoing(activity, async () => {
    const { have, available } = await decideDistribution(requirement, options);
    let dist = have;
    if (dist !== undefined) {
      addToWorkingSet(run, dist, false);
    } else {
      if (!options.canInstall) throw cannotInstall(requirement, 'install', origin);
      log(run, 'info', activity);
      if (available === undefined) {
        const reason = await options.source.explainMissing(requirement);
        throw missingDistribution(requirement, reason, { ...failureContext(run), origin });
      }
      dist = await options.source.obtain(available, requirement);
      addToWorkingSet(run, dist, true);
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
export async function maybeAddSetuptools<
  Dist extends ResolvableDistribution,
  Candidate extends ResolvableCandidate,
>(run: Run<Dist, Candidate>, dist: Dist, origin: RequirementOrigin): Promise<void> {
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
