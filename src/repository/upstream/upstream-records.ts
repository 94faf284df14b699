// What is known of upstream: pages as they were read, and files that were fetched. A database of its own, beside the
// files: all of `DIR/upstream` may be deleted at any time, and need not be backed up.

import {
  number,
  openDatabase,
  optionalText,
  text,
  type Database,
  type Row,
} from '../records/open-database.ts';

export interface StoredPage {
  /** In the normal form. */
  project: string;
  /** The index that has it, without credentials; empty when none has. */
  upstream: string;
  etag?: string;
  lastModified?: string;
  /** Milliseconds since 1970. */
  fetched: number;
  /** Gzipped; empty when the project is not there. */
  body: Uint8Array;
}

export interface UpstreamRecords {
  findPage(project: string): StoredPage | undefined;
  savePage(page: StoredPage): void;
  /** The page was asked for again and has not changed. */
  touchPage(project: string, now: number): void;
  hasFile(key: string): boolean;
  addFile(file: { key: string; filename: string; size: number; now: number }): void;
  /** These were used; to the minute is good enough. */
  touchFiles(keys: Iterable<string>, now: number): void;
  /** The oldest first, until `bytes` are gathered. */
  oldest(bytes: number): { keys: readonly string[]; bytes: number };
  forget(keys: Iterable<string>): void;
  totalBytes(): number;
  keys(): ReadonlySet<string>;
  close(): void;
}

const schema = `
  CREATE TABLE IF NOT EXISTS pages (
    project TEXT PRIMARY KEY,
    upstream TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    fetched INTEGER NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS files (
    key TEXT PRIMARY KEY,
    filename TEXT NOT NULL,
    size INTEGER NOT NULL,
    used INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS files_by_use ON files (used);
`;

const longestAbsence = 30 * 86_400_000;

/** Opens or makes the database; forgets names that were missing long ago. */
export function openUpstreamRecords(file: string, now: number): UpstreamRecords {
  const database = openDatabase(file, { synchronous: 'normal' });
  database.exec(schema);
  database.run(`DELETE FROM pages WHERE upstream = '' AND fetched < ?`, now - longestAbsence);
  return {
    findPage: (project) => {
      const row = database.one('SELECT * FROM pages WHERE project = ?', project);
      return row === undefined ? undefined : readPage(row);
    },
    savePage: ({ project, upstream, etag, lastModified, fetched, body }) => {
      database.run(
        'INSERT OR REPLACE INTO pages (project, upstream, etag, last_modified, fetched, body) VALUES (?, ?, ?, ?, ?, ?)',
        project,
        upstream,
        etag ?? null,
        lastModified ?? null,
        fetched,
        body,
      );
    },
    touchPage: (project, now) => {
      database.run('UPDATE pages SET fetched = ? WHERE project = ?', now, project);
    },
    hasFile: (key) => database.one('SELECT 1 AS found FROM files WHERE key = ?', key) !== undefined,
    addFile: ({ key, filename, size, now }) => {
      database.run(
        'INSERT OR REPLACE INTO files (key, filename, size, used) VALUES (?, ?, ?, ?)',
        key,
        filename,
        size,
        now,
      );
    },
    touchFiles: (keys, now) => {
      inTransaction(database, () => {
        for (const key of keys) database.run('UPDATE files SET used = ? WHERE key = ?', now, key);
      });
    },
    oldest: (bytes) => {
      const taken: string[] = [];
      let gathered = 0;
      for (const row of database.all('SELECT key, size FROM files ORDER BY used, rowid')) {
        if (gathered >= bytes) break;
        gathered += number(row, 'size');
        taken.push(text(row, 'key'));
      }
      return { keys: taken, bytes: gathered };
    },
    forget: (keys) => {
      inTransaction(database, () => {
        for (const key of keys) database.run('DELETE FROM files WHERE key = ?', key);
      });
    },
    totalBytes: () =>
      number(database.one('SELECT coalesce(sum(size), 0) AS total FROM files') ?? {}, 'total'),
    keys: () => new Set(database.all('SELECT key FROM files').map((row) => text(row, 'key'))),
    close: () => database.close(),
  };
}

/** All or nothing; a full disk leaves no transaction open behind it. */
function inTransaction(database: Database, action: () => void): void {
  database.exec('BEGIN');
  try {
    action();
    database.exec('COMMIT');
  } catch (error) {
    if (database.raw.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function readPage(row: Row): StoredPage {
  const body = row['body'];
  return {
    project: text(row, 'project'),
    upstream: text(row, 'upstream'),
    fetched: number(row, 'fetched'),
    body: body instanceof Uint8Array ? body : new Uint8Array(),
    ...optionalText(row, 'etag', 'etag'),
    ...optionalText(row, 'last_modified', 'lastModified'),
  };
}
