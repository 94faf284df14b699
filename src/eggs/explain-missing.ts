// Why nothing fits a requirement, as a hint under "Couldn't find a distribution for …": files for another Python or
// platform, yanked ones, those the index room left out, or only other versions.

import { BuildError } from '#base';
import type { Candidate, Index } from '#index';
import { compareVersionTexts } from '#resolver';
import { satisfies, type Requirement } from '#standards';

import type { EggEnvironment } from './environment.ts';
import type { CandidateJudge } from './usable-candidates.ts';

const mostLines = 6;

export async function explainMissing(
  requirement: Requirement,
  places: { index: Index; judge: CandidateJudge; environment: EggEnvironment },
): Promise<string | undefined> {
  const { index, judge, environment } = places;
  const unfit = environment
    .unfit(requirement.name)
    .map(({ dist, reason }) => `${dist.eggName ?? dist.location} is no use: ${reason}`);
  const files = await tryListFiles(index, requirement.name);
  const fitting = files.filter(({ version }) => satisfies(version, requirement.specifiers));
  const unusable = fitting.flatMap((file) => {
    const reason = judge.whyUnusable(file, requirement);
    return reason === undefined ? [] : [`${file.filename} is no use: ${reason}`];
  });
  const skipped = index
    .skipped(requirement.name)
    .map(({ filename, reason }) => `${filename} is no use: ${reason}`);
  const others = fitting.length > 0 || files.length === 0 ? [] : [describeVersions(files)];
  const lines = [...unfit, ...unusable, ...others, ...skipped];
  if (lines.length === 0) return undefined;
  const rest = lines.length - mostLines;
  return [...lines.slice(0, mostLines), ...(rest > 0 ? [`and ${rest} more files`] : [])].join('\n');
}

async function tryListFiles(index: Index, project: string): Promise<readonly Candidate[]> {
  try {
    return await index.candidates(project);
  } catch (error) {
    // The page could not be read: that was said already, and this is only a hint.
    if (error instanceof BuildError) return [];
    throw error;
  }
}

function describeVersions(files: readonly { version: string }[]): string {
  const versions = [...new Set(files.map(({ version }) => version))].sort(compareVersionTexts).reverse();
  const shown = versions.slice(0, 8).join(', ');
  return `the index has ${shown}${versions.length > 8 ? ' and older ones' : ''}`;
}
