// `resolver`: zc.buildout's `Installer.install` as a function of its input. Requirements, pins and the distributions
// that are here or could be fetched go in; a working set comes out, or a conflict in zc.buildout's words with ours as
// hint. Breadth first, pins as constraints, first come first chosen: there is no backtracking, on purpose.
//
// It touches no file and no network: distributions come through `DistributionSource`. Hard cases: a fetched egg goes
// to the front of the working set and one that was here to its end (pkg_resources, `insert_on`); a develop egg that
// fits wins over a newer egg; a namespace package of pkg_resources style brings `setuptools<82`; while one
// requirement is decided, those that are known already are looked ahead for, without any effect on the outcome.

export {
  compareDistributions,
  compareTexts,
  compareVersionTexts,
  describeDistribution,
  isSameProject,
  parsedVersionOf,
  precedenceRank,
  type Precedence,
  type ResolvableCandidate,
  type ResolvableDistribution,
} from './distribution.ts';
export type { DistributionSource } from './distribution-source.ts';
export { chooseCandidate, type ChoiceRules } from './choose-candidate.ts';
export { constrainRequirement, normalizePins, requirementText } from './constrain-requirement.ts';
export { createPickLedger, type PickLedger } from './pick-ledger.ts';
export { createWorkingSet, type WorkingSetBuilder } from './working-set.ts';
export { cannotInstall } from './resolution-failures.ts';
export { decideDistribution, type Decision } from './decide-distribution.ts';
export { resolveWorkingSet } from './resolve-working-set.ts';
export type { ResolveOptions } from './resolution-run.ts';
