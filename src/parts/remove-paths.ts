// Deletes what a part recorded, and nothing else: only inside the buildout's own directories, never behind a link,
// never a directory that somebody develops in. What is refused is named in a warning and stays.

import { lstatSync, realpathSync, unlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { hasCode, pythonRepr, removeTree, type Report } from '#base';

export interface RemovalRules {
  /** Directories below which deleting is allowed. */
  readonly roots: readonly string[];
  /** Source directories under development: neither they nor what holds them may go. */
  readonly developed: readonly string[];
  readonly report: Report;
}

/** Deletes files, links and whole directories; what is not there is fine. Paths are absolute. */
export function removePaths(paths: readonly string[], rules: RemovalRules): void {
  for (const path of paths) removePath(resolve(path), rules);
}

function removePath(path: string, rules: RemovalRules): void {
  const kind = kindOf(path);
  if (kind === 'missing') return;
  const refusal = findRefusal(path, kind, rules);
  if (refusal !== undefined) {
    const text = `Not deleting ${pythonRepr(path)}: ${refusal}.`;
    rules.report({ type: 'log', level: 'warning', text });
  } else if (kind === 'directory') removeTree(path);
  else unlinkSync(path);
}

type Kind = 'missing' | 'directory' | 'other';

function kindOf(path: string): Kind {
  try {
    return lstatSync(path).isDirectory() ? 'directory' : 'other';
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return 'missing';
    throw error;
  }
}

function findRefusal(path: string, kind: Kind, rules: RemovalRules): string | undefined {
  // The parent's real path: `parts/link/file` with a link to somewhere else is not inside the buildout.
  const real = join(realpathSync(dirname(path)), basename(path));
  const roots = rules.roots.map(realpathOrSelf);
  if (!roots.some((root) => isInside(real, root))) return 'it does not lie inside the buildout';
  if (roots.some((root) => isInside(root, real) || root === real)) return 'the buildout itself lies there';
  if (kind !== 'directory') return undefined;
  const developed = rules.developed
    .map(realpathOrSelf)
    .find((source) => source === real || isInside(source, real));
  return developed === undefined ? undefined : `it holds the develop egg ${developed}`;
}

function realpathOrSelf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return resolve(path);
    throw error;
  }
}

function isInside(path: string, directory: string): boolean {
  return path.startsWith(directory.endsWith('/') ? directory : `${directory}/`);
}
