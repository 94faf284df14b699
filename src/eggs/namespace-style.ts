// Whether the namespace packages of a distribution work by `pkg_resources` only: zc.buildout's
// `dist_needs_pkg_resources`.

import { statSync } from 'node:fs';
import { join } from 'node:path';

import { linesOf } from './create-distribution.ts';
import { tryReadFile } from './egg-metadata.ts';

/** `namespaces` is the text of `namespace_packages.txt`, `location` the egg's directory or zip file. */
export function needsPkgResources(namespaces: string | undefined, location: string): boolean {
  if (namespaces === undefined) return false;
  if (statSync(location, { throwIfNoEntry: false })?.isFile() === true) return true;
  return linesOf(namespaces).some((namespace) => {
    const source = tryReadFile(join(location, ...namespace.split('.'), '__init__.py')) ?? '';
    return source.includes('pkg_resources') && !source.includes('pkgutil');
  });
}
