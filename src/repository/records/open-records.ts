// The records of a repository: one SQLite file, its tables behind functions, and the one way to change several at once.

import { createFileRecords, type FileRecords } from './file-records.ts';
import { createGroupCommit, type Commit } from './group-commit.ts';
import { createLinkRecords, type LinkRecords } from './link-records.ts';
import { number, openDatabase, text } from './open-database.ts';
import { createProjectRecords, type ProjectRecords } from './project-records.ts';
import { migrate } from './schema.ts';
import { createSearchRecords, type SearchRecords } from './search-records.ts';
import { createTokenRecords, type TokenRecords } from './token-records.ts';

export interface Records {
  readonly files: FileRecords;
  readonly projects: ProjectRecords;
  readonly tokens: TokenRecords;
  readonly links: LinkRecords;
  readonly search: SearchRecords;
  readonly commit: Commit;
  /** Changes with every change that another process has made: `clutch token create` beside a running server. */
  foreignChanges(): number;
  /** What SQLite itself finds wrong with the file, as sentences. */
  integrity(): readonly string[];
  close(): void;
}

/** Opens `records.sqlite` of a data directory, made when missing; a change is on the disk when its commit has ended. */
export function openRecords(file: string, readOnly = false): Records {
  const database = openDatabase(file, { synchronous: 'full', readOnly });
  try {
    if (!readOnly) migrate(database.raw, file);
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    files: createFileRecords(database),
    projects: createProjectRecords(database),
    tokens: createTokenRecords(database),
    links: createLinkRecords(database),
    search: createSearchRecords(database),
    commit: createGroupCommit(database),
    foreignChanges: () => number(database.one('PRAGMA data_version') ?? {}, 'data_version'),
    integrity: () =>
      database
        .all('PRAGMA integrity_check')
        .map((row) => text(row, 'integrity_check'))
        .filter((line) => line !== 'ok')
        .map((line) => `records.sqlite: ${line}`),
    close: () => database.close(),
  };
}
