// What every operation of a repository works on: records, files, and who wants to hear of changes. No HTTP here.

import { join } from 'node:path';
import { BuildError, tryAcquireFileLock, type FileLock } from '#base';
import { createInspector, type Inspector } from './inspect/create-inspector.ts';
import { describeAll } from './operations/describe-project.ts';
import { openRecords, type Records } from './records/open-records.ts';
import type { FileRecord } from './repository-contract.ts';
import { filesDirectory, recordsFile, usingDirectory } from './storage/data-directory.ts';
import { openFileStore, type FileStore } from './storage/file-store.ts';
import { removeOrphans } from './storage/remove-orphans.ts';

export interface CoreSettings {
  /** The data directory: everything is below it. */
  directory: string;
  /** Of one uploaded file. */
  maximumFileBytes: number;
  /** Milliseconds since 1970; the machine's clock when absent. */
  now?: () => number;
}

/** What has happened to which project. `actor` is the name of a token, `incoming` or `local`. */
export type Change =
  | { type: 'uploaded'; project: string; file: FileRecord; replaced: boolean; actor: string }
  | { type: 'promoted'; project: string; version: string; files: readonly string[]; actor: string }
  | { type: 'yanked' | 'unyanked'; project: string; version: string; files: readonly string[]; actor: string }
  | { type: 'deleted'; project: string; version: string; files: readonly FileRecord[]; actor: string }
  | { type: 'reserved' | 'unreserved' | 'status'; project: string; actor: string }
  | { type: 'links'; project: string; actor: string };

export interface Core {
  readonly directory: string;
  readonly maximumFileBytes: number;
  readonly records: Records;
  readonly store: FileStore;
  readonly inspector: Inspector;
  readonly now: () => number;
  /** Hears of every change after it is on the disk. */
  subscribe(listener: (change: Change) => void): void;
  announce(change: Change): void;
  /** Keeps the file of a hash while an operation is under way; afterwards it goes when no record wants it. */
  holding<T>(sha256: string, action: () => Promise<T>): Promise<T>;
  removeUnused(sha256: string): void;
  close(): Promise<void>;
}

/**
 * Opens (or makes) a data directory. Fails with `REPOSITORY_BUSY` when another process serves it, with
 * `REPOSITORY_DIRECTORY` when it can't be written.
 */
export async function openCore(settings: CoreSettings): Promise<Core> {
  return usingDirectory(settings.directory, () => openLocked(settings));
}

async function openLocked(settings: CoreSettings): Promise<Core> {
  const { directory } = settings;
  const lock = await tryAcquireFileLock(join(directory, 'lock'));
  if (lock === undefined) {
    throw new BuildError('REPOSITORY_BUSY', `Another process serves \`${directory}\``, {
      hint: 'stop it first; `clutch token --data` and `clutch serve --check` work beside it',
    });
  }
  try {
    const core = createCore(settings, lock);
    await describeAll(core.records);
    return core;
  } catch (error) {
    lock.release();
    throw error;
  }
}

function createCore(settings: CoreSettings, lock: FileLock): Core {
  const { directory, maximumFileBytes } = settings;
  const records = openRecords(recordsFile(directory));
  const store = openFileStore(filesDirectory(directory), join(directory, 'tmp'));
  removeOrphans(store, records.files.hashes());
  const inspector = createInspector();
  const listeners: ((change: Change) => void)[] = [];
  const held = new Map<string, number>();
  const removeUnused = (sha256: string): void => {
    if (!held.has(sha256) && !records.files.isHashUsed(sha256)) store.remove(sha256);
  };
  return {
    directory,
    maximumFileBytes,
    records,
    store,
    inspector,
    now: settings.now ?? Date.now,
    subscribe: (listener) => void listeners.push(listener),
    announce: (change) => {
      for (const listener of listeners) listener(change);
    },
    holding: async (sha256, action) => {
      held.set(sha256, (held.get(sha256) ?? 0) + 1);
      try {
        return await action();
      } finally {
        const count = (held.get(sha256) ?? 1) - 1;
        if (count > 0) held.set(sha256, count);
        else held.delete(sha256);
        removeUnused(sha256);
      }
    },
    removeUnused,
    close: async () => {
      await inspector.close();
      records.close();
      lock.release();
    },
  };
}
