// Changes that share one transaction: each succeeds or fails for itself.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGroupCommit } from './group-commit.ts';
import { openDatabase, type Database } from './open-database.ts';
import { migrate } from './schema.ts';

let directory = '';
let database: Database;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clutch-records-'));
  database = openDatabase(join(directory, 'records.sqlite'), { synchronous: 'full' });
  database.exec('CREATE TABLE t (x INTEGER UNIQUE) STRICT');
});
afterEach(() => {
  database.close();
  rmSync(directory, { recursive: true });
});

const insert = (x: number): number => database.run('INSERT INTO t VALUES (?)', x);
const values = (): unknown[] => database.all('SELECT x FROM t ORDER BY x').map((row) => row['x']);

test('one that fails takes back only its own', async () => {
  const commit = createGroupCommit(database);
  const results = await Promise.allSettled([
    commit(() => insert(1)),
    commit(() => {
      insert(2);
      insert(1);
    }),
    commit(() => {
      insert(3);
      throw new Error('no');
    }),
    commit(() => insert(4)),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(values()).toEqual([1, 4]);
  expect(await commit(() => insert(5))).toBe(1);
});

test('when the transaction itself fails, all of the group fail and nothing has happened', async () => {
  const commit = createGroupCommit(database);
  const first = commit(() => insert(1));
  const second = commit(() => {
    insert(2);
    database.exec('ROLLBACK');
    throw new Error('the disk is gone');
  });
  const results = await Promise.allSettled([first, second, commit(() => insert(3))]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(values()).toEqual([]);
  await commit(() => insert(9));
  expect(values()).toEqual([9]);
});

test('tables of a later program are refused, and those of no program too', () => {
  database.exec('PRAGMA user_version = 99');
  expect(() => migrate(database.raw, 'records.sqlite')).toThrow('written by a newer version');
});
