// Files by hash below one directory: `<2>/<sha256>`. A file appears whole, by rename, and is on the disk before anybody
// hears of it. What is being written lies in `tmp`, on the same file system.

import {
  closeSync,
  existsSync,
  fsync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { syncDirectory } from '#base';

export interface FileStore {
  path(sha256: string): string;
  has(sha256: string): boolean;
  /** Moves a finished file in; when the promise is kept, its bytes and its name are on the disk. */
  adopt(temporary: string, sha256: string): Promise<void>;
  /** Takes a file out; that it is not there is no failure. */
  remove(sha256: string): void;
  /** Every file, shard by shard. */
  entries(): Generator<StoredFile>;
  /** A new path for a file that is being written. */
  temporaryPath(): string;
}

export interface StoredFile {
  /** The name on disk: a hash, unless somebody else put it there. */
  name: string;
  path: string;
  size: number;
}

const shards = Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'));
const syncFile = promisify(fsync);

/** Makes the directories when they are missing; empties `tmp`: whoever wrote there is gone. */
export function openFileStore(directory: string, temporary: string): FileStore {
  makeShards(directory);
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  let count = 0;
  const shardOf = (sha256: string): string => join(directory, sha256.slice(0, 2));
  const path = (sha256: string): string => `${shardOf(sha256)}/${sha256}`;
  return {
    path,
    has: (sha256) => existsSync(path(sha256)),
    adopt: async (source, sha256) => {
      renameSync(source, path(sha256));
      // One wait for both: the file's bytes, and its name in the directory.
      await Promise.all([syncPath(path(sha256)), syncPath(shardOf(sha256))]);
    },
    remove: (sha256) => rmSync(path(sha256), { force: true }),
    entries: () => listFiles(directory),
    temporaryPath: () => join(temporary, `${process.pid}-${(count += 1)}`),
  };
}

function makeShards(directory: string): void {
  if (existsSync(join(directory, 'ff'))) return;
  mkdirSync(directory, { recursive: true });
  for (const shard of shards) mkdirSync(join(directory, shard), { recursive: true });
  syncDirectory(directory);
  const parent = openSync(join(directory, '..'), 'r');
  fsyncSync(parent);
  closeSync(parent);
}

async function syncPath(path: string): Promise<void> {
  const handle = openSync(path, 'r');
  try {
    await syncFile(handle);
  } finally {
    closeSync(handle);
  }
}

/** The files below `directory`, without making anything. */
export function* listFiles(directory: string): Generator<StoredFile> {
  for (const shard of shards) {
    const folder = join(directory, shard);
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      const path = `${folder}/${name}`;
      yield { name, path, size: statSync(path).size };
    }
  }
}
