// A source checkout made importable from the develop-eggs directory, as zc.buildout's `develop` does it.

import type { Environment, Report } from '#base';
import type { PythonDescription } from '#python';
import type { RequirementsFor } from './project-back-end.ts';

export interface DevelopEggOptions {
  /** The project's directory, or a file in it (`setup.py`). */
  setup: string;
  developEggsDirectory: string;
  python: PythonDescription;
  requirementsFor: RequirementsFor;
  buildExt?: Readonly<Record<string, string>>;
  environment?: Environment;
  extraEnvironment?: Readonly<Record<string, string>>;
  report: Report;
  signal?: AbortSignal;
}

export interface DevelopedEgg {
  project: string;
  /** The path of the `.egg-link` file. */
  eggLink: string;
  /** Everything written into the develop-eggs directory, the egg-link included. */
  files: readonly string[];
  /** The lines of `namespace_packages.txt` when the project has namespaces of pkg_resources style. */
  namespaces?: string;
}

/** Makes the develop egg of `setup` in `developEggsDirectory`, replacing what an earlier one left there. */
export async function developEgg(options: DevelopEggOptions): Promise<DevelopedEgg> {
  throw new Error(`not yet: ${options.setup}`);
}
