// A copy of a data directory while it is served: `serve --backup`. Files first and last, records in between, so that
// every record of the copy has its file, whatever happens meanwhile. A second backup copies what is new.

import {
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { BuildError, hasCode, syncDirectory, temporaryPathBeside } from '#base';
import { openDatabase } from '../records/open-database.ts';
import { assertDataDirectory, filesDirectory, recordsFile, usingDirectory } from './data-directory.ts';
import { listFiles } from './file-store.ts';

export interface Backup {
  copied: number;
  kept: number;
  bytes: number;
}

/**
 * Copies into `target` (made when missing); `onFile` hears of each file before it is copied. What is gone stays there.
 * Fails with `REPOSITORY_MISSING` when there is nothing to copy, with `REPOSITORY_DIRECTORY` when there is no room.
 */
export async function backUp(
  directory: string,
  target: string,
  onFile: (name: string) => void,
): Promise<Backup> {
  assertDataDirectory(directory);
  return usingDirectory(target, () => copyAll(directory, target, onFile));
}

function copyAll(directory: string, target: string, onFile: (name: string) => void): Backup {
  if (realpathSync(target) === realpathSync(directory)) {
    throw new BuildError('REPOSITORY_DIRECTORY', `\`${target}\` is the data directory itself`, {
      hint: 'give another directory, best on another disk',
    });
  }
  const backup: Backup = { copied: 0, kept: 0, bytes: 0 };
  mkdirSync(join(target, 'links'), { recursive: true });
  copyFiles(directory, target, { backup, onFile });
  copyRecords(recordsFile(directory), recordsFile(target));
  copyFiles(directory, target, { backup, onFile });
  const links = join(directory, 'links');
  for (const name of existsSync(links) ? readdirSync(links) : []) {
    copyDurably(join(links, name), join(target, 'links', name));
  }
  syncDirectory(target);
  return backup;
}

function copyFiles(
  directory: string,
  target: string,
  { backup, onFile }: { backup: Backup; onFile: (name: string) => void },
): void {
  let kept = 0;
  const before = backup.copied;
  const shards = new Set<string>();
  for (const { name, path, size } of listFiles(filesDirectory(directory))) {
    const shard = join(filesDirectory(target), name.slice(0, 2));
    const copy = join(shard, name);
    if (existsSync(copy)) {
      kept += 1;
      continue;
    }
    onFile(name);
    mkdirSync(shard, { recursive: true });
    if (!copyDurably(path, copy)) continue;
    shards.add(shard);
    backup.copied += 1;
    backup.bytes += size;
  }
  for (const shard of shards) syncDirectory(shard);
  // The second time, what was copied the first time is there already.
  backup.kept = kept - before;
}

/** By rename: a backup that was killed has no half file under a good name. False: it has gone meanwhile. */
function copyDurably(from: string, to: string): boolean {
  const temporary = temporaryPathBeside(to);
  try {
    copyFileSync(from, temporary, constants.COPYFILE_FICLONE);
    const file = openSync(temporary, 'r');
    fsyncSync(file);
    closeSync(file);
    renameSync(temporary, to);
    return true;
  } catch (error) {
    rmSync(temporary, { force: true });
    if (hasCode(error, 'ENOENT') && !existsSync(from)) return false;
    throw error;
  }
}

/** One consistent state, also while the server writes. */
function copyRecords(from: string, to: string): void {
  const temporary = join(to, '..', `.${basename(to)}.new`);
  rmSync(temporary, { force: true });
  const database = openDatabase(from, { synchronous: 'full' });
  try {
    database.run('VACUUM INTO ?', temporary);
  } finally {
    database.close();
  }
  const file = openSync(temporary, 'r');
  fsyncSync(file);
  closeSync(file);
  for (const suffix of ['-wal', '-shm']) rmSync(`${to}${suffix}`, { force: true });
  renameSync(temporary, to);
}
