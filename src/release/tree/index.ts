// Trees: a directory described by units and hashes, and the manifest that a release carries. docs/releases.md has the
// format ("Trees"); python/clutch_release/tree.py computes the same on the target.

export { describeTree } from './describe-tree.ts';
export { comparePaths, unitOf, type Tree, type TreeEntry, type TreeUnit } from './tree.ts';
export {
  createManifest,
  formatManifest,
  parseManifest,
  type NeededLibrary,
  type PythonNeed,
  type ReleaseFacts,
  type ReleaseManifest,
} from './manifest.ts';
