// `eggs`: working sets. It finds the distributions that are here (eggs directory, develop eggs, egg-links), hands
// them and the index's candidates to `#resolver`, obtains what was chosen (egg cache, download, build) and places it
// in the eggs directory. Console lines, egg names and choices are zc.buildout 6's (easy_install.py).
//
// Hard cases: the console reads as if one thing happened after the other, while pages, files, builds and placing run
// side by side, so a distribution's metadata is known before its files are there (`settle` waits for them); an
// egg-link in the eggs directory points at a site-packages directory with many distributions and means one; what
// lies in the eggs directory is used as it is and never rewritten.

export { createEggInstaller } from './create-egg-installer.ts';
export { buildProject, type BuiltProject } from './build-project.ts';
export { readBuildEnvironment } from './build-environment.ts';
export { editEgg } from './edit-egg.ts';
export { explainMiss, type ExplainedEntry, type MissExplanation } from './explain-miss.ts';
export { importEggs, type ImportedEgg } from './import-eggs.ts';
export { rebuildEggs, type RebuiltEgg } from './rebuild-eggs.ts';
export { createEggPreview, type Checkout, type EggArrival, type EggPreview } from './preview-eggs.ts';
export type {
  BuildOptions,
  CollectSettings,
  Distribution,
  EggCacheSettings,
  EggInstaller,
  EggSettings,
  InstallOptions,
  PickedVersions,
  SharedSettings,
  SharedUse,
  WorkingSet,
} from './eggs-contract.ts';
