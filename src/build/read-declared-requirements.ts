// What a source distribution declares to be built with, without building it: `build-system.requires`, or what a project
// that does not say is built with. A back end may ask for more when it is started.

import { basename } from 'node:path';
import { extractArchive } from '#archive';
import { readBackEnd } from './project-back-end.ts';
import { findRoot } from './unpack-source.ts';

const telling = new Set(['pyproject.toml', 'setup.py', 'setup.cfg']);

/** The requirements as written. `scratch` must not exist; fails with `PROJECT_INVALID` and as extracting does. */
export async function readDeclaredRequirements(archive: string, scratch: string): Promise<readonly string[]> {
  const isTelling = (path: string): boolean => {
    const [first = '', second] = path.split('/');
    return telling.has(second ?? first) && path.split('/').length <= 2;
  };
  await extractArchive(archive, scratch, { rename: (path) => (isTelling(path) ? path : undefined) });
  const name = basename(archive);
  return (await readBackEnd(findRoot(scratch, name), name)).requires;
}
