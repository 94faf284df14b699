// Watches a decision that is made the normal way, and says at its end whether it may be remembered: only when nothing
// but the eggs directory, develop eggs, records and the egg cache decided it, and every egg of a project that was asked
// for is an ordinary one.

import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';

import { LogLevel, type Event, type Report } from '#base';
import { requirementText, type DistributionSource, type PickLedger } from '#resolver';
import { canonicalizeName } from '#standards';

import type { DecisionKey } from './decision-key.ts';
import type { EggRun } from './egg-run.ts';
import type { Distribution, WorkingSet } from './eggs-contract.ts';
import { examineEgg } from './known-eggs.ts';
import { pthFilesAmong } from './pth-files.ts';
import { tryKeepArrival, type Arrival, type RememberedArrival } from './remembered-arrival.ts';
import type { RememberedDecision, RememberedEgg, RememberedMember } from './remembered-decision.ts';
import { stampEggs } from './stamp-eggs.ts';
import type { EggCandidate } from './usable-candidates.ts';

type Source = DistributionSource<Distribution, EggCandidate>;

export interface DecisionWatch {
  source: Source;
  ledger: PickLedger;
  report: Report;
  /** What may be remembered of the decision that gave this working set. */
  decision(workingSet: WorkingSet): Promise<RememberedDecision | undefined>;
}

export function watchDecision(run: EggRun, source: Source, wanted: DecisionKey): DecisionWatch {
  const asked = new Set<string>();
  const wantedFiles = new Set<string>();
  const arrivals = new Map<string, Arrival & { dist: Distribution }>();
  const events: Event[] = [];
  const picked: (readonly [string, string])[] = [];
  const required: (readonly [string, string])[] = [];
  let isOurs = true;
  const leave = <T>(answer: T): T => {
    isOurs = false;
    return answer;
  };

  return {
    source: {
      ...source,
      installed: (project) => {
        asked.add(canonicalizeName(project));
        return source.installed(project);
      },
      candidates: (requirement) => {
        wantedFiles.add(requirementText(requirement));
        return source.candidates(requirement);
      },
      obtain: async (candidate, requirement) => {
        const dist = await source.obtain(candidate, requirement);
        const egg = run.obtained.eggOf(dist);
        if (egg === undefined) isOurs = false;
        else arrivals.set(requirementText(requirement), { candidate, requirement, egg, dist });
        return dist;
      },
      fallback: (requirement) => leave(source.fallback(requirement)),
      addLinks: (links, dist) => leave(source.addLinks(links, dist)),
    },
    ledger: {
      ...run.ledger,
      pick: (project, version) => {
        picked.push([project, version]);
        run.ledger.pick(project, version);
      },
      require: (requirement, requirer) => {
        required.push([requirement, requirer]);
        run.ledger.require(requirement, requirer);
      },
    },
    report: (event) => {
      if (isVisible(event)) events.push(event);
      run.settings.report(event);
    },
    decision: async (workingSet) => {
      // What was asked for and not taken was judged against what is here, and that is not written down.
      if (!isOurs || [...wantedFiles].some((text) => !arrivals.has(text))) return undefined;
      const here = stampEggs(asked, run, wanted);
      const arrived = [...arrivals.values()];
      const kept = here && (await keepArrivals(arrived, run, wanted));
      const placed = arrived.map(({ dist }) => dist);
      const members = kept && describeMembers(workingSet, placed, wanted);
      if (kept === undefined || here === undefined || members === undefined) return undefined;
      return { key: wanted.key, workingSet: members, arrivals: kept, events, picked, required, ...here };
    },
  };
}

async function keepArrivals(
  arrivals: readonly Arrival[],
  run: EggRun,
  { request }: DecisionKey,
): Promise<RememberedArrival[] | undefined> {
  const kept: RememberedArrival[] = [];
  for (const arrival of arrivals) {
    const one = await tryKeepArrival(arrival, run, request);
    if (one === undefined) return undefined;
    kept.push(one);
  }
  return kept;
}

function isVisible(event: Event): boolean {
  if (event.type === 'log') return LogLevel[event.level] >= LogLevel.info;
  return event.type === 'print' || event.type === 'hint';
}

function describeMembers(
  workingSet: WorkingSet,
  arrived: readonly Distribution[],
  wanted: DecisionKey,
): RememberedMember[] | undefined {
  const members: RememberedMember[] = [];
  for (const dist of workingSet) {
    const arrival = arrived.indexOf(dist);
    const developed = wanted.developed.findIndex(
      ({ project, location }) => project === dist.project && location === dist.location,
    );
    const egg = arrival === -1 && developed === -1 ? tryDescribeEgg(dist, wanted) : undefined;
    if (arrival !== -1) members.push({ arrival });
    else if (developed !== -1) members.push({ developed });
    else if (egg === undefined) return undefined;
    else members.push(egg);
  }
  return members;
}

function tryDescribeEgg(
  dist: Distribution,
  { shelf, eggsDirectory }: DecisionKey,
): RememberedEgg | undefined {
  const { eggName: name, project, version, pythonVersion, platform, location } = dist;
  const place = dirname(location);
  if (name === undefined || !shelf.directories.some(({ path }) => path === place)) return undefined;
  const egg = examineEgg(location, name);
  if (egg === undefined) return undefined;
  const known = { ...egg, requires: dist.requires().map(requirementText), extras: dist.extras };
  const directory = place === eggsDirectory ? undefined : place;
  const pthFiles = pthFilesAmong(readdirSync(location));
  return { directory, name, project, version, pythonVersion, platform, pthFiles, known };
}
