// The tables of `records.sqlite`. A later version adds a step to `migrations`; none is ever changed.

import type { DatabaseSync } from 'node:sqlite';
import { BuildError } from '#base';

const migrations: readonly string[] = [
  `
  CREATE TABLE projects (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    reserved INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT 'active',
    status_reason TEXT,
    created INTEGER NOT NULL
  ) STRICT;

  -- A row stays when its file is deleted (state 'deleted'): a name is used once.
  CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    project INTEGER NOT NULL REFERENCES projects (id),
    filename TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    version TEXT NOT NULL,
    version_key TEXT,
    kind TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    metadata_sha256 TEXT NOT NULL,
    requires_python TEXT,
    state TEXT NOT NULL CHECK (state IN ('staging', 'release', 'deleted')),
    uploaded INTEGER NOT NULL,
    released INTEGER,
    deleted INTEGER,
    uploader TEXT NOT NULL,
    yanked TEXT
  ) STRICT;
  CREATE INDEX files_of_project ON files (project, state);
  CREATE INDEX files_by_hash ON files (sha256);
  CREATE INDEX files_by_time ON files (uploaded);

  CREATE TABLE metadata (
    sha256 TEXT PRIMARY KEY,
    content BLOB NOT NULL
  ) STRICT;

  CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    hash BLOB NOT NULL,
    actions TEXT NOT NULL,
    projects TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER
  ) STRICT;

  CREATE TABLE links (
    name TEXT PRIMARY KEY,
    display_name TEXT NOT NULL,
    url TEXT NOT NULL,
    created INTEGER NOT NULL,
    creator TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- rowid is the id of a project. Trigrams: any part of a word finds.
  CREATE VIRTUAL TABLE project_search
    USING fts5 (name, summary, keywords, version UNINDEXED, version_key UNINDEXED, tokenize = 'trigram');
  CREATE INDEX files_staged ON files (project, version) WHERE state = 'staging';
  `,
];

/** Brings the tables to this program's version, in one step; refuses those of a later program. */
export function migrate(database: DatabaseSync, file: string): void {
  const found = database.prepare('PRAGMA user_version').get()?.['user_version'];
  const version = typeof found === 'number' ? found : 0;
  if (version === migrations.length) return;
  if (version > migrations.length) {
    throw new BuildError('REPOSITORY_NEWER', `\`${file}\` was written by a newer version of clutch`, {
      hint: 'start that version, or restore a backup from before it',
    });
  }
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const step of migrations.slice(version)) database.exec(step);
    database.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
