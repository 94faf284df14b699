// Whether what is here is good enough for a requirement or something must be fetched: zc.buildout's
// `Installer._satisfied`, with its debug lines.

import { pythonRepr, type Report } from '#base';
import { canonicalizeName, safeName, type Requirement } from '#standards';

import { chooseCandidate, finalsOrAll, isFinal } from './choose-candidate.ts';
import { isExact, isVersionIn, requirementText } from './constrain-requirement.ts';
import type { DistributionSource } from './distribution-source.ts';
import {
  compareVersionTexts,
  describeDistribution,
  type ResolvableCandidate,
  type ResolvableDistribution,
} from './distribution.ts';

export interface DecisionContext<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate> {
  source: DistributionSource<Dist, Candidate>;
  /** A newer one than we have is looked for. */
  newest: boolean;
  preferFinal: boolean;
  /** Something may be installed: without that, no index is asked. */
  canInstall: boolean;
  report: Report;
  /** Called before the source is asked for candidates: the caller is going to wait. */
  beforeAsking?: (() => void) | undefined;
}

/** `have` is used as it is; else `available` is to be fetched; neither: there is none. */
export interface Decision<Dist, Candidate> {
  have?: Dist;
  available?: Candidate;
}

export async function decideDistribution<
  Dist extends ResolvableDistribution,
  Candidate extends ResolvableCandidate,
>(
  requirement: Requirement,
  context: DecisionContext<Dist, Candidate>,
  sourceOnly = false,
): Promise<Decision<Dist, Candidate>> {
  const local = decideLocally(requirement, context);
  if (local.settled !== undefined) return { have: local.settled };
  const available = await findAvailable(requirement, context, sourceOnly);
  const { bestWeHave } = local;
  if (bestWeHave === undefined) {
    if (available !== undefined) return { available };
    const have = context.source.fallback(requirement);
    return have === undefined ? {} : { have };
  }
  if (available === undefined) {
    debug(
      context,
      `There are no distros available that meet ${repr(requirement)}.\n` +
        `Using our best, ${describeDistribution(bestWeHave)}.`,
    );
    return { have: bestWeHave };
  }
  if (isBetter(available.version, bestWeHave.version, context.preferFinal)) return { available };
  debug(context, `We have the best distribution that satisfies ${repr(requirement)}.`);
  return { have: bestWeHave };
}

interface LocalDecision<Dist> {
  settled?: Dist;
  /** Good enough unless the index has something better. */
  bestWeHave?: Dist;
}

/** The part of the decision that needs no index. */
export function decideLocally<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  requirement: Requirement,
  context: DecisionContext<Dist, Candidate>,
): LocalDecision<Dist> {
  const fitting = context.source
    .installed(canonicalizeName(requirement.name))
    .filter((dist) => isVersionIn(dist.version, requirement));
  if (fitting[0] === undefined) {
    debug(
      context,
      `We have no distributions for ${safeName(requirement.name)} that satisfies ${repr(requirement)}.`,
    );
    return {};
  }
  const developed = fitting.find((dist) => dist.precedence === 'develop');
  if (developed !== undefined) {
    debug(context, `We have a develop egg: ${describeDistribution(developed)}`);
    return { settled: developed };
  }
  if (isExact(requirement)) {
    debug(context, `We have the distribution that satisfies ${repr(requirement)}.`);
    return { settled: fitting[0] };
  }
  const [best] = context.preferFinal ? finalsOrAll(fitting) : fitting;
  if (best === undefined) return {};
  return context.newest && context.canInstall ? { bestWeHave: best } : { settled: best };
}

async function findAvailable<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  requirement: Requirement,
  context: DecisionContext<Dist, Candidate>,
  sourceOnly: boolean,
): Promise<Candidate | undefined> {
  if (!context.canInstall) return undefined;
  context.beforeAsking?.();
  const candidates = await context.source.candidates(requirement);
  return chooseCandidate(candidates, requirement, { preferFinal: context.preferFinal, sourceOnly });
}

function isBetter(available: string, have: string, preferFinal: boolean): boolean {
  const isNewer = compareVersionTexts(have, available) < 0;
  if (!preferFinal) return isNewer;
  if (isFinal(available)) return !isFinal(have) || isNewer;
  return !isFinal(have) && isNewer;
}

function repr(requirement: Requirement): string {
  return pythonRepr(requirementText(requirement));
}

function debug(context: { report: Report }, text: string): void {
  context.report({ type: 'log', level: 'debug', text });
}
