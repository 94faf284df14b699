// Candidates for an exact pin out of the egg cache's records, without asking the index: which files it offered for
// that version when it was asked last.

import { isAbsolute } from 'node:path';

import type { Candidate, CandidateKind } from '#index';
import { Precedence } from '#index';
import { compareVersionTexts } from '#resolver';
import { parseEggFilename, parseSdistFilename, parseWheelFilename, type Requirement } from '#standards';
import type { RecordedFile, Records } from '#store';

import { pinnedVersion } from './usable-candidates.ts';

export interface RecordedCandidates {
  /** The recorded files for a requirement that names one version; `undefined` when nothing is known. */
  find(requirement: Requirement): readonly Candidate[] | undefined;
  /** Remembers what an index offered for it. */
  save(requirement: Requirement, candidates: readonly Candidate[]): void;
  /** What is picked today is pinned tomorrow: remembers the files of the version that was chosen among `candidates`. */
  savePick(requirement: Requirement, version: string, candidates: readonly Candidate[]): void;
}

export function createRecordedCandidates(records: Records, indexUrl: string): RecordedCandidates {
  // A directory is read as fast as a record, and nobody promises that its files stay the same.
  const isRemote = /^https?:/i.test(indexUrl) && !isAbsolute(indexUrl);
  const saveVersion = (name: string, version: string, candidates: readonly Candidate[]): void => {
    const files = candidates.flatMap((candidate) => toRecord(candidate) ?? []);
    // A file without a hash is asked for again each time, and so is its release.
    if (!isRemote || files.length === 0 || files.length < candidates.length) return;
    records.save({ indexUrl, project: name, version }, files);
  };
  return {
    find: (requirement) => {
      const version = pinnedVersion(requirement);
      if (version === undefined || !isRemote) return undefined;
      const files = records.find(indexUrl, requirement.name, version);
      return files?.flatMap((file) => toCandidate(file, requirement.name, indexUrl) ?? []);
    },
    save: (requirement, candidates) => {
      const version = pinnedVersion(requirement);
      if (version !== undefined) saveVersion(requirement.name, version, candidates);
    },
    savePick: (requirement, version, candidates) => {
      if (pinnedVersion(requirement) !== undefined) return;
      const files = candidates.filter((file) => compareVersionTexts(file.version, version) === 0);
      saveVersion(requirement.name, version, files);
    },
  };
}

function toRecord(candidate: Candidate): RecordedFile | undefined {
  const { filename, url, hashes, requiresPython, yanked, size } = candidate;
  const sha256 = hashes['sha256'];
  if (sha256 === undefined || candidate.origin !== 'index' || !/^https?:/i.test(url)) return undefined;
  return {
    filename,
    url,
    sha256,
    ...(requiresPython === undefined ? {} : { requiresPython }),
    ...(yanked === undefined ? {} : { yanked }),
    ...(size === undefined ? {} : { size }),
  };
}

function toCandidate(file: RecordedFile, name: string, page: string): Candidate | undefined {
  const { filename, url, sha256, requiresPython, yanked, size } = file;
  const parts = interpret(filename, name);
  if (parts === undefined) return undefined;
  return {
    ...parts,
    filename,
    url,
    location: `${url}#sha256=${sha256}`,
    hashes: { sha256 },
    ...(requiresPython === undefined ? {} : { requiresPython }),
    ...(yanked === undefined ? {} : { yanked }),
    ...(size === undefined ? {} : { size }),
    origin: 'index',
    page,
  };
}

type Interpreted = Pick<
  Candidate,
  'project' | 'version' | 'precedence' | 'wheel' | 'eggPython' | 'eggPlatform'
> & {
  kind: CandidateKind;
};

function interpret(filename: string, name: string): Interpreted | undefined {
  const wheel = parseWheelFilename(filename);
  if (wheel !== undefined) {
    const { project, version } = wheel;
    return { project, version, wheel, kind: 'wheel', precedence: Precedence.wheel };
  }
  const egg = parseEggFilename(filename);
  if (egg !== undefined) {
    const { project, version, python, platform } = egg;
    return {
      project,
      version,
      kind: 'egg',
      precedence: Precedence.egg,
      ...(python === undefined ? {} : { eggPython: python }),
      ...(platform === undefined ? {} : { eggPlatform: platform }),
    };
  }
  const sdist = parseSdistFilename(filename, name);
  return sdist === undefined ? undefined : { ...sdist, kind: 'sdist', precedence: Precedence.source };
}
