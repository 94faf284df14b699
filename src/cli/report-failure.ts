// What a failed run prints (buildout.py, `main`): what was going on, then the error; the way out comes after it.

import { activitiesOf, BuildError, type Where } from '#base';
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
  return { text: `${chain}${internalError}${stackOf(error)}\n`, exitCode: 1 };
}

/** The `While:` lines, outermost first; empty when nothing is known. */
export function formatActivities(error: unknown): string {
  const activities = activitiesOf(error);
  return activities.length === 0 ? '' : `While:\n${activities.map((text) => `  ${text}\n`).join('')}`;
}

/** Errors that zc.buildout does not have: nobody compares their text, so they may always say more. */
function isOurs(error: BuildError): boolean {
  return /^(NET|STORE|ARCHIVE|BUILD|HASH|PYTHON|HOST|USAGE)(_|$)/.test(error.code);
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
