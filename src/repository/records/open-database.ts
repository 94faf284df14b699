// SQLite as the records need it: WAL, so that readers never wait; `synchronous=FULL`, so that what was answered with
// 200 survives a power cut. Statements are prepared once, with their first use.

import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { BuildError } from '#base';

export type Row = Readonly<Record<string, SQLOutputValue>>;

export interface Database {
  all(sql: string, ...values: SQLInputValue[]): readonly Row[];
  /** Row by row: for what is not held in memory as a whole. */
  each(sql: string, ...values: SQLInputValue[]): Iterable<Row>;
  one(sql: string, ...values: SQLInputValue[]): Row | undefined;
  /** How many rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number;
  exec(sql: string): void;
  readonly raw: DatabaseSync;
  close(): void;
}

export interface DatabaseOptions {
  /** `normal`: a power cut may lose the last changes, never the file's order. */
  synchronous: 'full' | 'normal';
  readOnly?: boolean;
}

/** Opens (or makes) the file; fails with `REPOSITORY_DAMAGED` when it is no database. */
export function openDatabase(file: string, { synchronous, readOnly = false }: DatabaseOptions): Database {
  const raw = new DatabaseSync(file, { timeout: 10_000, readOnly });
  try {
    if (!readOnly) raw.exec('PRAGMA journal_mode = WAL');
    raw.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA foreign_keys = ON; PRAGMA cache_size = -8000`);
  } catch (error) {
    raw.close();
    throw describeFailure(error, file);
  }
  const prepared = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    let known = prepared.get(sql);
    if (known === undefined) prepared.set(sql, (known = raw.prepare(sql)));
    return known;
  };
  return {
    all: (sql, ...values) => statement(sql).all(...values),
    each: (sql, ...values) => raw.prepare(sql).iterate(...values),
    one: (sql, ...values) => statement(sql).get(...values),
    run: (sql, ...values) => Number(statement(sql).run(...values).changes),
    exec: (sql) => raw.exec(sql),
    raw,
    close: () => raw.close(),
  };
}

/** SQLite's CORRUPT and NOTADB. */
function describeFailure(error: unknown, file: string): unknown {
  const isDamage =
    error instanceof Error && 'errcode' in error && (error.errcode === 11 || error.errcode === 26);
  if (!isDamage) return error;
  return new BuildError('REPOSITORY_DAMAGED', `\`${file}\` is no SQLite database, or damaged`, {
    hint: 'restore it from the backup of the data directory',
    cause: error,
  });
}

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`column ${column} has no text`);
  return value;
}

export function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`column ${column} has no number`);
  return value;
}

/** `{ [name]: value }` of a column, or nothing when it is NULL: for spreading into a record. */
export function optionalText<Name extends string>(
  row: Row,
  column: string,
  name: Name,
): { [Key in Name]?: string } {
  return row[column] === null ? {} : ({ [name]: text(row, column) } as { [Key in Name]?: string });
}

export function optionalNumber<Name extends string>(
  row: Row,
  column: string,
  name: Name,
): { [Key in Name]?: number } {
  return row[column] === null ? {} : ({ [name]: number(row, column) } as { [Key in Name]?: number });
}
