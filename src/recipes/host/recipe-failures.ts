// What a Python recipe can do to a run that is no mistake of the user: raise an unexpected exception, or exit.

/**
 * An exception that is not zc.buildout's UserError: a bug in a recipe, so it prints as an internal error with
 * `traceback`, the text Python would print.
 */
export class RecipeException extends Error {
  traceback: string;

  constructor(message: string, traceback: string) {
    super(message);
    this.name = 'RecipeException';
    this.traceback = traceback;
  }
}

/** A recipe called `sys.exit`: the program ends with `exitCode` and prints nothing more. */
export class RecipeExit extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`A recipe ended the program with exit code ${exitCode}`);
    this.name = 'RecipeExit';
    this.exitCode = exitCode;
  }
}
