// `<root>/.trash`: what a prune took away and may be wanted back. One directory for each prune, named by its time; in it
// everything lies as it lay below the root.

import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BuildError, hasCode, removeTree } from '#base';

export interface TrashedEntry {
  /** Below the root: `<section>/<name>`. */
  place: string;
  path: string;
  /** When it was taken away, in milliseconds since 1970. */
  since: number;
}

const trashOf = (root: string): string => `${root}/.trash`;

/** Moves `<root>/<place>`; its new path. Fails as the file system does when it is somebody else's. */
export function moveToTrash(root: string, place: string, now: number): string {
  assertDirectory(trashOf(root));
  const target = join(trashOf(root), String(now), place);
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  move(join(root, place), target);
  removeIfEmpty(dirname(join(root, place)));
  return target;
}

/** All that is there, the latest first. */
export function listTrash(root: string): TrashedEntry[] {
  const trash = trashOf(root);
  assertDirectory(trash);
  const times = namesIn(trash)
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(b) - Number(a));
  return times.flatMap((time) =>
    namesIn(join(trash, time)).flatMap((section) =>
      namesIn(join(trash, time, section)).map((name) => ({
        place: `${section}/${name}`,
        path: join(trash, time, section, name),
        since: Number(time),
      })),
    ),
  );
}

/** Deletes it for good. */
export function deleteTrashed({ path }: TrashedEntry): void {
  removeTree(path);
  removeIfEmpty(dirname(path));
  removeIfEmpty(dirname(dirname(path)));
}

/** Moves those that are wanted back to where they were, unless something else is there; their places. */
export function restoreTrashed(root: string, isWanted: (place: string) => boolean): string[] {
  if (!existsSync(trashOf(root))) return [];
  const restored: string[] = [];
  for (const { place, path } of listTrash(root)) {
    const target = join(root, place);
    if (!isWanted(place) || existsSync(target)) continue;
    try {
      mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
      move(path, target);
      removeIfEmpty(dirname(path));
      removeIfEmpty(dirname(dirname(path)));
      restored.push(place);
    } catch (error) {
      // It is made again then.
      if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error;
    }
  }
  return restored;
}

/** A read-only directory cannot be moved by its owner: `..` in it changes. */
function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    const { mode } = lstatSync(from);
    if (!hasCode(error, 'EACCES') || (mode & 0o200) !== 0) throw error;
    chmodSync(from, mode | 0o200);
    renameSync(from, to);
    chmodSync(to, mode & 0o7777);
  }
}

/** Whoever can make it a link could have anything deleted. */
function assertDirectory(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isDirectory()) return;
  throw new BuildError('SHARED_PRUNE_TRASH', `${path} is no directory`, { hint: 'remove it' });
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'EACCES', 'EPERM')) throw error;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
