// The shared libraries that a release needs from its system: what its programs and libraries ask the loader for and the
// tree itself does not have where they look.

import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { Environment } from '#base';
import { createLibrarySearch, readElfLibraries } from '#store';
import { unitOf, type NeededLibrary } from '../tree/index.ts';

export interface LibraryList {
  /** By soname. */
  needed: readonly NeededLibrary[];
  /** Those that are not on this machine either: nobody can tell whether they are ever asked for. */
  missing: readonly NeededLibrary[];
}

export interface LibraryOptions {
  tree: string;
  /** Where the tree will lie: run paths say so. */
  current: string;
  /** ELF files, relative to the tree. */
  binaries: readonly string[];
  environment: Environment;
}

/** Reads the headers of all of them. */
export function listLibraries(options: LibraryOptions): LibraryList {
  const wanted = new Map<string, Required<NeededLibrary>>();
  const names = new Map<string, Set<string>>();
  // An egg or a part has its own libraries, also those that no search path names.
  for (const file of options.binaries) {
    const inside = names.get(unitOf(file, false)) ?? new Set<string>();
    names.set(unitOf(file, false), inside.add(posix.basename(file)));
  }
  for (const file of options.binaries) {
    const elf = readElfLibraries(join(options.tree, file));
    if (elf === undefined) continue;
    const runPaths = elf.runPaths.map((path) => expandOrigin(path, dirname(join(options.current, file))));
    for (const soname of elf.needed) {
      const isInside =
        names.get(unitOf(file, false))?.has(posix.basename(soname)) === true ||
        runPaths.some((path) => isInTree(join(path, soname), options));
      if (isInside) continue;
      const known = wanted.get(soname) ?? { soname, versions: [], runPaths: [], neededBy: file };
      const outside = runPaths.filter((path) => path.startsWith('/') && !isBelow(path, options.current));
      wanted.set(soname, {
        ...known,
        runPaths: union(known.runPaths, outside),
        versions: union(known.versions, elf.versions.get(soname) ?? []),
      });
    }
  }
  return divide([...wanted.values()], options.environment);
}

function union(left: readonly string[], right: readonly string[]): string[] {
  return [...new Set([...left, ...right])].sort();
}

function expandOrigin(path: string, origin: string): string {
  return posix.normalize(path.replaceAll(/\$ORIGIN|\$\{ORIGIN\}/g, origin)).replace(/(?<=.)\/$/, '');
}

function isInTree(path: string, { tree, current }: LibraryOptions): boolean {
  return isBelow(path, current) && existsSync(join(tree, path.slice(current.length)));
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(`${directory}/`) || path === directory;
}

function divide(libraries: readonly Required<NeededLibrary>[], environment: Environment): LibraryList {
  const search = createLibrarySearch({ environment });
  const sorted = libraries.toSorted((left, right) => (left.soname < right.soname ? -1 : 1));
  const isFound = ({ soname, runPaths }: Required<NeededLibrary>): boolean => search.finds(soname, runPaths);
  return {
    needed: sorted.filter(isFound).map(plain),
    missing: sorted.filter((library) => !isFound(library)).map(plain),
  };
}

function plain({ soname, versions, runPaths, neededBy }: Required<NeededLibrary>): NeededLibrary {
  return {
    soname,
    ...(versions.length === 0 ? {} : { versions }),
    ...(runPaths.length === 0 ? {} : { runPaths }),
    neededBy,
  };
}
