// What surrounds a run: the machine as its caller gave it, and where its words go.

import type { Environment, Report } from '#base';

export interface RunContext {
  environment: Environment;
  cwd: string;
  /** As Python's `sys.argv`: the program, then its arguments. */
  argv: readonly string[];
  report: Report;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}
