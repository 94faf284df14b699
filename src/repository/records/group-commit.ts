// Several changes, one fsync: what is asked for while a transaction waits for the disk goes into the next one together.
// Each change is a savepoint of its own, so one that fails takes back nothing of the others.

import type { Database } from './open-database.ts';

/** Runs `change` in a transaction. When the promise is kept, it is on the disk; what `change` throws rejects it. */
export type Commit = <T>(change: () => T) => Promise<T>;

interface Waiting {
  run: () => void;
  settle: () => void;
  fail: (error: unknown) => void;
}

export function createGroupCommit(database: Database): Commit {
  let waiting: Waiting[] = [];

  function flush(): void {
    const group = waiting;
    waiting = [];
    const done: Waiting[] = [];
    try {
      database.run('BEGIN IMMEDIATE');
      for (const change of group) if (runOne(database, change)) done.push(change);
      database.run('COMMIT');
    } catch (error) {
      // The disk is full, or the database is gone: nothing of the group has happened.
      if (database.raw.isTransaction) database.exec('ROLLBACK');
      for (const change of group) change.fail(error);
      return;
    }
    for (const change of done) change.settle();
  }

  return async <T>(change: () => T) =>
    new Promise<T>((resolve, reject) => {
      let result: T;
      waiting.push({
        run: () => {
          result = change();
        },
        settle: () => resolve(result),
        fail: reject,
      });
      if (waiting.length === 1) setImmediate(flush);
    });
}

function runOne(database: Database, change: Waiting): boolean {
  database.run('SAVEPOINT one');
  try {
    change.run();
    database.run('RELEASE one');
    return true;
  } catch (error) {
    // Some failures end the whole transaction; there is nothing to go back to then.
    if (!database.raw.isTransaction) throw error;
    database.exec('ROLLBACK TO one; RELEASE one');
    change.fail(error);
    return false;
  }
}
