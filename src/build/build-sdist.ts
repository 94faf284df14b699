// From an sdist or a checkout to a wheel, through the project's PEP 517 back end in isolation.

import type { Environment, Report } from '#base';
import type { PythonDescription } from '#python';
import type { RequirementsFor } from './project-back-end.ts';

export interface BuildSdistOptions {
  /** An sdist archive, or a directory with the project; a directory is copied, never written to. */
  source: string;
  /** Where the build directory is made and where the wheel is left. */
  workDirectory: string;
  python: PythonDescription;
  requirementsFor: RequirementsFor;
  /** Options of `[build_ext]` in setup.cfg, as zc.recipe.egg:custom gives them. */
  buildExt?: Readonly<Record<string, string>>;
  configSettings?: Readonly<Record<string, string | readonly string[]>>;
  /** The user's environment, of which the build sees an allow-list; this process's own when absent. */
  environment?: Environment;
  /** Variables that the build gets as they are (the `environment` option of zc.recipe.egg:custom). */
  extraEnvironment?: Readonly<Record<string, string>>;
  /** What messages and progress call it; the source's file name when absent. */
  name?: string;
  report: Report;
  signal?: AbortSignal;
}

/** Builds a wheel of `source` and returns its path below `workDirectory`. */
export async function buildSdist(options: BuildSdistOptions): Promise<string> {
  throw new Error(`not yet: ${options.source}`);
}
