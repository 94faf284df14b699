// The project that is released: a directory as it lies there, or a fresh checkout; and which of its files go along.

import { constants, copyFileSync, mkdirSync, statSync, symlinkSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { collectMembers, type NewMember } from '#archive';
import { BuildError } from '#base';
import { readMainOptions, type BuildoutOptions } from '#parts';
import { linksOutside } from '../links-outside.ts';
import { listTracked } from '../version-control/list-tracked.ts';
import type { ReleaseSource } from './parse-source.ts';
import { createCheckoutFilter, createProjectFilter } from './project-files.ts';

export interface Project {
  /** The project's files, each path behind `prefix/`. */
  members(prefix: string): NewMember[];
  /** Puts the same files into a new directory. */
  copyTo(directory: string): void;
  /** The files of a download cache that the project has, in its `dist`; absent: it has none. */
  downloads?: string;
  /** Options of `[buildout]` that a copy needs to find what lies outside. */
  links: readonly (readonly [option: string, value: string])[];
  /** Nothing but that download cache is to be used. */
  installsFromCache: boolean;
}

const options = ['bin-directory', 'parts-directory', 'eggs-directory', 'develop-eggs-directory', 'installed'];
const caches = ['download-cache', 'extends-cache', 'egg-cache'];

/** `root` is the directory or the checkout of `source`; `settings` were read from the configuration there. */
export async function openProject(
  source: ReleaseSource,
  { root, settings, output }: { root: string; settings: BuildoutOptions; output: string },
): Promise<Project> {
  const main = await readMainOptions(settings, [
    'directory',
    ...options,
    ...caches,
    'install-from-cache',
    'index',
    'find-links',
  ]);
  const { directory = root } = main;
  const absolute = (name: string): string[] => {
    const value = main[name] ?? '';
    return value === '' ? [] : [isAbsolute(value) ? value : resolve(directory, value)];
  };
  const products = [...options, ...caches].flatMap(absolute);
  const skip =
    source.kind === 'directory'
      ? createProjectFilter({
          directory: root,
          buildoutDirectory: directory,
          products,
          output,
          tracked: await listTracked(root, settings.environment),
        })
      : createCheckoutFilter();
  const [cache] = absolute('download-cache');
  return {
    members: (prefix) => collectMembers(root, prefix, skip),
    copyTo: (target) => copyFiles(collectMembers(root, '', skip), target),
    ...(cache === undefined ? {} : { downloads: join(cache, 'dist') }),
    links: await linksOutside(directory, async (option) => main[option] ?? ''),
    installsFromCache: main['install-from-cache'] === 'true',
  };
}

/** Fails with `RELEASE_SOURCE` when `path` is no directory. */
export function requireDirectory(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path;
  throw new BuildError('RELEASE_SOURCE', `There is no directory \`${path}\``, {
    hint: 'give the directory of the project, or a URL that git, hg or svn fetches',
  });
}

/** The egg cache, where the copy lies, may be in the project: so the files are listed before anything is copied. */
function copyFiles(members: readonly NewMember[], target: string): void {
  mkdirSync(target, { recursive: true });
  for (const { path, kind, source, read } of members) {
    const place = join(target, path);
    if (kind === 'directory') mkdirSync(place);
    else if (kind === 'symlink') symlinkSync(Buffer.from(read()).toString('utf8'), place);
    else if (source !== undefined) copyFileSync(source, place, constants.COPYFILE_FICLONE);
  }
}
