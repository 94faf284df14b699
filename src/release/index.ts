// `release`: from a buildout that works to something that can be handed over. Each kind of release has a folder of its
// own: what stands against one (check/), trees and manifests (tree/), deltas between them (delta/). The formats are in
// docs/releases.md, the programs that run on the target in python/clutch_release.
//
// Hard cases: a check must see what a fresh installation would take and yet write nothing; nothing that is shipped may
// hold a credential; the same inputs give the same bytes.

export { buildBundle, type Bundle } from './bundle/build-bundle.ts';
export { findReleaseVersion } from './bundle/find-version.ts';
export type { BundleRequest } from './bundle/plan-bundle.ts';
export { checkRelease, type CheckOptions, type ReleaseCheck } from './check/check-release.ts';
export {
  makeSourceRelease,
  nameRelease,
  type SourceRelease,
  type SourceReleaseRequest,
  type SourceReleaseTools,
} from './source/make-source-release.ts';
export { planTag, type TagPlan, type TagRequest } from './tag/tag-release.ts';
export { keepFiles, prepareEgg, type EggRelease, type EggRequest } from './egg/release-egg.ts';
export { findingKinds, type Finding, type FindingCode } from './check/finding.ts';
export { makeDelta, type DeltaOrder, type MadeDelta } from './delta/index.ts';
export { installProgram, writeUpgradeProgram } from './target-programs.ts';
export {
  createManifest,
  describeTree,
  formatManifest,
  parseManifest,
  type NeededLibrary,
  type PythonNeed,
  type ReleaseFacts,
  type ReleaseManifest,
  type Tree,
} from './tree/index.ts';
export {
  createSecretKey,
  formatPublicKey,
  formatSecretKey,
  keyIdOf,
  parseSecretKey,
  signContent,
  signFile,
  type SecretKey,
} from './signing/index.ts';
export { packageRelease, type MadePackages } from './package/package-release.ts';
