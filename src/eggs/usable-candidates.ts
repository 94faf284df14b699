// From the files an index offers to those the target Python can use: wheel tags, Requires-Python, the Python and
// platform of eggs, and yanked files only for an exact pin (PEP 592). What is left out is kept with its reason.

import type { Candidate } from '#index';
import type { PythonDescription } from '#python';
import type { Precedence, ResolvableCandidate } from '#resolver';
import { supportedTags, wheelRank, type Requirement } from '#standards';

import { allowsPython, whyUnfit } from './target-platform.ts';

/** A file of the index as the resolver sees it. */
export interface EggCandidate extends ResolvableCandidate {
  readonly file: Candidate;
}

export interface CandidateJudge {
  /** The usable ones for this requirement. */
  usable(files: readonly Candidate[], requirement: Requirement): readonly EggCandidate[];
  /** Why a file is of no use; `undefined` when it is usable. */
  whyUnusable(file: Candidate, requirement: Requirement): string | undefined;
}

export function createCandidateJudge(python: PythonDescription): CandidateJudge {
  let tags: ReadonlyMap<string, number> | undefined;
  const rankOf = (file: Candidate): number | undefined => {
    if (file.wheel === undefined) return undefined;
    tags ??= new Map(supportedTags(python.tags).map((tag, place) => [tag, place]));
    return wheelRank(file.wheel, tags);
  };
  const known = new WeakMap<Candidate, EggCandidate | string>();

  function judge(file: Candidate): EggCandidate | string {
    const { eggPython: pythonVersion, eggPlatform: platform } = file;
    const reason = whyUnfit({ pythonVersion, platform }, python) ?? whyRefused(file, python);
    if (reason !== undefined) return reason;
    const tagRank = file.kind === 'wheel' ? rankOf(file) : undefined;
    if (file.kind === 'wheel' && tagRank === undefined) {
      return `its tags do not fit Python ${python.minor} on ${python.platform}`;
    }
    return {
      file,
      project: file.project,
      version: file.version,
      precedence: precedenceOf(file),
      location: file.location,
      isInDownloadCache: file.origin === 'download-cache',
      ...(tagRank === undefined ? {} : { tagRank }),
      ...(pythonVersion === undefined ? {} : { pythonVersion }),
      ...(platform === undefined ? {} : { platform }),
    };
  }

  function judgeOnce(file: Candidate): EggCandidate | string {
    let judgement = known.get(file);
    if (judgement === undefined) {
      judgement = judge(file);
      known.set(file, judgement);
    }
    return judgement;
  }

  function whyUnusable(file: Candidate, requirement: Requirement): string | undefined {
    const judgement = judgeOnce(file);
    if (typeof judgement === 'string') return judgement;
    if (file.yanked === undefined || pinsOneVersion(requirement)) return undefined;
    return file.yanked === true ? 'it was yanked' : `it was yanked: ${file.yanked}`;
  }

  return {
    usable: (files, requirement) =>
      files.flatMap((file) => {
        const judgement = judgeOnce(file);
        if (typeof judgement === 'string') return [];
        return file.yanked === undefined || pinsOneVersion(requirement) ? [judgement] : [];
      }),
    whyUnusable,
  };
}

/** `==1.0` without a star, or `===1.0`: the version when the requirement names exactly one. */
export function pinnedVersion(requirement: Requirement): string | undefined {
  const [first, second] = requirement.specifiers.specifiers;
  if (first === undefined || second !== undefined) return undefined;
  const isPin = first.operator === '===' || (first.operator === '==' && !first.version.endsWith('*'));
  return isPin ? first.version : undefined;
}

function pinsOneVersion(requirement: Requirement): boolean {
  return pinnedVersion(requirement) !== undefined;
}

function whyRefused(file: Candidate, python: PythonDescription): string | undefined {
  const { requiresPython } = file;
  if (requiresPython === undefined || requiresPython === '') return undefined;
  if (allowsPython(requiresPython, python.version)) return undefined;
  return `it requires Python ${requiresPython}, this is ${python.version}`;
}

function precedenceOf(file: Candidate): Precedence {
  if (file.kind === 'wheel') return 'wheel';
  if (file.kind === 'sdist') return file.precedence === 0 ? 'checkout' : 'sdist';
  return 'egg';
}
