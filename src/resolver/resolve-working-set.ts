// From requirements to a working set, as zc.buildout's `Installer.install` goes about it: first what was asked for,
// in order, then breadth first what that requires. The first distribution chosen for a project stays.

import { pythonRepr } from '#base';
import { canonicalizeName, evaluateMarker, parseRequirement, safeExtra, type Requirement } from '#standards';

import { requirementKey, requirementText } from './constrain-requirement.ts';
import {
  compareDistributions,
  compareTexts,
  describeDistribution,
  findExtra,
  knownExtras,
  type ResolvableCandidate,
  type ResolvableDistribution,
} from './distribution.ts';
import { getDistribution, maybeAddSetuptools } from './get-distribution.ts';
import type { RequirementOrigin } from './requirement-origin.ts';
import { isDistributionIn, unknownExtra } from './resolution-failures.ts';
import {
  conflict,
  conflictInformation,
  constrain,
  log,
  repr,
  reportRequirers,
  startRun,
  type ResolveOptions,
  type Run,
  type Wanted,
} from './resolution-run.ts';

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
    .map((spec) => ({ requirement: parseRequirement(spec), where: options.whereOf?.(spec) }))
    .filter(({ requirement: { marker } }) => marker === undefined || evaluateMarker(marker, options.markers));
  const base = origins.map((origin) => ({ origin, requirement: constrain(run, origin) }));
  for (const { requirement } of base) run.lookAhead.note(requirement);
  for (const { requirement, origin } of base) {
    await maybeAddSetuptools(run, await getDistribution(run, requirement, origin), origin);
  }
  await meetRequirements(run, origins.reverse());
  return run.workingSet.list();
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
      run.history.push(`Requirement of ${requirementText(origin.requirement)}: ${requirementText(required)}`);
      queue.push({ requirement: required, requirer: { dist, origin } });
      run.lookAhead.note(required);
    }
    processed.add(key);
  }
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
      `Version conflict while processing requirement ${requirementText(origin.requirement)} ` +
        `(constrained to ${requirementText(requirement)})`,
    );
    if (run.options.workingSet === undefined) throw conflict(run, active, wanted);
  } else {
    const here = active ?? wanted.besides(requirement);
    if (here !== undefined) return here;
  }
  const verb = run.options.canInstall ? 'Getting' : 'Adding';
  log(run, 'debug', `${verb} required ${repr(requirement)}`);
  reportRequirers(run, requirement);
  const dist = await getDistribution(run, requirement, origin);
  await maybeAddSetuptools(run, dist, origin);
  return dist;
}

/** The extras the distribution has; one it has not is an error unless allowed. */
function checkExtras<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  run: Run<Dist, Candidate>,
  dist: Dist,
  wanted: Wanted,
): readonly string[] {
  const { extras } = wanted.requirement;
  if (extras.length === 0) return extras;
  const missing = extras
    .filter((extra) => findExtra(dist, extra) === undefined)
    .map(safeExtra)
    .sort(compareTexts);
  for (const extra of missing) {
    log(run, 'warning', `${describeDistribution(dist)} does not provide the extra '${extra}'`);
  }
  if (missing.length > 0 && !run.options.allowUnknownExtras) throw unknownExtra(dist, wanted.origin);
  return knownExtras(dist, extras);
}
