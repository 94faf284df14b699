// What lies in an egg's tree, as plain data: gathered while the files are written, or by looking (normalize-tree.ts).

import { dirname } from 'node:path';

export interface ListedFile {
  /** Inside the egg, with `/`. */
  path: string;
  size: number;
  /** 0o444 or 0o555. */
  mode: number;
  /** Hexadecimal, where it is known. */
  sha256?: string;
}

export interface TreeListing {
  /** Sorted, so parents come first; without the root. */
  directories: string[];
  /** Sorted by path. */
  files: ListedFile[];
  links: { path: string; target: string }[];
}

/** A listing with more files, in place of those of the same path, and with the directories that they lie in. */
export function addFiles(listing: TreeListing, added: readonly ListedFile[]): TreeListing {
  const files = new Map([...listing.files, ...added].map((file) => [file.path, file]));
  const directories = new Set(listing.directories);
  for (const { path } of added) {
    for (let parent = dirname(path); parent !== '.' && !directories.has(parent); parent = dirname(parent))
      directories.add(parent);
  }
  return {
    directories: [...directories].sort(),
    files: [...files.values()].sort(byPath),
    links: listing.links,
  };
}

/** The listing of a tree that has these files and nothing else. */
export function listFiles(files: readonly ListedFile[]): TreeListing {
  return addFiles({ directories: [], files: [], links: [] }, files);
}

export function byPath(left: { path: string }, right: { path: string }): number {
  return left.path < right.path ? -1 : 1;
}
