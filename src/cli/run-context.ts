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
  /** Configuration files by URL, for commands that read several times: each is fetched once, whatever comes of it. */
  remoteFiles?: Map<string, Promise<Uint8Array>>;
}
