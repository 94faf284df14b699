// A decision as it is kept for the next run: the working set, what the resolver knew of each egg, what was said and
// picked on the way, and the stamps of all files that it rests on.

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { hasCode, writeFileAtomically, type Event } from '#base';

import { createDistribution } from './create-distribution.ts';
import { namesBehind, stampOf, type DecisionKey } from './decision-key.ts';
import { readKnownMetadata } from './egg-metadata.ts';
import type { EggRun } from './egg-run.ts';
import type { WorkshopEgg } from './egg-workshop.ts';
import type { Distribution, WorkingSet } from './eggs-contract.ts';
import type { KnownEgg } from './known-eggs.ts';
import { receiveArrival, tryReopenArrival, type RememberedArrival } from './remembered-arrival.ts';

/** An egg of the shelf. */
export interface RememberedEgg {
  /** Where it lies; absent: in the eggs directory. */
  directory?: string | undefined;
  name: string;
  project: string;
  version: string;
  pythonVersion?: string | undefined;
  platform?: string | undefined;
  pthFiles: readonly string[];
  known: KnownEgg;
}

/** One distribution of the working set: an egg that is there, one of the develop eggs there are, or one of `arrivals`. */
export type RememberedMember = RememberedEgg | { developed: number } | { arrival: number };

export interface RememberedDecision {
  key: string;
  workingSet: readonly RememberedMember[];
  /** Eggs out of the egg cache, in the order they are placed. */
  arrivals: readonly RememberedArrival[];
  /** Console lines, in order. */
  events: readonly Event[];
  picked: readonly (readonly [project: string, version: string])[];
  required: readonly (readonly [requirement: string, requirer: string])[];
  /** By path: in full, or in the eggs directory. */
  stamps: Readonly<Record<string, string>>;
  /** The projects that were asked for, and which eggs of them there were behind the eggs directory. */
  asked: readonly string[];
  behind: Readonly<Record<string, readonly string[]>>;
}

/** With so many eggs there are usually thousands of files. */
const eggsWorthAThread = 30;

/** The working set as it was decided before, with its console lines and picks; `undefined` when it has to be decided. */
export async function repeatDecision(run: EggRun, wanted: DecisionKey): Promise<WorkingSet | undefined> {
  const decision = tryReadDecision(wanted);
  if (decision === undefined || !isUnchanged(decision, wanted)) return undefined;
  const { arrivals } = decision;
  // Many eggs are placed by several threads, and starting one takes as long as what comes next.
  if (arrivals.length >= eggsWorthAThread) run.threads().start();
  const eggs: WorkshopEgg[] = [];
  for (const kept of arrivals) {
    const egg = await tryReopenArrival(kept, run, wanted.request);
    if (egg === undefined) return undefined;
    eggs.push(egg);
  }
  for (const event of decision.events) run.settings.report(event);
  for (const [project, version] of decision.picked) run.ledger.pick(project, version);
  for (const [requirement, requirer] of decision.required) run.ledger.require(requirement, requirer);
  const arrived: (Distribution | undefined)[] = [];
  for (const [position, kept] of arrivals.entries()) {
    const egg = eggs[position];
    arrived.push(egg && (await receiveArrival(kept, egg, { run, shelf: wanted.shelf })));
  }
  return decision.workingSet.flatMap((member) => {
    if ('developed' in member) return wanted.developed[member.developed] ?? [];
    if ('arrival' in member) return arrived[member.arrival] ?? [];
    const dist = describe(member, run, wanted);
    run.undisturbed.set(dist.location, dist);
    return dist;
  });
}

function isUnchanged(
  { stamps, workingSet, asked, behind }: RememberedDecision,
  { eggsDirectory, developed, shelf }: DecisionKey,
): boolean {
  if (JSON.stringify(namesBehind(shelf, asked)) !== JSON.stringify(behind)) return false;
  for (const path in stamps) {
    const place = path.startsWith('/') ? path : `${eggsDirectory}/${path}`;
    if (stampOf(place) !== stamps[path]) return false;
  }
  return workingSet.every((member) => !('developed' in member) || developed[member.developed] !== undefined);
}

const refusals = ['EACCES', 'EROFS', 'ENOSPC', 'EPERM', 'EDQUOT', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ENOTEMPTY'];

/** Failing to keep it harms nothing. */
export function keepDecision(file: string, decision: RememberedDecision): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileAtomically(file, JSON.stringify(decision));
    removeOldDecisions(dirname(file));
  } catch (error) {
    if (!hasCode(error, ...refusals)) throw error;
  }
}

const daysKept = 30;

/** One that is still in use is made anew, which costs a run what a change costs it. */
function removeOldDecisions(directory: string): void {
  const limit = Date.now() - daysKept * 86_400_000;
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (!name.startsWith('decision-')) continue;
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined && stats.mtimeMs < limit) rmSync(path, { force: true });
  }
}

function tryReadDecision({ file, key }: DecisionKey): RememberedDecision | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const isOurs = typeof content === 'object' && content !== null && Reflect.get(content, 'key') === key;
    return isOurs ? (content as RememberedDecision) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR'))
      return undefined;
    throw error;
  }
}

function describe(egg: RememberedEgg, run: EggRun, { eggsDirectory }: DecisionKey): Distribution {
  const location = `${egg.directory ?? eggsDirectory}/${egg.name}`;
  return createDistribution({
    project: egg.project,
    version: egg.version,
    pythonVersion: egg.pythonVersion,
    platform: egg.platform,
    pthFiles: egg.pthFiles,
    location,
    precedence: 'egg',
    metadata: readKnownMetadata(join(location, egg.known.directory), egg.known),
    markers: run.settings.python.markers,
  });
}
