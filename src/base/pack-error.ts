// Errors on their way between threads. Structured cloning keeps name, message and stack; the code that programs go by,
// the hint and the place would be lost.

import { BuildError, type Where } from './build-error.ts';

/** An error as plain data. */
export interface PackedError {
  message: string;
  stack: string | undefined;
  /** Of a `BuildError`. */
  build?: { code: string; hint: string | undefined; where: Where | undefined };
  /** Of an error of Node's: `code`, `errno`, `syscall`, `path`, `dest`. */
  system: Readonly<Record<string, unknown>>;
  cause?: PackedError;
}

const systemFields = ['code', 'errno', 'syscall', 'path', 'dest', 'errcode'];

/** What `unpackError` makes the same error of again, as far as anybody looks at it. */
export function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined, system: {} };
  const { message, stack, cause } = error;
  return {
    message,
    stack,
    ...(error instanceof BuildError && {
      build: { code: error.code, hint: error.hint, where: error.where },
    }),
    system: Object.fromEntries(
      systemFields.flatMap((name) => (name in error ? [[name, Reflect.get(error, name)] as const] : [])),
    ),
    ...(cause === undefined ? {} : { cause: packError(cause) }),
  };
}

export function unpackError({ message, stack, build, system, cause }: PackedError): Error {
  const options = cause === undefined ? {} : { cause: unpackError(cause) };
  const error =
    build === undefined
      ? Object.assign(new Error(message, options), system)
      : new BuildError(build.code, message, {
          ...options,
          ...(build.hint === undefined ? {} : { hint: build.hint }),
          ...(build.where === undefined ? {} : { where: build.where }),
        });
  if (stack !== undefined) error.stack = stack;
  return error;
}
