// Files that were fetched, by their SHA-256: what a release carries must not be fetched a second time.

import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { hasCode, hashFile } from '#base';
import type { CacheLayout } from './cache-layout.ts';
import type { CacheWriter } from './cache-writer.ts';

export interface FileStore {
  /** The path of the file with this hash; a damaged one is taken out and not found. Do not change it. */
  find(sha256: string): string | undefined;
  /** Keeps a copy of a file whose hash was verified; without effect where the cache cannot be written. */
  add(path: string, sha256: string): void;
  /** The same for content in memory. */
  addBytes(bytes: Uint8Array, sha256: string): void;
}

/** `onStored` is told how many bytes came in. */
export function createFileStore(
  layout: CacheLayout,
  writer: CacheWriter,
  onStored: (bytes: number) => void,
): FileStore {
  return {
    find: (sha256) => {
      const path = layout.file(sha256);
      const actual = tryHash(path);
      if (actual === undefined) return undefined;
      if (actual !== sha256) {
        writer.attempt(() => rmSync(path, { force: true }));
        return undefined;
      }
      touch(path);
      return path;
    },
    add: (source, sha256) =>
      publish(sha256, (target) => copyFileSync(source, target, constants.COPYFILE_FICLONE)),
    addBytes: (bytes, sha256) => publish(sha256, (target) => writeFileSync(target, bytes)),
  };

  function publish(sha256: string, write: (target: string) => void): void {
    const path = layout.file(sha256);
    if (existsSync(path)) return;
    writer.attempt(() => {
      const temporary = layout.temporaryPath('file');
      mkdirSync(dirname(temporary), { recursive: true });
      mkdirSync(dirname(path), { recursive: true });
      try {
        write(temporary);
        chmodSync(temporary, 0o444);
        const { size } = statSync(temporary);
        renameSync(temporary, path);
        onStored(size);
      } finally {
        rmSync(temporary, { force: true });
      }
    });
  }
}

function tryHash(path: string): string | undefined {
  try {
    return hashFile(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR', 'EIO')) return undefined;
    throw error;
  }
}

/** `cache prune` goes by the time of the last use. */
function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'EROFS', 'EACCES', 'ENOENT')) throw error;
  }
}
