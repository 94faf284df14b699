// `release`: what a buildout is handed over as. Trees and manifests (tree/), deltas between them (delta/); the formats
// are in docs/releases.md, the programs that run on the target in python/clutch_release.

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
