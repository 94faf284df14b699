// What a failed run prints (buildout.py, `main`): what was going on, then the error; the way out comes after it.

import { activitiesOf, BuildError, trueMkdirError, type Where } from '#base';
import { RecipeExit } from '#recipes';

export interface FailureText {
  /** For standard error. */
  text: string;
  exitCode: number;
}

/**
 * The lines for `error`. A BuildError is a user's matter: its message and, when `hints` or it is none of
 * zc.buildout's errors, the place and the way out.
 * Anything else is a bug (ours or a recipe's) and shows its stack.
 */
export function formatFailure(error: unknown, hints: boolean): FailureText {
  if (error instanceof RecipeExit) return { text: '', exitCode: error.exitCode };
  const chain = formatActivities(error);
  if (error instanceof BuildError) {
    const exitCode = error.code === 'INTERRUPTED' ? 130 : 1;
    const hint = hints || isOurs(error) ? formatHints(error) : '';
    return { text: `${chain}Error: ${error.message}\n${hint}`, exitCode };
  }
  const refusal = describeRefusal(trueMkdirError(error));
  if (refusal !== undefined) return { text: `${chain}Error: ${refusal}\n`, exitCode: 1 };
  return { text: `${chain}${internalError}${stackOf(error)}\n`, exitCode: 1 };
}

const refusals: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full',
  EDQUOT: 'The quota of the disk is used up',
  EROFS: 'The file system is read-only',
  EACCES: 'Permission denied',
  EPERM: 'Permission denied',
  EMFILE: 'Too many open files',
};

/** What the system does not let us do is the user's to mend, and no bug: a sentence with the path, when there is one. */
function describeRefusal(error: unknown): string | undefined {
  if (!(error instanceof Error) || 'traceback' in error || !('syscall' in error)) return undefined;
  const what = 'code' in error && typeof error.code === 'string' ? refusals[error.code] : undefined;
  if (what === undefined) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? ` \`${error.path}\`` : '';
  return `${what}:${path} (${String(error.syscall)})`;
}

/** The `While:` lines, outermost first; empty when nothing is known. */
export function formatActivities(error: unknown): string {
  const activities = activitiesOf(error);
  return activities.length === 0 ? '' : `While:\n${activities.map((text) => `  ${text}\n`).join('')}`;
}

const ours =
  /^(NET|STORE|ARCHIVE|BUILD|HASH|PYTHON|RECIPE_HOST|RELEASE|USAGE|VCS|REPOSITORY|PUBLISH|TOKEN|LINK)(_|$)/;

/** Errors that zc.buildout does not have: nobody compares their text, so they may always say more. */
function isOurs(error: BuildError): boolean {
  return ours.test(error.code);
}

const internalError = `
An internal error occurred due to a bug in either zc.buildout or in a
recipe being used:
`;

/** An exception of Python's carries its own traceback; what Python printed says more than our stack. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('traceback' in error && typeof error.traceback === 'string') return error.traceback.trimEnd();
  return error.stack ?? error.message;
}

function formatHints(error: BuildError): string {
  const place = error.where === undefined ? '' : formatWhere(error.where);
  const at = place === '' || error.message.includes(place) ? '' : `  at ${place}\n`;
  return `${at}${error.hint === undefined ? '' : `hint: ${error.hint}\n`}`;
}

/** `file:line [section] option`, as far as known. */
function formatWhere(where: Where): string {
  const line = where.line === undefined ? '' : `:${where.line}`;
  const names = [where.section === undefined ? '' : `[${where.section}]`, where.option ?? ''];
  return [`${where.file ?? ''}${line}`, ...names].filter((part) => part !== '').join(' ');
}
