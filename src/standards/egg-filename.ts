// File names of eggs, `Name-1.0-py3.12-linux-x86_64.egg`, read and made as pkg_resources does
// (Distribution.from_location, Distribution.egg_name).

import { safeName, safeVersion, toFilename } from './names.ts';

export interface EggFilename {
  /** As `pkg_resources.safe_name` gives it: `zope_interface-5.0.egg` is of `zope-interface`. */
  project: string;
  /** As `pkg_resources.safe_version` gives it. */
  version: string;
  /** `3.12` */
  python?: string;
  /** `linux-x86_64`; an egg without one runs anywhere. */
  platform?: string;
}

const pattern = /^([^-]+)-([^-]+)(?:-py([^-]+)(?:-([^\n]+))?)?/i;

/** The parts of an egg's file name (with `.egg` or `.egg.zip`), or `undefined` if it is none or has no version. */
export function parseEggFilename(name: string): EggFilename | undefined {
  const match = pattern.exec(/^(.*)\.egg(?:\.zip)?$/is.exec(name)?.[1] ?? '');
  if (match === null) return undefined;
  const [, project = '', version = '', python, platform] = match;
  return {
    project: safeName(project),
    version: safeVersion(version),
    ...(python !== undefined && { python }),
    ...(platform !== undefined && { platform }),
  };
}

/**
 * `pkg_resources.Distribution.egg_name()`, without `.egg`. Project and version are expected in their safe form; made
 * safe twice, some versions change. An egg without `python` gets neither it nor a platform.
 */
export function formatEggFilename({ project, version, python, platform }: EggFilename): string {
  const name = `${toFilename(project)}-${toFilename(version)}`;
  if (python === undefined) return name;
  return `${name}-py${python}${platform === undefined || platform === '' ? '' : `-${platform}`}`;
}
