// Makes an egg's tree the same everywhere: files read-only with one fixed time, directories ordinary, nothing but
// files, directories and links that stay inside.

import {
  chmodSync,
  copyFileSync,
  lstatSync,
  readdirSync,
  readlinkSync,
  renameSync,
  utimesSync,
  type Stats,
} from 'node:fs';
import { posix } from 'node:path';
import { BuildError, temporaryPathBeside } from '#base';
import { byPath, type TreeListing } from './tree-listing.ts';

/**
 * The modification time of every file in an egg, in seconds: 2020-01-01T00:00:00Z. `.pyc` files name it, so changing it
 * means a new egg format.
 */
export const fixedMtime: number = Date.UTC(2020, 0, 1) / 1000;

/**
 * Sets modes (0444, 0555, directories 0755) and times below `directory`, and lists what is there. Call it before
 * byte-compiling, so that `.pyc` files name the time their sources keep.
 */
export function normalizeTree(directory: string): TreeListing {
  const listing: TreeListing = { directories: [], files: [], links: [] };
  chmodSync(directory, 0o755);
  walk(directory, '', listing);
  listing.directories.sort();
  listing.files.sort(byPath);
  listing.links.sort(byPath);
  return listing;
}

function walk(root: string, parent: string, listing: TreeListing): void {
  for (const name of readdirSync(parent === '' ? root : `${root}/${parent}`)) {
    const path = parent === '' ? name : `${parent}/${name}`;
    const status = lstatSync(`${root}/${path}`);
    if (status.isFile()) {
      listing.files.push({ path, size: status.size, mode: normalizeFile(`${root}/${path}`, status) });
    } else if (status.isDirectory()) {
      if ((status.mode & 0o7777) !== 0o755) chmodSync(`${root}/${path}`, 0o755);
      listing.directories.push(path);
      walk(root, path, listing);
    } else if (status.isSymbolicLink()) {
      listing.links.push({ path, target: linkInsideEgg(root, path) });
    } else {
      throw unfit(root, path, 'is neither a file nor a directory nor a link');
    }
  }
}

function normalizeFile(path: string, status: Stats): number {
  // Somebody else's file under another name: its mode and time are not ours to change.
  const isShared = status.nlink > 1;
  if (isShared) replaceByCopy(path);
  const mode = (status.mode & 0o111) === 0 ? 0o444 : 0o555;
  if (isShared || (status.mode & 0o7777) !== mode) chmodSync(path, mode);
  if (isShared || status.mtimeMs !== fixedMtime * 1000) utimesSync(path, fixedMtime, fixedMtime);
  return mode;
}

function replaceByCopy(path: string): void {
  const copy = temporaryPathBeside(path);
  copyFileSync(path, copy);
  renameSync(copy, path);
}

function linkInsideEgg(root: string, path: string): string {
  const target = readlinkSync(`${root}/${path}`);
  const place = posix.join(posix.dirname(path), target);
  if (target.startsWith('/') || place === '..' || place.startsWith('../')) {
    throw unfit(root, path, `is a link out of the egg, to \`${target}\``);
  }
  return target;
}

function unfit(root: string, path: string, problem: string): BuildError {
  return new BuildError('STORE_UNFIT_EGG', `\`${path}\` in \`${posix.basename(root)}\` ${problem}`, {
    hint: 'an egg holds files and directories; have the project mended',
    where: { file: `${root}/${path}` },
  });
}
