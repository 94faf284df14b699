// A project's own source archive, through its PEP 517 back end in isolation: what is published beside wheels.

import { basename, join } from 'node:path';
import { withBuildDirectory } from './build-directory.ts';
import type { BuildSdistOptions } from './build-sdist.ts';
import { runBackEnd } from './run-back-end.ts';
import { unpackSource } from './unpack-source.ts';

/**
 * Builds the sdist of the project in the directory `source` and returns its path, `workDirectory/<its name>`. The
 * directory is copied, never written to. Fails as `buildSdist`.
 */
export async function buildArchive(
  options: Omit<BuildSdistOptions, 'inPlace' | 'buildExt'>,
): Promise<string> {
  const { source, workDirectory, environment = process.env, extraEnvironment = {} } = options;
  const name = options.name ?? basename(source);
  return withBuildDirectory(workDirectory, async (directory) => {
    const root = await unpackSource(source, join(directory, 'src'));
    const scratch = join(directory, 'run');
    const backEnd = { ...options, name, root, scratch, output: workDirectory, environment, extraEnvironment };
    return join(workDirectory, await runBackEnd('sdist', backEnd));
  });
}
