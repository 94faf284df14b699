// Where the resolver's distributions come from: an interface, so that the resolver itself touches no file and no
// network. `#eggs` implements it; tests hand in a few lines.

import type { Requirement } from '#standards';
import type { ResolvableCandidate, ResolvableDistribution } from './distribution.ts';

export interface DistributionSource<
  Dist extends ResolvableDistribution = ResolvableDistribution,
  Candidate extends ResolvableCandidate = ResolvableCandidate,
> {
  /** The distributions of a project that are here and fit this Python, best first. */
  installed(project: string): readonly Dist[];
  /** Every distribution at an entry of `sys.path`, best first: an egg has one, site-packages many. */
  distributionsAt(location: string): readonly Dist[];
  /** The files that could be fetched for it and that this Python can use. Called often: it remembers. */
  candidates(requirement: Requirement): Promise<readonly Candidate[]>;
  /** Starts fetching a candidate, and gives what it requires as soon as that is known. Nothing is installed. */
  prepare(candidate: Candidate): Promise<Pick<Dist, 'extras' | 'requires'>>;
  /** Installs it. The distribution is usable by the resolver at once; its files may appear later. */
  obtain(candidate: Candidate, requirement: Requirement): Promise<Dist>;
  /** The last resort for a requirement without candidate (the target Python's own setuptools). */
  fallback(requirement: Requirement): Dist | undefined;
  /** Whether its namespace packages work by `pkg_resources` only. */
  needsPkgResources(dist: Dist): Promise<boolean>;
  /** More places to look at, from `dependency_links.txt`; `true` when there was a new one. */
  addLinks(links: readonly string[], dist: Dist): Promise<void>;
  /**
   * The same source for looking ahead: what it would say on the console waits until the requirement's turn comes.
   * Absent when it never says anything.
   */
  ahead?(): DistributionSource<Dist, Candidate>;
  /** Why there is no candidate, for the hint: wrong Python, wrong platform, yanked, hidden by allow-hosts. */
  explainMissing(requirement: Requirement): Promise<string | undefined>;
}
