// Which files of a directory are the project's: not those of version control, not what a run of the buildout or a tool
// made, not the data of a running application.

import { existsSync, type Stats } from 'node:fs';
import { basename, join, relative } from 'node:path';
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
}

/** What the archive of a directory leaves out. */
export function createProjectFilter(layout: ProjectLayout): SkipMember {
  const { directory, buildoutDirectory, products, output } = layout;
  const own = ['.installed.cfg', '.mr.developer.cfg', 'var'].map((name) => join(buildoutDirectory, name));
  const left = new Set([...own, ...products, output].map((path) => relative(directory, path)));
  return (path, status) => left.has(path) || isMadeByTools(join(directory, path), status);
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
