// Locks between processes, held by the kernel: SQLite's write lock on a file of its own dies with the process that
// holds it, however it dies. Never a pid file.

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';

export interface FileLock {
  release(): void;
}

const pollMilliseconds = 20;

/** Waits until this process holds the lock named `path` (created when missing), then returns it. Not re-entrant. */
export async function acquireFileLock(path: string): Promise<FileLock> {
  for (;;) {
    const lock = await tryAcquireFileLock(path);
    if (lock !== undefined) return lock;
    await sleep(pollMilliseconds);
  }
}

/** The lock named `path`, or `undefined` when somebody else holds it now. */
export async function tryAcquireFileLock(path: string): Promise<FileLock | undefined> {
  const { DatabaseSync } = await import('node:sqlite');
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = OFF; BEGIN IMMEDIATE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return { release: () => releaseDatabase(database) };
}

function releaseDatabase(database: DatabaseSync): void {
  database.exec('ROLLBACK');
  database.close();
}

function isBusy(error: unknown): boolean {
  const sqliteBusy = 5;
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
}
