// The candidates for a requirement: what a record or the index offers and this Python can use, asked for once, with
// console lines that wait until somebody asks in earnest.

import type { Report } from '#base';
import type { Candidate, Index } from '#index';
import { chooseCandidate, requirementText } from '#resolver';
import type { Requirement } from '#standards';

import type { EggSupply } from './egg-supply.ts';
import type { Distribution } from './eggs-contract.ts';
import { holdLines, type HeldLines } from './held-console.ts';
import type { RecordedCandidates } from './recorded-candidates.ts';
import { pinnedVersion, type CandidateJudge, type EggCandidate } from './usable-candidates.ts';

export interface CandidateFinderOptions {
  index: Index;
  /** The index with more links; `undefined` when none of them is new. */
  withLinks: (links: readonly string[], dist: Distribution) => Index | undefined;
  /** Asked when the index has nothing for a requirement. */
  secondIndex?: (() => Index) | undefined;
  records?: RecordedCandidates | undefined;
  judge: CandidateJudge;
  /** Candidates that may not be used. */
  refuses?: (candidate: Candidate) => boolean;
  supply: EggSupply;
  preferFinal: boolean;
  report: Report;
}

export interface CandidateFinder {
  find(requirement: Requirement): Promise<readonly EggCandidate[]>;
  /** The same without console lines: they come with `find`. */
  findAhead(requirement: Requirement): Promise<readonly EggCandidate[]>;
  addLinks(links: readonly string[], dist: Distribution): void;
  /** The index that a candidate came from. */
  indexOf(candidate: EggCandidate): Index;
  index(): Index;
}

interface Answer {
  candidates: Promise<readonly EggCandidate[]>;
  lines: HeldLines;
}

export function createCandidateFinder(options: CandidateFinderOptions): CandidateFinder {
  let { index } = options;
  const origins = new WeakMap<EggCandidate, Index>();
  const answers = new Map<string, Answer>();

  async function ask(requirement: Requirement): Promise<readonly EggCandidate[]> {
    const recorded = await findRecorded(requirement);
    if (recorded !== undefined) return recorded;
    const files = await filesOf(index, requirement);
    options.records?.save(requirement, files);
    const usable = judge(files, requirement, index);
    const best = choose(usable, requirement);
    if (best !== undefined) options.records?.savePick(requirement, best.version, files);
    if (options.secondIndex === undefined || best !== undefined) return usable;
    const second = options.secondIndex();
    return judge(await filesOf(second, requirement), requirement, second);
  }

  /** A record answers only when the egg is in the cache: what must be fetched is asked for again. */
  async function findRecorded(requirement: Requirement): Promise<readonly EggCandidate[] | undefined> {
    const files = options.records?.find(requirement);
    if (files === undefined) return undefined;
    const usable = judge(files, requirement, index);
    const best = choose(usable, requirement);
    return best !== undefined && (await options.supply.isCached(best.file)) ? usable : undefined;
  }

  function judge(files: readonly Candidate[], requirement: Requirement, from: Index): EggCandidate[] {
    const allowed = files.filter((file) => options.refuses?.(file) !== true);
    const usable = [...options.judge.usable(allowed, requirement)];
    for (const candidate of usable) origins.set(candidate, from);
    return usable;
  }

  const choose = (candidates: readonly EggCandidate[], requirement: Requirement): EggCandidate | undefined =>
    chooseCandidate(candidates, requirement, { preferFinal: options.preferFinal });

  function answerTo(requirement: Requirement): Answer {
    const key = `${requirement.name} ${requirementText(requirement)}`;
    let answer = answers.get(key);
    if (answer === undefined) {
      const lines = holdLines(options.report);
      answer = { candidates: lines.collect(() => ask(requirement)), lines };
      answers.set(key, answer);
    }
    return answer;
  }

  return {
    find: (requirement) => {
      const { candidates, lines } = answerTo(requirement);
      lines.release();
      return candidates;
    },
    findAhead: (requirement) => answerTo(requirement).candidates,
    addLinks: (links, dist) => {
      const wider = options.withLinks(links, dist);
      if (wider === undefined) return;
      index = wider;
      answers.clear();
    },
    indexOf: (candidate) => origins.get(candidate) ?? index,
    index: () => index,
  };
}

function filesOf(index: Index, requirement: Requirement): Promise<readonly Candidate[]> {
  const [specifier] = requirement.specifiers.specifiers;
  const version = specifier?.operator === '==' ? pinnedVersion(requirement) : undefined;
  return index.candidates(requirement.name, version === undefined ? {} : { version });
}
