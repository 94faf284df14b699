// One root that buildouts share: where things lie in it, whether its owner is trusted, and whether this user may write
// to it. What appears in it belongs to the user who made it, is readable for all and writable for the group at most.

import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import { BuildError, hasCode } from '#base';
import { createCacheLayout, type CacheLayout } from '../cache-layout.ts';
import { trustHint, whyUntrusted, type Trust } from './trust.ts';

export interface SharedDirectory {
  /** Without links. */
  readonly path: string;
  /** Eggs that are used from where they are: nothing but whole egg directories. */
  readonly eggs: string;
  /** What is known of the eggs, as in an egg cache whose trees are links to where eggs lie. */
  readonly layout: CacheLayout;
  readonly isWritable: boolean;
  /** Why what lies at `path` may not be used; `undefined` when it may, or when nothing is there. */
  whyUntrusted(path: string): string | undefined;
  /** Makes a directory below the root, and what leads to it, with the root's own rights for the group. */
  makeDirectory(path: string): void;
  /** Makes the file of a lock that every user of the directory can take. */
  makeLockFile(path: string): void;
  /** Runs `action` so that what it makes can be read by everybody, whatever this user's umask. */
  writing<T>(action: () => T): T;
}

/**
 * `undefined` when there is no such directory: roots are never made. Fails with `SHARED_UNTRUSTED` when the root, or what
 * clutch keeps in it, belongs to a stranger or may be written by everybody.
 */
export function openSharedDirectory(root: string, trust: Trust): SharedDirectory | undefined {
  const stats = tryStat(root);
  if (stats === undefined || !stats.isDirectory()) return undefined;
  const path = realpathSync(root);
  refuseUntrusted(path, stats, trust);
  const eggs = `${path}/__eggs__`;
  const layout = createCacheLayout(`${path}/.clutch`);
  for (const own of [eggs, layout.directory]) {
    const ownStats = tryStat(own);
    if (ownStats !== undefined) refuseUntrusted(own, ownStats, trust);
  }
  return {
    path,
    eggs,
    layout,
    isWritable: isWritable([path, eggs, ...ownDirectories(layout)], stats),
    whyUntrusted: (entry) => {
      const found = tryStat(entry);
      return found === undefined ? undefined : whyUntrusted(found, trust);
    },
    makeDirectory: (directory) => makeDirectory(directory, path, stats.mode),
    makeLockFile: (file) => {
      makeDirectory(dirname(file), path, stats.mode);
      makeLockFile(file, stats.mode);
    },
    writing,
  };
}

function refuseUntrusted(path: string, stats: Stats, trust: Trust): void {
  const reason = whyUntrusted(stats, trust);
  if (reason === undefined) return;
  throw new BuildError('SHARED_UNTRUSTED', `The shared directory ${path} is not used: it ${reason}`, {
    hint: trustHint,
    where: { section: 'buildout', option: 'shared-part-list' },
  });
}

/** Where clutch writes for itself, made by whoever came first. */
function ownDirectories({ directory }: CacheLayout): string[] {
  return [directory, ...['names', 'eggs', 'requests', 'locks', 'tmp'].map((name) => `${directory}/${name}`)];
}

/**
 * Whether all of these that are there can be written to. Root writes into what is root's only, as into caches: the owner
 * could not replace or remove root's files.
 */
function isWritable(paths: readonly string[], { uid }: Stats): boolean {
  if (process.geteuid?.() === 0 && uid !== 0) return false;
  return paths.every((path) => {
    try {
      accessSync(path, constants.W_OK);
      return true;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return true;
      if (hasCode(error, 'EACCES', 'EROFS', 'EPERM')) return false;
      throw error;
    }
  });
}

function makeDirectory(directory: string, root: string, rootMode: number): void {
  for (const path of pathsBetween(root, directory)) {
    try {
      mkdirSync(path);
      chmodSync(path, 0o755 | (rootMode & 0o2020));
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

/** Nothing is written into it: locks need a file, and the right to write it. */
function makeLockFile(path: string, rootMode: number): void {
  try {
    closeSync(openSync(path, 'wx'));
    chmodSync(path, 0o644 | (rootMode & 0o020));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

/** The directories below `root` that lead to `directory`, itself the last. */
function pathsBetween(root: string, directory: string): string[] {
  const names = directory.slice(root.length + 1).split('/');
  return names.map((_, position) => [root, ...names.slice(0, position + 1)].join('/'));
}

function writing<T>(action: () => T): T {
  const umask = process.umask(0o022);
  try {
    return action();
  } finally {
    process.umask(umask);
  }
}

function tryStat(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (hasCode(error, 'EACCES', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}
