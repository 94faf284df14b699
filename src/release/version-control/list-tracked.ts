// The files of a project that git tracks: they are the project's own wherever they lie.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '#base';
import { tryRunProgram } from '#python';

/** Paths relative to `directory` of files that are there; none when it is no checkout of git, or git is not installed. */
export async function listTracked(directory: string, environment: Environment): Promise<ReadonlySet<string>> {
  if (!existsSync(join(directory, '.git'))) return new Set();
  const env = { ...environment, GIT_OPTIONAL_LOCKS: '0' };
  const result = await tryRunProgram('git', ['ls-files', '-z', '--cached'], { cwd: directory, env });
  if (result === undefined || result.code !== 0) return new Set();
  return new Set(
    result.stdout.split('\0').filter((path) => path !== '' && existsSync(join(directory, path))),
  );
}
