// Errors on their way between this program and Python, so that each side gets back its own: an error of the core that
// passes through a recipe arrives here as the same object, and an exception of Python's that passes through the core
// is raised again in the outer recipe as the same exception.

import { BuildError, rememberActivity } from '#base';
import { pythonClassOf } from './python-class-of.ts';
import { RecipeException, RecipeExit } from './recipe-failures.ts';

/** An error as it travels; the Python side is `python/clutch_host/failures.py`. */
export interface Failure {
  message: string;
  /** Names of Python classes, the most special first. */
  classes: readonly string[];
  /** The exception's `args`, when they differ from its text. */
  args?: readonly string[];
  kind?: 'user' | 'exit' | 'interrupt' | 'exception';
  activities?: readonly string[];
  traceback?: string;
  exitCode?: number | null;
  /** The token of an exception that Python keeps. */
  python?: string | null;
  /** The token of an error that this side keeps. */
  core?: string | null;
}

export interface FailureExchange {
  toPython(error: unknown): Failure;
  /** The error to throw. What Python was doing is put in front of what the error remembers. */
  fromPython(failure: Failure): unknown;
  /** The token under which Python keeps the exception that `error` is there, if it was there. */
  pythonToken(error: unknown): string | undefined;
}

export function createFailureExchange(): FailureExchange {
  const errors = new Map<string, unknown>();
  const pythonTokens = new Map<unknown, string>();
  let count = 0;

  function keep(error: unknown, pythonToken: string): void {
    errors.set(pythonToken, error);
    pythonTokens.set(error, pythonToken);
  }

  return {
    pythonToken: (error) => pythonTokens.get(error),
    toPython(error) {
      count += 1;
      const core = `c${count}`;
      errors.set(core, error);
      const message = error instanceof Error ? error.message : String(error);
      return { message, ...pythonClassOf(error), core, python: pythonTokens.get(error) ?? null };
    },
    fromPython(failure) {
      const known = errors.get(failure.core ?? '') ?? errors.get(failure.python ?? '');
      const error = known ?? createError(failure);
      if (typeof failure.python === 'string') keep(error, failure.python);
      // The traceback of the outer recipe holds that of the inner one.
      if (error instanceof RecipeException) error.traceback = failure.traceback ?? error.traceback;
      for (const activity of [...(failure.activities ?? [])].reverse()) rememberActivity(error, activity);
      return error;
    },
  };
}

function createError(failure: Failure): Error {
  switch (failure.kind) {
    case 'user':
      return new BuildError('RECIPE_FAILED', failure.message);
    case 'exit':
      return new RecipeExit(failure.exitCode ?? 1);
    case 'interrupt':
      return new BuildError('INTERRUPTED', 'Interrupted.');
    default:
      return new RecipeException(failure.message, failure.traceback ?? failure.message);
  }
}
