// The best of the files that could be fetched for a requirement, as zc.buildout's `Installer._obtain` chooses:
// finals first when preferred, then the highest version, then the download cache, then the kind of file.

import { isPrerelease, type Requirement } from '#standards';

import { isVersionIn } from './constrain-requirement.ts';
import {
  compareDistributions,
  compareVersionTexts,
  parsedVersionOf,
  precedenceRank,
  type ResolvableCandidate,
} from './distribution.ts';

export interface ChoiceRules {
  preferFinal: boolean;
  /** Source distributions only: `easy_install.build`. */
  sourceOnly?: boolean;
}

/** The candidate to fetch, or `undefined` when none fits. `candidates` may hold any version, in any order. */
export function chooseCandidate<Candidate extends ResolvableCandidate>(
  candidates: readonly Candidate[],
  requirement: Requirement,
  rules: ChoiceRules,
): Candidate | undefined {
  const fitting = candidates.filter(
    (candidate) =>
      (rules.sourceOnly !== true || candidate.precedence === 'sdist') &&
      isVersionIn(candidate.version, requirement),
  );
  const best = highestVersions(rules.preferFinal ? finalsOrAll(fitting) : fitting);
  return best.find((candidate) => candidate.isInDownloadCache) ?? best.sort(compareFiles).at(-1);
}

/** Only the finals, unless there is none. */
export function finalsOrAll<Item extends { version: string }>(items: readonly Item[]): readonly Item[] {
  const finals = items.filter(({ version }) => isFinal(version));
  return finals.length > 0 ? finals : items;
}

export function isFinal(version: string): boolean {
  const parsed = parsedVersionOf(version);
  return parsed !== undefined && !isPrerelease(parsed);
}

function highestVersions<Item extends { version: string }>(items: readonly Item[]): Item[] {
  let best: Item[] = [];
  for (const item of items) {
    const order = best[0] === undefined ? 1 : compareVersionTexts(item.version, best[0].version);
    if (order > 0) best = [item];
    else if (order === 0) best.push(item);
  }
  return best;
}

// zc.buildout lets the URL decide between two wheels of one version, which is chance; the tags decide here.
function compareFiles(a: ResolvableCandidate, b: ResolvableCandidate): number {
  return (
    precedenceRank[a.precedence] - precedenceRank[b.precedence] ||
    (b.tagRank ?? 0) - (a.tagRank ?? 0) ||
    compareDistributions(a, b)
  );
}
