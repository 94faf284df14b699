// The path of a script: which directories, in which order, and how they are written, in full or relative to the script.

import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { hasCode, pythonRepr } from '#base';
import { pathsFromPthFiles } from './pth-paths.ts';
import type { WorkingSetLike } from './working-set-like.ts';

/** The text between the brackets of `sys.path[0:0] = […]`, and the code that computes `base` before it. */
export interface PathText {
  readonly path: string;
  readonly setup: string;
}

/** Locations, what their `.pth` files add, then the extra paths; each once, links resolved but for those that are named themselves. */
export function collectScriptPath(workingSet: WorkingSetLike, extraPaths: readonly string[]): string[] {
  const locations = workingSet.map((distribution) => distribution.location);
  const links = new Set(workingSet.filter(({ isLink }) => isLink === true).map(({ location }) => location));
  const paths = new Set(locations);
  for (const { location, pthFiles } of workingSet) {
    for (const added of pathsFromPthFiles(location, pthFiles)) paths.add(added);
  }
  for (const extra of extraPaths) paths.add(extra);
  const resolveLink = createLinkResolver();
  return [...paths].map((path) => (links.has(path) ? nameLink(path) : resolveLink(path)));
}

function nameLink(link: string): string {
  return join(realpathAsPython(dirname(link)), basename(link));
}

/** `realpathAsPython` for many paths of few directories: each directory is resolved once. */
function createLinkResolver(): (path: string) => string {
  const directories = new Map<string, string>();
  return (path) => {
    const full = resolve(path);
    const parent = dirname(full);
    if (parent === full || isLink(full)) return realpathAsPython(full);
    const directory = directories.get(parent) ?? realpathAsPython(parent);
    directories.set(parent, directory);
    return join(directory, basename(full));
  };
}

/** How `path` is written into the script `script`; `base` is the buildout's directory for relative paths, or false. */
export function formatScriptPath(path: readonly string[], script: string, base: string | false): PathText {
  if (base === false || base === '') {
    // As in zc.buildout: a comma inside a path breaks its line as well, which Python reads all the same.
    return { path: path.map(pythonRepr).join(', ').replaceAll(', ', ',\n  '), setup: '' };
  }
  const scriptPath = resolve(script);
  let setup = relativePathsSetup;
  for (let depth = depthBelow(base, scriptPath); depth > 0; depth -= 1)
    setup += 'base = os.path.dirname(base)\n';
  return { path: path.map((item) => relativize(item, scriptPath, base)).join(',\n  '), setup };
}

const relativePathsSetup = `
import os

join = os.path.join
base = os.path.dirname(os.path.abspath(os.path.realpath(__file__)))
`;

function relativize(path: string, script: string, base: string): string {
  if (path === script) throw new Error(`a script cannot be on its own path: ${path}`);
  if (path === base) return 'base';
  const common = pythonDirname(commonPrefix(path, script));
  const inside = common === base || common.startsWith(base.endsWith('/') ? base : `${base}/`);
  return inside
    ? `join(base, ${pythonRepr(path.slice(base.endsWith('/') ? base.length : base.length + 1))})`
    : pythonRepr(path);
}

function depthBelow(base: string, script: string): number {
  let depth = 0;
  for (let path = script; ; depth += 1) {
    const parent = dirname(path);
    if (parent === path) throw new Error(`dirname of ${parent} is the same`);
    if (parent === base) return depth;
    path = parent;
  }
}

function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}

/** Python's `os.path.dirname`: what stands before the last slash, so `/a/` gives `/a` where Node says `/`. */
function pythonDirname(path: string): string {
  const head = path.slice(0, path.lastIndexOf('/') + 1);
  return /^\/*$/.test(head) ? head : head.replace(/\/+$/, '');
}

/** Python's `os.path.realpath`: parts that do not exist stay as they are. */
export function realpathAsPython(path: string): string {
  return resolveLinks(resolve(path), 0);
}

const maximumLinks = 40;

function resolveLinks(path: string, links: number): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES')) throw error;
  }
  const parent = dirname(path);
  if (parent === path || links > maximumLinks) return path;
  const realParent = resolveLinks(parent, links);
  const target = tryReadLink(path);
  return target === undefined
    ? join(realParent, basename(path))
    : resolveLinks(resolve(realParent, target), links + 1);
}

function tryReadLink(path: string): string | undefined {
  return isLink(path) ? readlinkSync(path) : undefined;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch (error) {
    if (hasCode(error, 'ENOTDIR', 'EACCES', 'ELOOP')) return false;
    throw error;
  }
}
