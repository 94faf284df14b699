// The ways to say no to a request. The code decides the HTTP status; messages name what was checked, so that they can
// be shown as they are by twine, uv and whatever else uploads.

import { BuildError, hasCode } from '#base';

/** The checks a file goes through; the refusal names the one that failed. */
export type Check =
  | 'form'
  | 'file name'
  | 'size'
  | 'hash'
  | 'zip'
  | 'tar'
  | 'metadata'
  | 'wheel'
  | 'record'
  | 'egg'
  | 'sdist'
  | 'attestations';

/** `problem` is a whole sentence without its full stop. */
export function refusal(check: Check, problem: string, hint?: string): BuildError {
  const hintOption = hint === undefined ? {} : { hint };
  return new BuildError('REPOSITORY_REFUSED', `Refused by the check of the ${check}: ${problem}`, hintOption);
}

export function conflict(problem: string, hint: string): BuildError {
  return new BuildError('REPOSITORY_CONFLICT', problem, { hint });
}

export function notFound(problem: string, hint?: string): BuildError {
  return new BuildError('REPOSITORY_NOT_FOUND', problem, hint === undefined ? {} : { hint });
}

export function tooLarge(problem: string): BuildError {
  return new BuildError('REPOSITORY_TOO_LARGE', `Refused by the check of the size: ${problem}`, {
    hint: 'the server’s --max-file-size decides',
  });
}

/** Nobody or somebody unknown asks (401), or somebody who may not (403). */
export function unauthorized(problem: string): BuildError {
  return new BuildError('REPOSITORY_UNAUTHORIZED', problem, {
    hint: 'send a token of this repository as the password of HTTP Basic (any user name), or as a Bearer token',
  });
}

export function forbidden(problem: string): BuildError {
  return new BuildError('REPOSITORY_FORBIDDEN', problem, {
    hint: 'ask whoever runs this repository for a token with this action and project',
  });
}

export function badRequest(problem: string): BuildError {
  return new BuildError('REPOSITORY_BAD_REQUEST', problem);
}

const statuses: Readonly<Record<string, number>> = {
  REPOSITORY_REFUSED: 400,
  LINK_REFUSED: 400,
  TOKEN_ORDER: 400,

  REPOSITORY_BAD_REQUEST: 400,
  REPOSITORY_UNAUTHORIZED: 401,
  REPOSITORY_FORBIDDEN: 403,
  REPOSITORY_NOT_FOUND: 404,
  REPOSITORY_CONFLICT: 409,
  REPOSITORY_TOO_LARGE: 413,
  REPOSITORY_UPSTREAM: 502,
  REPOSITORY_DISK_FULL: 507,
};

/** The HTTP status for a failure; 500 for one that is not the other side's, nor the disk's. */
export function statusOf(error: unknown): number {
  if (isDiskFull(error)) return 507;
  return error instanceof BuildError ? (statuses[error.code] ?? 500) : 500;
}

const sqliteFull = 13;

export function isDiskFull(error: unknown): boolean {
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return true;
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteFull;
}
