// The table of projects, and the core metadata of their files.

import type { Channel, ProjectRecord, ProjectStatus } from '../repository-contract.ts';
import { number, optionalText, optionalNumber, text, type Database, type Row } from './open-database.ts';

export interface ProjectSummary {
  /** In the normal form of PEP 503. */
  readonly name: string;
  readonly displayName: string;
  readonly files: number;
  readonly staging: number;
  /** When its newest file came, in milliseconds since 1970; absent for a name that is only reserved. */
  readonly newest?: number;
}

export interface ProjectRecords {
  /** By normal name. */
  find(name: string): ProjectRecord | undefined;
  /** The project, made when it is not there; its display name is the one given. */
  ensure(name: string, displayName: string, now: number): ProjectRecord;
  reserve(name: string, displayName: string, now: number): void;
  /** The name is no longer reserved; without any row of a file it is forgotten. */
  release(name: string): void;
  setStatus(name: string, status: ProjectStatus, reason: string | undefined): void;
  /** Normal names with a file that the channel shows. */
  names(channel: Channel): readonly string[];
  /** All that are ours, reserved ones too, by name. */
  list(): readonly ProjectSummary[];
  saveMetadata(sha256: string, content: Uint8Array): void;
  readMetadata(sha256: string): Uint8Array | undefined;
}

export function createProjectRecords(database: Database): ProjectRecords {
  const find = (name: string): ProjectRecord | undefined => {
    const row = database.one('SELECT * FROM projects WHERE name = ?', name);
    return row === undefined ? undefined : readProject(row);
  };
  return {
    find,
    ensure: (name, displayName, now) => {
      const known = find(name);
      if (known?.displayName === displayName) return known;
      database.run(
        `INSERT INTO projects (name, display_name, created) VALUES (?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET display_name = excluded.display_name`,
        name,
        displayName,
        now,
      );
      const project = find(name);
      if (project === undefined) throw new Error(`project ${name} is not there`);
      return project;
    },
    reserve: (name, displayName, now) => {
      database.run(
        `INSERT INTO projects (name, display_name, reserved, created) VALUES (?, ?, 1, ?)
         ON CONFLICT (name) DO UPDATE SET reserved = 1`,
        name,
        displayName,
        now,
      );
    },
    release: (name) => {
      database.run('UPDATE projects SET reserved = 0 WHERE name = ?', name);
      database.run('DELETE FROM projects WHERE name = ? AND id NOT IN (SELECT project FROM files)', name);
    },
    setStatus: (name, status, reason) => {
      database.run(
        'UPDATE projects SET status = ?, status_reason = ? WHERE name = ?',
        status,
        reason ?? null,
        name,
      );
    },
    names: (channel) =>
      database
        .all(
          `SELECT name FROM projects WHERE id IN
             (SELECT project FROM files WHERE version_key IS NOT NULL AND state IN ('release', ?)) ORDER BY name`,
          channel,
        )
        .map((row) => text(row, 'name')),
    list: () => database.all(listing).map(readSummary),
    saveMetadata: (sha256, content) => {
      database.run('INSERT OR IGNORE INTO metadata (sha256, content) VALUES (?, ?)', sha256, content);
    },
    readMetadata: (sha256) => {
      const content = database.one('SELECT content FROM metadata WHERE sha256 = ?', sha256)?.['content'];
      return content instanceof Uint8Array ? content : undefined;
    },
  };
}

const listing = `
  SELECT name, display_name, count(files.id) AS files, count(files.id) FILTER (WHERE state = 'staging') AS staging,
    max(uploaded) AS newest
  FROM projects LEFT JOIN files ON files.project = projects.id AND state IN ('release', 'staging')
  GROUP BY projects.id HAVING count(files.id) > 0 OR reserved = 1 ORDER BY name`;

function readProject(row: Row): ProjectRecord {
  return {
    id: number(row, 'id'),
    name: text(row, 'name'),
    displayName: text(row, 'display_name'),
    isReserved: number(row, 'reserved') === 1,
    status: text(row, 'status') as ProjectStatus,
    ...optionalText(row, 'status_reason', 'statusReason'),
  };
}

function readSummary(row: Row): ProjectSummary {
  return {
    name: text(row, 'name'),
    displayName: text(row, 'display_name'),
    files: number(row, 'files'),
    staging: number(row, 'staging'),
    ...optionalNumber(row, 'newest', 'newest'),
  };
}
