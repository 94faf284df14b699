// The data directory as a whole: where its parts are, and what is said when it can't be used: a wrong path, no rights, a
// full or read-only disk, records of a stranger. Those are the user's to mend, so none of them is a bug with a stack.

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError, hasCode, trueMkdirError } from '#base';
import { isDiskFull } from '../refusals.ts';

export function recordsFile(directory: string): string {
  return join(directory, 'records.sqlite');
}

export function filesDirectory(directory: string): string {
  return join(directory, 'files');
}

/** Fails with `REPOSITORY_MISSING` unless somebody has served this directory or made a token for it. */
export function assertDataDirectory(directory: string): void {
  if (existsSync(recordsFile(directory))) return;
  throw new BuildError(
    'REPOSITORY_MISSING',
    `\`${directory}\` is no data directory: it has no records.sqlite`,
    { hint: 'name the directory that `clutch serve --data` serves' },
  );
}

/** Makes the directory when missing, then runs `action`; what the system refuses is a `REPOSITORY_DIRECTORY` error. */
export async function usingDirectory<T>(directory: string, action: () => T | Promise<T>): Promise<T> {
  try {
    mkdirSync(directory, { recursive: true });
    return await action();
  } catch (error) {
    throw describeFailure(directory, trueMkdirError(error)) ?? error;
  }
}

const refusals: readonly (readonly [codes: readonly string[], problem: string, hint: string])[] = [
  [['EEXIST', 'ENOTDIR'], 'is no directory', 'give the path of a directory; it is made when missing'],
  [['EACCES', 'EPERM'], 'may not be written by this user', 'give the directory to the user who runs clutch'],
  [['EROFS'], 'is on a read-only file system', 'give one that can be written'],
  [['EMFILE', 'ENFILE'], 'can’t be opened: there are too many open files', 'raise `ulimit -n`'],
];

function describeFailure(directory: string, error: unknown): BuildError | undefined {
  if (error instanceof BuildError) return undefined;
  const fail = (problem: string, hint: string): BuildError =>
    new BuildError('REPOSITORY_DIRECTORY', `\`${directory}\` ${problem}`, { hint, cause: error });
  if (isDiskFull(error)) return fail('has no room: the disk is full', 'make room there, and start again');
  for (const [codes, problem, hint] of refusals) if (hasCode(error, ...codes)) return fail(problem, hint);
  return describeSqliteFailure(error, fail);
}

/** SQLite's READONLY, IOERR and CANTOPEN, whose reasons it does not give. */
function describeSqliteFailure(
  error: unknown,
  fail: (problem: string, hint: string) => BuildError,
): BuildError | undefined {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  const hint = 'the user who runs clutch must be able to write it and everything in it';
  if (code === 8) return fail('can’t be written', hint);
  if (code === 10) return fail('has a disk that fails or is full', 'look into the log of the system');
  return code === 14 ? fail('can’t be opened', hint) : undefined;
}
