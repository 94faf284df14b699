// The one error class for what a user can mend. A bug of ours stays a plain `Error` and prints a stack.

/** Where in the user's files something is wrong. `file` is a path or a URL without credentials. */
export interface Where {
  file?: string;
  line?: number;
  section?: string;
  option?: string;
}

export interface BuildErrorOptions {
  /** The way out, printed after the message as `hint: …`. */
  hint?: string;
  where?: Where;
  cause?: unknown;
}

/**
 * A failure that is not a bug of ours: `code` identifies it for programs (`CONFIG_UNKNOWN_SECTION`), `message` is
 * printed after `Error: `. Where zc.buildout's text is the contract, `message` is that text and ours is the hint.
 */
export class BuildError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly where: Where | undefined;

  constructor(code: string, message: string, options: BuildErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BuildError';
    this.code = code;
    this.hint = options.hint;
    this.where = options.where;
  }
}

/** Whether an error of Node's carries this code (`ENOENT`): the only way a `catch` names what it expects. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
  );
}
