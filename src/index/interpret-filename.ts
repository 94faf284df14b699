// What a file name says: project, version and kind, as zc.buildout takes it (_package_index.py, distros_for_location).

import { canonicalizeName, parseEggFilename, parseSdistStem, safeVersion, tryParseVersion } from '#standards';
import { Precedence, type CandidateKind } from './index-contract.ts';

export interface InterpretedFile {
  project: string;
  /** Normalised. */
  version: string;
  kind: CandidateKind;
  precedence: number;
  eggPython?: string;
  eggPlatform?: string;
}

/** A file that is not offered, and why. `stem`: a source archive whose name may yet be read with the project known. */
export interface RejectedFile {
  reason: string;
  stem?: string;
}

/** zc.buildout's, so no `.tar.xz`: a file that it does not see must not change which version wins. */
const sourceExtensions = ['.tar.gz', '.zip', '.tgz', '.tar.bz2', '.tar'];

/** `undefined`: not a distribution at all (a page, a signature). */
export function interpretFilename(filename: string): InterpretedFile | RejectedFile | undefined {
  if (filename.endsWith('.whl')) return interpretWheel(filename);
  if (filename.endsWith('.egg') || filename.endsWith('.egg.zip')) return interpretEgg(filename);
  const extension = sourceExtensions.find((extension) => filename.endsWith(extension));
  if (extension !== undefined) return interpretStem(filename.slice(0, -extension.length), Precedence.source);
  if (filename.endsWith('.exe')) return { reason: 'a Windows installer' };
  return undefined;
}

/** `#egg=name-version` of a link to a checkout or to an archive with another name. */
export function interpretEggFragment(href: string): InterpretedFile | RejectedFile | undefined {
  const match = /#egg=([-A-Za-z0-9_.+!]+)$/.exec(href);
  return match === null ? undefined : interpretStem(match[1] ?? '', Precedence.checkout);
}

/** A source archive's name read for one project: `foo-2-1.0` is 1.0 of `foo-2`, which nobody can know without it. */
export function interpretStemFor(project: string, stem: string): InterpretedFile | undefined {
  const parsed = parseSdistStem(stem, project);
  if (parsed === undefined || tryParseVersion(parsed.version) === undefined) return undefined;
  return { ...parsed, kind: 'sdist', precedence: Precedence.source };
}

export function isRejected(file: InterpretedFile | RejectedFile): file is RejectedFile {
  return 'reason' in file;
}

const canonicalNames = new Map<string, string>();

/** File names repeat a few spellings thousands of times. */
export function canonicalNameOf(project: string): string {
  const known = canonicalNames.get(project);
  if (known !== undefined) return known;
  const name = canonicalizeName(project);
  if (canonicalNames.size > 20_000) canonicalNames.clear();
  canonicalNames.set(project, name);
  return name;
}

function interpretWheel(filename: string): InterpretedFile | RejectedFile {
  // The tags are parsed later, and only for those wheels that somebody looks at.
  const parts = filename.split('-');
  const [project = '', version = ''] = parts;
  if ((parts.length !== 5 && parts.length !== 6) || project === '')
    return { reason: 'not the name of a wheel' };
  return checkVersion({ project, version, kind: 'wheel', precedence: Precedence.wheel });
}

function interpretEgg(filename: string): InterpretedFile | RejectedFile {
  const egg = parseEggFilename(filename);
  if (egg === undefined) return { reason: 'not the name of an egg' };
  return checkVersion({
    project: egg.project,
    version: egg.version,
    kind: 'egg',
    precedence: Precedence.egg,
    ...(egg.python !== undefined && { eggPython: egg.python }),
    ...(egg.platform !== undefined && { eggPlatform: egg.platform }),
  });
}

function interpretStem(stem: string, precedence: number): InterpretedFile | RejectedFile {
  const parsed = parseSdistStem(stem);
  if (parsed === undefined) return { reason: 'no version in its name', stem };
  const file = checkVersion({ ...parsed, kind: 'sdist', precedence });
  return isRejected(file) ? { ...file, stem } : file;
}

function checkVersion(file: InterpretedFile): InterpretedFile | RejectedFile {
  const version = safeVersion(file.version);
  if (tryParseVersion(version) === undefined) return { reason: `\`${file.version}\` is not a version` };
  return { ...file, version };
}
