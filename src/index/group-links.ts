// The links of one page or directory, sorted by the project their names give, so that each project looks at its own.

import { compareVersions, tryParseVersion } from '#standards';
import type { Candidate, CandidateFilter, SkippedFile } from './index-contract.ts';
import {
  canonicalNameOf,
  interpretEggFragment,
  interpretFilename,
  interpretStemFor,
  isRejected,
  type InterpretedFile,
} from './interpret-filename.ts';
import { checkoutProject } from './checkout-links.ts';
import type { Link, LinkSource } from './link.ts';
import { makeCandidate, type LinkPolicy } from './make-candidate.ts';

export interface NamedLink {
  link: Link;
  file: InterpretedFile;
}

export interface LinkGroup {
  source: LinkSource;
  byProject: ReadonlyMap<string, readonly NamedLink[]>;
  /** Source archives whose names make sense only with the project known. */
  ambiguous: readonly { link: Link; stem: string; reason: string }[];
  rejected: readonly SkippedFile[];
  /** Links to checkouts, `#egg=name-dev`. */
  checkouts: readonly Link[];
  /** The page as a whole was not read. */
  unread?: SkippedFile;
}

export interface FoundFiles {
  candidates: Candidate[];
  skipped: SkippedFile[];
}

export function groupLinks(source: LinkSource, links: readonly Link[]): LinkGroup {
  const byProject = new Map<string, NamedLink[]>();
  const ambiguous: { link: Link; stem: string; reason: string }[] = [];
  const rejected: SkippedFile[] = [];
  const checkouts: Link[] = [];
  for (const link of links) {
    if (isCheckoutLink(link)) checkouts.push(link);
    const file = interpretFilename(link.filename) ?? interpretEggFragment(link.href);
    if (file === undefined) continue;
    if (!isRejected(file)) {
      const name = canonicalNameOf(file.project);
      const known = byProject.get(name);
      if (known === undefined) byProject.set(name, [{ link, file }]);
      else known.push({ link, file });
      continue;
    }
    const fromFragment = interpretEggFragment(link.href);
    if (fromFragment !== undefined && !isRejected(fromFragment)) {
      const name = canonicalNameOf(fromFragment.project);
      byProject.set(name, [...(byProject.get(name) ?? []), { link, file: fromFragment }]);
    } else if (file.stem !== undefined) ambiguous.push({ link, stem: file.stem, reason: file.reason });
    else rejected.push({ filename: link.filename, reason: file.reason });
  }
  return { source, byProject, ambiguous, rejected, checkouts };
}

/** The first look is for speed: pages have thousands of links. */
function isCheckoutLink({ href }: Link): boolean {
  return href.includes('-dev') && checkoutProject(href) !== undefined;
}

export interface ProjectQuestion {
  canonicalName: string;
  filter: CandidateFilter;
  policy: LinkPolicy;
}

/** What a group has for one project. Files of other versions than the filter's are neither candidates nor skipped. */
export function filesForProject(group: LinkGroup, question: ProjectQuestion): FoundFiles {
  const { canonicalName, policy } = question;
  const isWanted = versionTest(question.filter);
  const found: FoundFiles = { candidates: [], skipped: [] };
  const add = (link: Link, file: InterpretedFile): void => {
    if (!isWanted(file.version)) return;
    const result = makeCandidate(link, file, { source: group.source, policy });
    if ('reason' in result) found.skipped.push(result);
    else found.candidates.push(result);
  };
  for (const { link, file } of group.byProject.get(canonicalName) ?? []) add(link, file);
  for (const { link, stem, reason } of group.ambiguous) {
    const file = interpretStemFor(canonicalName, stem);
    if (file !== undefined) add(link, file);
    else if (mayBelongTo(stem, canonicalName)) found.skipped.push({ filename: link.filename, reason });
  }
  for (const rejected of group.rejected) {
    if (mayBelongTo(rejected.filename, canonicalName)) found.skipped.push(rejected);
  }
  return found;
}

function mayBelongTo(filename: string, canonicalName: string): boolean {
  return canonicalNameOf(filename.slice(0, canonicalName.length + 8)).startsWith(canonicalName);
}

function versionTest(filter: CandidateFilter): (version: string) => boolean {
  const wanted = filter.version === undefined ? undefined : tryParseVersion(filter.version);
  if (wanted === undefined)
    return filter.version === undefined ? () => true : (text) => text === filter.version;
  const known = new Map<string, boolean>();
  return (text) => {
    let isEqual = known.get(text);
    if (isEqual === undefined) {
      const version = tryParseVersion(text);
      isEqual = version !== undefined && compareVersions(version, wanted) === 0;
      known.set(text, isEqual);
    }
    return isEqual;
  };
}
