// What a command that zc.buildout does not have looks like. Each lives in a file of its own here, is loaded only when
// it is called, reads its own options (`node:util` parseArgs) and calls the operation of the room below.

import type { Buildout, BuildoutOptions } from '#parts';
import type { CommandLine } from '../parse-command-line.ts';
import type { RunContext } from '../run-context.ts';

export interface Command {
  /** What `COMMAND --help` prints. */
  readonly usage: string;
  /** It only looks: reading the settings writes nothing, not even to caches. */
  readonly readOnly?: true;
  /** Does the work and gives the exit code; a failure is thrown. */
  run(invocation: Invocation): Promise<number>;
}

export interface Invocation {
  /** What follows the command on the line. */
  readonly words: readonly string[];
  /** The whole line. */
  readonly line: CommandLine;
  readonly context: RunContext;
  /**
   * The configuration and the Python, as `-c`, assignments and environment say; read when first asked for, and without
   * writing when the command or `readOnly` says so.
   */
  readonly settings: (readOnly?: boolean) => Promise<BuildoutOptions>;
  /** The buildout of that configuration, with its directories made; closed when the command has ended. */
  readonly openBuildout: () => Promise<Buildout>;
}
