// Who uses the cache right now. A run holds a shared lock on one file from its first look-up to its end; whoever takes
// entries away wants it for himself. The kernel holds both (SQLite's locks), so they end with their process.

import { existsSync, mkdirSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { dirname } from 'node:path';
import { hasCode } from '#base';

export interface UseLock {
  /** From now on nobody takes entries away. Without effect where the file cannot be written. */
  hold(): void;
  release(): void;
  /** Runs `action` while no other process uses the cache; `undefined` when one does, or when locks do not work here. */
  tryAlone<T>(action: () => T): T | undefined;
}

/** Longer than it takes to rename what is pruned. */
const patienceMilliseconds = 5000;

/** `patience`: how long a run waits for somebody who takes entries away. */
export function createUseLock(path: string, patience: number = patienceMilliseconds): UseLock {
  let held: DatabaseSync | undefined;
  let isUseless = false;

  const release = (): void => {
    held?.close();
    held = undefined;
  };

  return {
    hold: () => {
      if (held !== undefined || isUseless) return;
      held = tryLock(path, holdStatements, patience) ?? tryHoldReadOnly(path, patience);
      isUseless = held === undefined;
    },
    release,
    tryAlone: (action) => {
      const wasHeld = held !== undefined;
      release();
      const lock = tryLock(path, 'BEGIN EXCLUSIVE', 0);
      try {
        return lock === undefined ? undefined : action();
      } finally {
        lock?.close();
        if (wasHeld) held = tryLock(path, holdStatements, patience);
      }
    },
  };
}

const holdStatements = 'BEGIN; SELECT 1 FROM sqlite_master LIMIT 1';

/** Another user's file: reading is enough to keep it from being taken away. */
function tryHoldReadOnly(path: string, patience: number): DatabaseSync | undefined {
  if (!existsSync(path)) return undefined;
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: patience, readOnly: true });
    database.exec(holdStatements);
    return database;
  } catch (error) {
    database?.close();
    if (isSqliteError(error)) return undefined;
    throw error;
  }
}

function tryLock(path: string, statements: string, timeout: number): DatabaseSync | undefined {
  // Loaded when something is looked up, never in a run that has nothing to do.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path, { timeout });
    database.exec(statements);
    return database;
  } catch (error) {
    database?.close();
    if (isSqliteError(error) || hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOSPC', 'EDQUOT'))
      return undefined;
    throw error;
  }
}

/** Busy, or a file or file system on which there are no locks: then nothing is taken away, and nobody waits. */
function isSqliteError(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error;
}
