// `scripts`: what a part gets in its `bin` directory. From a working set to the text of scripts, interpreters and
// distutils scripts, exactly as zc.buildout's easy_install.scripts writes them, and from the text to files that change
// only when their text does. The room never resolves anything: it takes a working set as it is.
//
// Hard cases: `.pth` files of editable installs add to the path; with relative paths an egg inside the buildout is
// written as `join(base, …)` and one outside in full; a map `scripts=old=new` also renames distutils scripts; names in
// the map that no egg defines are warned about, after the scripts, before the distutils scripts.

export {
  generateScripts,
  type EntryPointTriple,
  type GeneratedScripts,
  type ScriptOptions,
} from './generate-scripts.ts';
export { writeScripts } from './write-scripts.ts';
export { listPthFiles, pathsFromPthFiles } from './pth-paths.ts';
export type { ScriptFile } from './script-file.ts';
export type { ScriptDistribution, WorkingSetLike } from './working-set-like.ts';
