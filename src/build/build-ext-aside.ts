// Options of `[build_ext]` reach a checkout's extensions through its setup.cfg, which is the user's file: it is put
// aside for the time of the build and comes back whatever happens.

import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Runs `action`, in which the build may write `setup.cfg` of `root`. */
export async function withBuildExt<T>(
  root: string,
  buildExt: Readonly<Record<string, string>> | undefined,
  action: () => Promise<T>,
): Promise<T> {
  if (buildExt === undefined || Object.keys(buildExt).length === 0) return action();
  const file = join(root, 'setup.cfg');
  const aside = `${file}-develop-aside`;
  // A run that was killed left it there.
  if (existsSync(aside)) renameSync(aside, file);
  const existed = existsSync(file);
  if (existed) copyFileSync(file, aside);
  try {
    return await action();
  } finally {
    if (existed) renameSync(aside, file);
    else rmSync(file, { force: true });
  }
}
