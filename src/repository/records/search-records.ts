// What a project says about itself, and how it is found: a full-text table (FTS5, trigrams, so any part of a word
// finds). One row for each project that has a file, with the id of the project: what its newest file says.

import { number, text, type Database, type Row } from './open-database.ts';

export interface Description {
  /** All its spellings. */
  name: string;
  summary: string;
  keywords: string;
  /** Where all this is from. */
  version: string;
  /** Sorts like the version; `''` for one outside PEP 440. */
  versionKey: string;
}

export interface SearchHit {
  /** In the normal form of PEP 503. */
  readonly name: string;
  readonly displayName: string;
  readonly summary: string;
  /** The newest. */
  readonly version: string;
}

export interface SearchOrder {
  /** Words, or parts of words, that must all occur; none finds everything. */
  words: readonly string[];
  limit: number;
  offset: number;
}

export interface SearchRecords {
  describe(projectId: number, description: Description): void;
  forget(projectId: number): void;
  /** The key of the version that describes the project; `undefined` when nothing does. */
  versionKeyOf(projectId: number): string | undefined;
  /** By normal name. */
  of(name: string): SearchHit | undefined;
  /** Projects that have files and no description. */
  undescribed(): readonly number[];
  /** Those first whose name is the words, or begins with them, or has them in it; then by name. */
  find(order: SearchOrder): readonly SearchHit[];
  count(words: readonly string[]): number;
}

export function createSearchRecords(database: Database): SearchRecords {
  return {
    describe: (projectId, { name, summary, keywords, version, versionKey }) => {
      database.run(
        'INSERT OR REPLACE INTO project_search (rowid, name, summary, keywords, version, version_key) VALUES (?, ?, ?, ?, ?, ?)',
        projectId,
        name,
        summary,
        keywords,
        version,
        versionKey,
      );
    },
    forget: (projectId) => void database.run('DELETE FROM project_search WHERE rowid = ?', projectId),
    versionKeyOf: (projectId) => {
      const row = database.one('SELECT version_key FROM project_search WHERE rowid = ?', projectId);
      return row === undefined ? undefined : text(row, 'version_key');
    },
    of: (name) => {
      const row = database.one(`${hits} WHERE projects.name = ?`, name);
      return row === undefined ? undefined : readHit(row);
    },
    undescribed: () =>
      database
        .all(
          `SELECT DISTINCT project AS id FROM files
           WHERE state IN ('release', 'staging') AND project NOT IN (SELECT rowid FROM project_search)`,
        )
        .map((row) => number(row, 'id')),
    find: ({ words, limit, offset }) => {
      const { condition, values } = conditionOf(words);
      const phrase = escapeLike(words.join('-'));
      const rows = database.all(
        `${hits} WHERE ${condition}
         ORDER BY CASE WHEN projects.name = ? THEN 0 WHEN projects.name LIKE ? ESCAPE '\\' THEN 1
           WHEN projects.name LIKE ? ESCAPE '\\' THEN 2 ELSE 3 END, projects.name LIMIT ? OFFSET ?`,
        ...values,
        words.join('-').toLowerCase(),
        `${phrase}%`,
        `%${phrase}%`,
        limit,
        offset,
      );
      return rows.map(readHit);
    },
    count: (words) => {
      const { condition, values } = conditionOf(words);
      const row = database.one(`SELECT count(*) AS total FROM project_search WHERE ${condition}`, ...values);
      return number(row ?? {}, 'total');
    },
  };
}

const hits = `SELECT projects.name, display_name, project_search.summary, project_search.version
  FROM project_search JOIN projects ON projects.id = project_search.rowid`;

function readHit(row: Row): SearchHit {
  return {
    name: text(row, 'name'),
    displayName: text(row, 'display_name'),
    summary: text(row, 'summary'),
    version: text(row, 'version'),
  };
}

const shortestTrigram = 3;

/** Trigrams know no word of one or two characters: those are looked for in the text itself. */
function conditionOf(words: readonly string[]): { condition: string; values: string[] } {
  const long = words.filter((word) => Array.from(word).length >= shortestTrigram);
  const short = words.filter((word) => !long.includes(word));
  const conditions = short.map(
    () =>
      `(project_search.name LIKE ? ESCAPE '\\' OR summary LIKE ? ESCAPE '\\' OR keywords LIKE ? ESCAPE '\\')`,
  );
  if (long.length > 0) conditions.unshift('project_search MATCH ?');
  const match = long.map((word) => `"${word.replaceAll('"', '""')}"`).join(' AND ');
  const likes = short.flatMap((word) => Array<string>(3).fill(`%${escapeLike(word)}%`));
  return {
    condition: conditions.length === 0 ? 'TRUE' : conditions.join(' AND '),
    values: long.length > 0 ? [`{name summary keywords} : (${match})`, ...likes] : likes,
  };
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
