// The table of files: what pages and listings ask, and the changes of an upload's life.

import { tryParseVersion } from '#standards';
import type { Channel, DistributionKind, FileRecord } from '../repository-contract.ts';
import { number, optionalText, optionalNumber, text, type Database, type Row } from './open-database.ts';

export interface NewFile {
  projectId: number;
  filename: string;
  nameKey: string;
  version: string;
  isLegacy: boolean;
  kind: DistributionKind;
  sha256: string;
  size: number;
  metadataHash: string;
  requiresPython?: string;
  channel: Channel;
  uploader: string;
  now: number;
}

/** The one row that has a name, whatever became of its file. */
export interface NameHolder {
  id: number;
  filename: string;
  sha256: string;
  state: Channel | 'deleted';
  wasReleased: boolean;
}

/** A version as lists show it, without its files. */
export interface VersionRow {
  readonly version: string;
  readonly isLegacy: boolean;
  readonly files: number;
  readonly staged: number;
  readonly yanked: number;
  /** Of one of its yanked files; `''` when none was given. */
  readonly reason: string;
  /** When its first file came. */
  readonly uploaded: number;
}

/** A version that waits for its promotion, whole or in part. */
export interface StagedVersion {
  /** Normal name. */
  readonly project: string;
  readonly version: string;
  /** How many of its files wait. */
  readonly files: number;
  /** When the last of them came. */
  readonly uploaded: number;
  /** Names of tokens, with commas between. */
  readonly uploaders: string;
}

export interface FileRecords {
  holderOf(nameKey: string): NameHolder | undefined;
  insert(file: NewFile): void;
  /** Other bytes, or new life, under the name of row `id`. */
  replace(id: number, file: NewFile): void;
  find(sha256: string, filename: string): FileRecord | undefined;
  /** By version (newest last), then name. `release` has released files only, `staging` those too. */
  ofProject(projectId: number, channel: Channel): readonly FileRecord[];
  /** `version` in any spelling. */
  ofVersion(projectId: number, version: string): readonly FileRecord[];
  /** What each version has, newest first; versions outside PEP 440 last. */
  versions(projectId: number): readonly VersionRow[];
  /** Of the newest version that has one. */
  newestOf(projectId: number): FileRecord | undefined;
  all(channel: Channel): readonly FileRecord[];
  /** The same, one at a time. */
  each(channel: Channel): Iterable<FileRecord>;
  recent(limit: number, channel?: Channel): readonly FileRecord[];
  staged(): readonly FileRecord[];
  /** The newest first; a limit of -1 is none. */
  stagedVersions(limit: number, offset: number): readonly StagedVersion[];
  countStagedVersions(): number;
  promote(projectId: number, version: string, now: number): number;
  /** `undefined` takes it back. */
  yank(ids: readonly number[], reason: string | undefined): void;
  remove(ids: readonly number[], now: number): void;
  isHashUsed(sha256: string): boolean;
  /** Every hash that a record needs a file for. */
  hashes(): ReadonlySet<string>;
  counts(): { files: number; bytes: number; projects: number; staging: number };
}

const columns = `files.id, projects.name AS project, filename, version, version_key, kind, sha256, size,
  metadata_sha256, requires_python, state, uploaded, released, uploader, yanked`;
const from = `FROM files JOIN projects ON projects.id = files.project`;
const order = `ORDER BY version_key, version, filename`;
const globalOrder = `ORDER BY projects.name, version_key, version, filename`;
/** Versions that PEP 440 knows are the same when their keys are: `2` and `2.0`. */
const sameVersion = '(version = ? OR version_key = ?)';

function keyOf(version: string): string | null {
  return tryParseVersion(version)?.key ?? null;
}

const visible: Readonly<Record<Channel, string>> = {
  release: `state = 'release'`,
  staging: `state IN ('release', 'staging')`,
};

export function createFileRecords(database: Database): FileRecords {
  return { ...createQueries(database), ...createChanges(database) };
}

type Changes = Pick<FileRecords, 'insert' | 'replace' | 'promote' | 'yank' | 'remove'>;

function createChanges(database: Database): Changes {
  return {
    insert: (file) => {
      database.run(
        `INSERT INTO files (project, filename, name_key, version, version_key, kind, sha256, size, metadata_sha256,
           requires_python, state, uploaded, released, uploader)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        file.projectId,
        file.filename,
        file.nameKey,
        ...contentOf(file),
      );
    },
    replace: (id, file) => {
      database.run(
        `UPDATE files SET filename = ?, version = ?, version_key = ?, kind = ?, sha256 = ?, size = ?,
           metadata_sha256 = ?, requires_python = ?, state = ?, uploaded = ?, released = ?, uploader = ?,
           deleted = NULL, yanked = NULL WHERE id = ?`,
        file.filename,
        ...contentOf(file),
        id,
      );
    },
    promote: (projectId, version, now) =>
      database.run(
        `UPDATE files SET state = 'release', released = ? WHERE project = ? AND ${sameVersion} AND state = 'staging'`,
        now,
        projectId,
        version,
        keyOf(version),
      ),
    yank: (ids, reason) => {
      for (const id of ids) database.run('UPDATE files SET yanked = ? WHERE id = ?', reason ?? null, id);
    },
    remove: (ids, now) => {
      for (const id of ids) {
        database.run(`UPDATE files SET state = 'deleted', deleted = ? WHERE id = ?`, now, id);
      }
    },
  };
}

function createQueries(database: Database): Omit<FileRecords, keyof Changes> {
  const list = (rest: string, ...values: (string | number | null)[]): readonly FileRecord[] =>
    database.all(`SELECT ${columns} ${from} ${rest}`, ...values).map(readFile);
  return {
    holderOf: (nameKey) => {
      const row = database.one(
        'SELECT id, filename, sha256, state, released FROM files WHERE name_key = ?',
        nameKey,
      );
      return row === undefined ? undefined : readHolder(row);
    },
    find: (sha256, filename) =>
      list(`WHERE sha256 = ? AND filename = ? AND ${visible.staging}`, sha256, filename)[0],
    ofProject: (projectId, channel) => list(`WHERE project = ? AND ${visible[channel]} ${order}`, projectId),
    ofVersion: (projectId, version) =>
      list(
        `WHERE project = ? AND ${sameVersion} AND ${visible.staging} ${order}`,
        projectId,
        version,
        keyOf(version),
      ),
    versions: (projectId) => database.all(versionList, projectId).map(readVersion),
    newestOf: (projectId) =>
      list(
        `WHERE project = ? AND ${visible.staging} ORDER BY version_key DESC NULLS LAST, uploaded DESC LIMIT 1`,
        projectId,
      )[0],
    all: (channel) => list(`WHERE ${visible[channel]} ${globalOrder}`),
    each: function* each(channel) {
      const rows = database.each(`SELECT ${columns} ${from} WHERE ${visible[channel]} ${globalOrder}`);
      for (const row of rows) yield readFile(row);
    },
    recent: (limit, channel = 'staging') =>
      list(`WHERE ${visible[channel]} ORDER BY uploaded DESC, files.id DESC LIMIT ?`, limit),
    staged: () => list(`WHERE state = 'staging' ${globalOrder}`),
    stagedVersions: (limit, offset) => database.all(stagedList, limit, offset).map(readStagedVersion),
    countStagedVersions: () =>
      number(
        database.one(
          `SELECT count(*) AS total FROM (SELECT DISTINCT project, version FROM files WHERE state = 'staging')`,
        ) ?? {},
        'total',
      ),
    isHashUsed: (sha256) =>
      database.one(`SELECT 1 AS used FROM files WHERE sha256 = ? AND ${visible.staging} LIMIT 1`, sha256) !==
      undefined,
    hashes: () =>
      new Set(
        database
          .all(`SELECT DISTINCT sha256 FROM files WHERE ${visible.staging}`)
          .map((row) => text(row, 'sha256')),
      ),
    counts: () => countFiles(database),
  };
}

const versionList = `
  SELECT version, version_key IS NULL AS legacy, count(*) AS files, count(*) FILTER (WHERE state = 'staging') AS staged,
    count(yanked) AS yanked, coalesce(max(yanked), '') AS reason, min(uploaded) AS uploaded
  FROM files WHERE project = ? AND ${visible.staging}
  GROUP BY version ORDER BY version_key DESC NULLS LAST, version DESC`;

function readVersion(row: Row): VersionRow {
  return {
    version: text(row, 'version'),
    isLegacy: number(row, 'legacy') === 1,
    files: number(row, 'files'),
    staged: number(row, 'staged'),
    yanked: number(row, 'yanked'),
    reason: text(row, 'reason'),
    uploaded: number(row, 'uploaded'),
  };
}

const stagedList = `
  SELECT projects.name AS project, version, count(*) AS files, max(uploaded) AS uploaded,
    group_concat(DISTINCT uploader) AS uploaders
  ${from} WHERE state = 'staging' GROUP BY files.project, version
  ORDER BY max(uploaded) DESC, projects.name, version LIMIT ? OFFSET ?`;

function readStagedVersion(row: Row): StagedVersion {
  return {
    project: text(row, 'project'),
    version: text(row, 'version'),
    files: number(row, 'files'),
    uploaded: number(row, 'uploaded'),
    uploaders: text(row, 'uploaders'),
  };
}

function contentOf(file: NewFile): (string | number | null)[] {
  const { channel, now } = file;
  return [
    file.version,
    file.isLegacy ? null : keyOf(file.version),
    file.kind,
    file.sha256,
    file.size,
    file.metadataHash,
    file.requiresPython ?? null,
    channel,
    now,
    channel === 'release' ? now : null,
    file.uploader,
  ];
}

function readHolder(row: Row): NameHolder {
  return {
    id: number(row, 'id'),
    filename: text(row, 'filename'),
    sha256: text(row, 'sha256'),
    state: text(row, 'state') as NameHolder['state'],
    wasReleased: row['released'] !== null,
  };
}

function readFile(row: Row): FileRecord {
  return {
    id: number(row, 'id'),
    project: text(row, 'project'),
    filename: text(row, 'filename'),
    version: text(row, 'version'),
    isLegacy: row['version_key'] === null,
    kind: text(row, 'kind') as DistributionKind,
    sha256: text(row, 'sha256'),
    size: number(row, 'size'),
    metadataHash: text(row, 'metadata_sha256'),
    channel: text(row, 'state') as Channel,
    uploaded: number(row, 'uploaded'),
    uploader: text(row, 'uploader'),
    ...optionalText(row, 'requires_python', 'requiresPython'),
    ...optionalNumber(row, 'released', 'released'),
    ...optionalText(row, 'yanked', 'yanked'),
  };
}

function countFiles(database: Database): { files: number; bytes: number; projects: number; staging: number } {
  const row =
    database.one(`SELECT count(*) AS files, coalesce(sum(size), 0) AS bytes, count(DISTINCT project) AS projects,
      count(*) FILTER (WHERE state = 'staging') AS staging FROM files WHERE ${visible.staging}`) ?? {};
  return {
    files: number(row, 'files'),
    bytes: number(row, 'bytes'),
    projects: number(row, 'projects'),
    staging: number(row, 'staging'),
  };
}
