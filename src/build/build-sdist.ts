// From an sdist or a checkout to a wheel, through the project's PEP 517 back end in isolation.

import { basename, join } from 'node:path';
import type { Environment, Report } from '#base';
import type { PythonDescription } from '#python';
import { withBuildDirectory } from './build-directory.ts';
import type { RequirementsFor } from './project-back-end.ts';
import { runBackEnd } from './run-back-end.ts';
import { unpackSource } from './unpack-source.ts';

export interface BuildSdistOptions {
  /** An sdist archive, or a directory with the project; a directory is copied, never written to. */
  source: string;
  /** The directory is built where it is, and keeps what its back end leaves there. */
  inPlace?: boolean | undefined;
  /** Where the build directory is made and where the wheel is left. */
  workDirectory: string;
  python: PythonDescription;
  requirementsFor: RequirementsFor;
  /** Options of `[build_ext]` in setup.cfg, as zc.recipe.egg:custom gives them. */
  buildExt?: Readonly<Record<string, string>> | undefined;
  configSettings?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** The user's environment, of which the build sees an allow-list; this process's own when absent. */
  environment?: Environment | undefined;
  /** Variables that the build gets as they are (the `environment` option of zc.recipe.egg:custom). */
  extraEnvironment?: Readonly<Record<string, string>> | undefined;
  /** What messages and progress call it; the source's file name when absent. */
  name?: string | undefined;
  report: Report;
  signal?: AbortSignal | undefined;
}

/**
 * Builds a wheel of `source` and returns its path, `workDirectory/<wheel's name>`. Fails with `BUILD_FAILED` or
 * `PROJECT_INVALID`, or as `requirementsFor` does.
 */
export async function buildSdist(options: BuildSdistOptions): Promise<string> {
  const { source, workDirectory, environment = process.env, extraEnvironment = {}, report } = options;
  const name = options.name ?? basename(source);
  report({ type: 'build-start', name });
  try {
    return await withBuildDirectory(workDirectory, async (directory) => {
      const root = options.inPlace === true ? source : await unpackSource(source, join(directory, 'src'));
      const scratch = join(directory, 'run');
      const backEnd = {
        ...options,
        name,
        root,
        scratch,
        output: workDirectory,
        hidden: root,
        environment,
        extraEnvironment,
      };
      return join(workDirectory, await runBackEnd('wheel', backEnd));
    });
  } finally {
    report({ type: 'build-end', name });
  }
}
