// What the compiled files of an egg need from the system: the sonames that are not in the egg itself.

import { posix } from 'node:path';
import { readElfLibraries } from './read-elf.ts';

export interface NeededLibraries {
  /** Sorted; those that some file of the egg has the name of are left out. */
  sonames: readonly string[];
  /** Absolute directories that the egg's files have the loader look in first. */
  runPaths: readonly string[];
}

const isLibrary = /\.so(?:\.[0-9.]+)?$/;

/** Reads the headers of every `.so` among `paths` below `directory`. */
export function readNeededLibraries(directory: string, paths: readonly string[]): NeededLibraries {
  const libraries = paths.filter((path) => isLibrary.test(path));
  const inside = new Set(libraries.map((path) => posix.basename(path)));
  const sonames = new Set<string>();
  const runPaths = new Set<string>();
  for (const path of libraries) {
    const elf = readElfLibraries(`${directory}/${path}`);
    for (const soname of elf?.needed ?? []) if (!inside.has(posix.basename(soname))) sonames.add(soname);
    for (const place of elf?.runPaths ?? []) if (place.startsWith('/')) runPaths.add(place);
  }
  return { sonames: [...sonames].sort(), runPaths: [...runPaths].sort() };
}
