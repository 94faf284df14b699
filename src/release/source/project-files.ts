// Which files of a directory are the project's: not those of version control, not what a run of the buildout or a tool
// made, not the data of a running application.

import { existsSync, type Stats } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { SkipMember } from '#archive';

export interface ProjectLayout {
  /** The directory that is released. */
  directory: string;
  /** The buildout's directory, the same or below it. */
  buildoutDirectory: string;
  /** Absolute paths that a run makes: `bin`, `parts`, `eggs`, caches. */
  products: readonly string[];
  /** The archive that is being written, which may lie in the directory. */
  output: string;
  /** Files of the directory that version control knows: they go along wherever they lie. */
  tracked: ReadonlySet<string>;
}

/** What the archive of a directory leaves out. */
export function createProjectFilter(layout: ProjectLayout): SkipMember {
  const { directory, buildoutDirectory, products, output, tracked } = layout;
  const own = ['.installed.cfg', '.mr.developer.cfg', 'var'].map((name) => join(buildoutDirectory, name));
  const left = new Set([...own, ...products, output].map((path) => relative(directory, path)));
  const parents = new Set([...tracked].flatMap(parentsOf));
  /** Directories that are left out but for what is tracked in them. */
  const searched = new Set<string>();
  return (path, status) => {
    const isLeftOut =
      left.has(path) || searched.has(dirname(path)) || isMadeByTools(join(directory, path), status);
    if (isLeftOut && parents.has(path)) searched.add(path);
    return isLeftOut && !tracked.has(path) && !parents.has(path);
  };
}

function parentsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === '.' ? [] : [parent, ...parentsOf(parent)];
}

/** What a checkout leaves out: everything in it was put there on purpose. */
export function createCheckoutFilter(): SkipMember {
  return (path) => versionControl.has(basename(path));
}

const versionControl = new Set(['.bzr', '.git', '.hg', '.svn', 'CVS', '_darcs']);
const toolDirectories = new Set([
  '.coverage',
  '.eggs',
  '.mypy_cache',
  '.nox',
  '.pytest_cache',
  '.ruff_cache',
  '.tox',
  '__pycache__',
]);

function isMadeByTools(path: string, status: Stats): boolean {
  const name = basename(path);
  if (versionControl.has(name) || toolDirectories.has(name)) return true;
  if (status.isDirectory()) return name.endsWith('.egg-info') || existsSync(join(path, 'pyvenv.cfg'));
  // A socket or a pipe of something that runs.
  if (!status.isFile() && !status.isSymbolicLink()) return true;
  return /\.py[co]$/.test(name) || /^\..*\.tmp$/.test(name);
}
