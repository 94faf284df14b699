// File names of source distributions, read as zc.buildout does (_package_index.py, interpret_distro_name): a dash
// separates name and version, but names and versions have dashes too.

import { canonicalizeName, safeName, safeVersion } from './names.ts';

export interface SdistFilename {
  /** As `pkg_resources.safe_name` gives it. */
  project: string;
  /** As `pkg_resources.safe_version` gives it; not always one that PEP 440 knows. */
  version: string;
}

/** `.tar.xz` and `.tar.zst` are not zc.buildout's: whoever lists files decides whether to offer them. */
const extensions = ['.tar.gz', '.tar.bz2', '.tar.xz', '.tar.zst', '.tar', '.zip', '.tgz'];

/**
 * Project and version in a source archive's file name; `undefined` if it is none or has no version. With the project
 * known, the dash that makes the name that project's is the one (`foo-2-1.0` is 1.0 of foo-2); without it, the version
 * begins at the first part that begins with a digit.
 *
 * @example parseSdistFilename('zope.interface-5.0.tar.gz') // { project: 'zope.interface', version: '5.0' }
 */
export function parseSdistFilename(name: string, project?: string): SdistFilename | undefined {
  const extension = extensions.find((extension) => name.endsWith(extension));
  return extension === undefined ? undefined : parseSdistStem(name.slice(0, -extension.length), project);
}

/** The same for a name without extension: the `#egg=name-version` of a link to a checkout. */
export function parseSdistStem(stem: string, project?: string): SdistFilename | undefined {
  const parts = stem.split('-');
  // A binary distribution of old: `foo-1.0-py2.7.tar.gz`.
  if (parts.slice(2).some((part) => /^py[0-9]\.[0-9]$/.test(part))) return undefined;
  const pivot = project === undefined ? parts.findIndex(beginsWithDigit) : pivotOf(parts, project);
  const name = parts.slice(0, Math.max(0, pivot)).join('-');
  return name === ''
    ? undefined
    : { project: safeName(name), version: safeVersion(parts.slice(pivot).join('-')) };
}

function pivotOf(parts: readonly string[], project: string): number {
  const wanted = canonicalizeName(project);
  let name = '';
  for (const [index, part] of parts.entries()) {
    if (index > 0 && name === wanted && beginsWithDigit(part)) return index;
    // The canonical name is built part by part, so that a name of dashes costs no more than its length.
    name = name === '' && index === 0 ? canonicalizeName(part) : canonicalizeName(`${name}-${part}`);
    if (name.length > wanted.length + 1) return -1;
  }
  return -1;
}

function beginsWithDigit(part: string): boolean {
  return /^[0-9]/.test(part);
}
