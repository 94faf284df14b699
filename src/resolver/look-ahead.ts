// Looking ahead: when the resolver has to wait for one requirement, those that are known already are followed on their
// own, so that their pages, files and builds are under way when their turn comes. It changes nothing: no line is
// printed, nothing is installed, and a wrong guess costs a download.

import { canonicalizeName, type Requirement } from '#standards';

import { requirementKey } from './constrain-requirement.ts';
import { decideDistribution, type DecisionContext } from './decide-distribution.ts';
import { knownExtras, type ResolvableCandidate, type ResolvableDistribution } from './distribution.ts';

export interface LookAhead {
  /** Notes a requirement that will have its turn. */
  note(requirement: Requirement): void;
  /** Follows what was noted and all it leads to, from now on; returns at once. */
  start(): void;
}

export interface LookAheadOptions<
  Dist extends ResolvableDistribution,
  Candidate extends ResolvableCandidate,
> {
  context: DecisionContext<Dist, Candidate>;
  /** With its pin, or `undefined` when the pin refuses it. */
  constrain(requirement: Requirement): Requirement | undefined;
  isDecided(project: string): boolean;
}

export function createLookAhead<Dist extends ResolvableDistribution, Candidate extends ResolvableCandidate>(
  options: LookAheadOptions<Dist, Candidate>,
): LookAhead {
  const { source } = options.context;
  const context = {
    ...options.context,
    source: source.ahead?.() ?? source,
    report: () => undefined,
    beforeAsking: undefined,
  };
  const seen = new Set<string>();
  let noted: Requirement[] = [];

  function visit(requirement: Requirement): void {
    const constrained = options.constrain(requirement);
    if (constrained === undefined || options.isDecided(canonicalizeName(requirement.name))) return;
    const key = requirementKey(constrained);
    if (seen.has(key)) return;
    seen.add(key);
    // What fails here fails again, and is reported, when the requirement's turn comes.
    follow(constrained).catch(() => undefined);
  }

  async function follow(requirement: Requirement): Promise<void> {
    const { have, available } = await decideDistribution(requirement, context);
    if (have === undefined && available === undefined) return;
    const dist = have ?? (available && (await context.source.prepare(available)));
    if (dist === undefined) return;
    for (const required of dist.requires(knownExtras(dist, requirement.extras))) visit(required);
  }

  return {
    note: (requirement) => void noted.push(requirement),
    start: () => {
      const requirements = noted;
      noted = [];
      for (const requirement of requirements) visit(requirement);
    },
  };
}
