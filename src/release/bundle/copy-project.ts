// The project's files for a build in another directory: all that version control tracks, and what else is there but what
// earlier runs made, caches and byte code. What the build does to its copy does not reach the project.

import {
  constants,
  copyFileSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { isTemporaryName } from '#base';
import { fixedMtime } from '#store';

export interface CopyOptions {
  source: string;
  target: string;
  /** Paths below the source that are copied wherever they lie. */
  tracked: ReadonlySet<string>;
  /** Absolute paths that are not copied. */
  leaveOut: ReadonlySet<string>;
  /** Names that are not copied from the source's own directory. */
  leaveOutNames: RegExp;
  /** Directories of projects: what an earlier build of theirs made would be built in. */
  developed: ReadonlySet<string>;
  /** Version control is copied too: a checkout's version may come from it. */
  versionControl: boolean;
}

const droppings =
  /^(?:__pycache__|\.installed\.cfg|\.mr\.developer\.cfg|\.eggs|\.tox|\.venv|.*\.egg-info|.*\.py[co])$/;
const versionControl = /^\.(?:git|hg|svn|bzr)$/;

/** Copies into `target`, which exists, with one time for every file. Sockets, pipes and devices are passed over. */
export function copyProject(options: CopyOptions): void {
  const parents = new Set([...options.tracked].flatMap(parentsOf));
  copyBelow('', { ...options, parents }, false);
}

interface Copying extends CopyOptions {
  /** Directories that hold something tracked. */
  parents: ReadonlySet<string>;
}

/** `isLeftOut`: only what is tracked is copied from here on. */
function copyBelow(folder: string, options: Copying, isLeftOut: boolean): void {
  const { source, target, tracked, parents } = options;
  for (const entry of readdirSync(join(source, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const skips = isLeftOut || isDropping(entry.name, folder, options);
    if (skips && !tracked.has(path) && !parents.has(path)) continue;
    const [from, to] = [join(source, path), join(target, path)];
    if (entry.isDirectory()) {
      mkdirSync(to);
      copyBelow(path, options, skips);
    } else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else if (entry.isFile()) copyFileSync(from, to, constants.COPYFILE_FICLONE);
    else continue;
    lutimesSync(to, fixedMtime, fixedMtime);
  }
}

function isDropping(name: string, folder: string, options: Copying): boolean {
  if (versionControl.test(name)) return !options.versionControl;
  if (folder === '' && options.leaveOutNames.test(name)) return true;
  if (name === 'build' && options.developed.has(join(options.source, folder))) return true;
  return (
    options.leaveOut.has(join(options.source, folder, name)) || droppings.test(name) || isTemporaryName(name)
  );
}

function parentsOf(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}
