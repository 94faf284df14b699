// The download cache: fetched files under their own names, each there whole or not at all.

import { constants, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hasCode, hashFile, temporaryPathBeside } from '#base';
import { whenDiskIsFull } from './disk-full.ts';

/** The path of `filename` in the download cache; with a hash, only when its bytes have it. */
export function findInDownloadCache(
  directory: string,
  filename: string,
  sha256?: string,
): string | undefined {
  const path = join(directory, basename(filename));
  if (sha256 === undefined) return existsSync(path) ? path : undefined;
  try {
    return hashFile(path) === sha256.toLowerCase() ? path : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EISDIR', 'ENOTDIR', 'EACCES')) return undefined;
    throw error;
  }
}

/** Copies a fetched, verified file into the download cache, replacing one of that name; returns its path there. */
export function addToDownloadCache(
  directory: string,
  path: string,
  filename: string = basename(path),
): string {
  const target = join(directory, basename(filename));
  if (target === path) return target;
  const temporary = temporaryPathBeside(target);
  return whenDiskIsFull(directory, () => {
    mkdirSync(directory, { recursive: true });
    try {
      copyFileSync(path, temporary, constants.COPYFILE_FICLONE);
      renameSync(temporary, target);
    } finally {
      rmSync(temporary, { force: true });
    }
    return target;
  });
}
