// Puts a project's source into a build directory: an sdist is unpacked, a directory copied; every file gets one time,
// so that neither `make` nor a wheel sees in which order they were written.

import { cpSync, existsSync, lutimesSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { extractArchive } from '#archive';
import { BuildError } from '#base';
import { sourceDateEpoch } from './build-environment.ts';

/** Unpacks or copies `source` into `target`, which must not exist, and returns the project's root in it. */
export async function unpackSource(source: string, target: string): Promise<string> {
  if (statSync(source).isDirectory()) {
    cpSync(source, target, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !target.startsWith(path + sep) && path !== target,
    });
  } else {
    mkdirSync(target, { recursive: true });
    await extractArchive(source, target);
  }
  setTimes(target);
  return findRoot(target, basename(source));
}

/** The project's directory in an unpacked archive called `name`; fails with `PROJECT_INVALID`. */
export function findRoot(target: string, name: string): string {
  if (isProject(target)) return target;
  const folders = readdirSync(target, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const projects = folders.map((entry) => join(target, entry.name)).filter(isProject);
  const [root] = projects;
  if (root !== undefined && projects.length === 1) return root;
  const reason = root === undefined ? 'no project' : 'more than one project';
  throw new BuildError('PROJECT_INVALID', `Cannot build ${name}: there is ${reason} in it`, {
    hint: 'a source distribution has one directory with a pyproject.toml or a setup.py',
  });
}

function isProject(folder: string): boolean {
  return ['pyproject.toml', 'setup.py', 'setup.cfg'].some((name) => existsSync(join(folder, name)));
}

function setTimes(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) setTimes(path);
    lutimesSync(path, sourceDateEpoch, sourceDateEpoch);
  }
}
