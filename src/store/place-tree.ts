// Puts an egg of the cache into an eggs directory: directories made, files cloned, linked or copied, each compared with
// the manifest on the way, then one rename. Synchronous and plain, since this is what a hot run spends its time on.

import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import { hasCode, temporaryPathBeside } from '#base';
import { diskFullError } from './disk-full.ts';
import { fixedMtime } from './normalize-tree.ts';
import type { ListedFile } from './tree-listing.ts';

export type LinkChoice = 'auto' | 'clone' | 'hardlink' | 'copy';
export type LinkMethod = 'clone' | 'hardlink' | 'copy';

/** An entry that is not what its manifest says: edited through a hard link, cut short, or gone. */
export interface TreeDamage {
  /** Path inside the egg of the first file that differs. */
  file: string;
  problem: 'size' | 'mtime' | 'missing' | 'unreadable';
}

/** The tree of an entry, and what its manifest says of it. */
export interface PlaceableTree {
  directory: string;
  directories: readonly string[];
  files: readonly ListedFile[];
  links: readonly { path: string; target: string }[];
  /** Its files were written by this process a moment ago, and need not be looked at. */
  isFresh?: boolean;
}

export type TreePlacement =
  | { outcome: 'placed'; how: LinkMethod }
  /** The target was there already, or somebody else was faster. */
  | { outcome: 'present' }
  /** Nothing was placed. */
  | { outcome: 'damaged'; damage: TreeDamage };

/** What works between the cache and one target directory; learned from the first egg placed there. */
export type LinkMethods = Map<string, LinkMethod>;

export interface PlaceOptions {
  link: LinkChoice;
  methods: LinkMethods;
  /** Where the egg is put together, on the target's file system; default: beside the target. */
  temporary?: string;
}

/** Places the tree at `target`, whole or not at all. A full disk is STORE_DISK_FULL; then nothing is left behind. */
export function placeTree(tree: PlaceableTree, target: string, options: PlaceOptions): TreePlacement {
  if (existsSync(target)) return { outcome: 'present' };
  const temporary = options.temporary ?? temporaryPathBeside(target);
  try {
    makeRoot(temporary);
    const filled = fillTree(tree, temporary, options);
    if (typeof filled === 'object') return { outcome: 'damaged', damage: filled };
    renameSync(temporary, target);
    return { outcome: 'placed', how: filled };
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR') && existsSync(target)) return { outcome: 'present' };
    throw diskFullError(dirname(target), error) ?? error;
  } finally {
    if (existsSync(temporary)) rmSync(temporary, { recursive: true, force: true });
  }
}

function makeRoot(temporary: string): void {
  try {
    mkdirSync(temporary);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    mkdirSync(temporary, { recursive: true });
  }
}

/** Fills the tree; says how its files got there, or what is wrong with the entry. */
export function fillTree(
  tree: PlaceableTree,
  temporary: string,
  options: PlaceOptions,
): LinkMethod | TreeDamage {
  const { directory, directories, files, links, isFresh = false } = tree;
  for (const path of directories) mkdirSync(`${temporary}/${path}`);
  const from = `${directory}/`;
  const to = `${temporary}/`;
  let method = methodFor(tree, temporary, options);
  for (const file of files) {
    const source = from + file.path;
    const problem = isFresh ? undefined : problemOf(source, file);
    if (problem !== undefined) return { file: file.path, problem };
    const how = tryPutFile(source, to + file.path, method);
    if (how === 'missing' || how === 'unreadable') return { file: file.path, problem: how };
    method = how;
  }
  for (const { path, target } of links) symlinkSync(target, to + path);
  return method;
}

/** How it was put there: where linking is refused, as a copy. */
function tryPutFile(
  source: string,
  target: string,
  method: LinkMethod,
): LinkMethod | 'missing' | 'unreadable' {
  try {
    putFile(source, target, method);
    return method;
  } catch (error) {
    // Gone since it was looked at: `cache prune`, or a repair by another process.
    if (hasCode(error, 'ENOENT')) return 'missing';
    if (method !== 'copy' && hasCode(error, ...linkRefusals)) return tryPutFile(source, target, 'copy');
    // The target's directory is ours, so it is the source that we may not or cannot read.
    if (hasCode(error, 'EACCES', 'EPERM', 'EIO')) return 'unreadable';
    throw error;
  }
}

/** Another user's file (fs.protected_hardlinks), too many links, another file system, or one that cannot do it. */
const linkRefusals = [
  'EPERM',
  'EACCES',
  'EMLINK',
  'EXDEV',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EINVAL',
  'ENOTTY',
];

function putFile(source: string, target: string, method: LinkMethod): void {
  if (method === 'hardlink') {
    linkSync(source, target);
    return;
  }
  copyFileSync(source, target, method === 'clone' ? constants.COPYFILE_FICLONE_FORCE : 0);
  utimesSync(target, fixedMtime, fixedMtime);
}

/** Compares with the manifest; never by ctime, which every link to the file changes. */
function problemOf(source: string, file: ListedFile): TreeDamage['problem'] | undefined {
  const status = tryLstat(source);
  if (status === undefined) return 'missing';
  if (status === 'unreadable') return status;
  if (status.size !== file.size) return 'size';
  if (status.mtimeMs !== fixedMtime * 1000) return 'mtime';
  return (status.mode & 0o400) === 0 ? 'unreadable' : undefined;
}

function tryLstat(path: string): Stats | 'unreadable' | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EPERM', 'EIO')) return 'unreadable';
    throw error;
  }
}

/** Tried once for each directory that eggs are placed in, with a real file of a real entry. */
function methodFor(
  { directory, files }: PlaceableTree,
  temporary: string,
  { link, methods }: PlaceOptions,
): LinkMethod {
  const parent = dirname(temporary);
  const known = methods.get(parent);
  if (known !== undefined) return known;
  const [first] = files;
  if (first === undefined) return 'copy';
  const wanted: LinkMethod[] = link === 'auto' ? ['clone', 'hardlink'] : [link];
  const source = `${directory}/${first.path}`;
  const method =
    wanted.find((candidate) => candidate === 'copy' || works(candidate, source, temporary)) ?? 'copy';
  methods.set(parent, method);
  return method;
}

function works(method: LinkMethod, source: string, temporary: string): boolean {
  const probe = `${temporary}/.probe`;
  try {
    putFile(source, probe, method);
    return true;
  } catch (error) {
    // A file that is gone says nothing about linking; filling the tree will notice.
    if (hasCode(error, 'ENOENT', ...linkRefusals)) return false;
    throw error;
  } finally {
    if (existsSync(probe)) unlinkSync(probe);
  }
}
