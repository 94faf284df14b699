// Whether the namespace packages of a distribution work by `pkg_resources` only: zc.buildout's
// `dist_needs_pkg_resources`.

import { tryReadText } from '#base';
import { statSync } from 'node:fs';
import { join } from 'node:path';

import { linesOf } from './create-distribution.ts';

/** `namespaces` is the text of `namespace_packages.txt`, `location` the egg's directory or zip file. */
export function needsPkgResources(namespaces: string | undefined, location: string): boolean {
  if (namespaces === undefined) return false;
  if (statSync(location, { throwIfNoEntry: false })?.isFile() === true) return true;
  return namespaceSources(namespaces).some((path) => {
    const source = tryReadText(join(location, path)) ?? '';
    return source.includes('pkg_resources') && !source.includes('pkgutil');
  });
}

/** The files that say how each namespace is declared, relative to the egg. */
export function namespaceSources(namespaces: string): string[] {
  return linesOf(namespaces).map((namespace) => join(...namespace.split('.'), '__init__.py'));
}
