// What a tree is made of, and its two hashes. A unit is what changes as a whole from release to release: an egg, a
// part, or whatever else lies in one top-level directory. The text that is hashed is JSON, one array a line, so that a
// plain Python program (python/clutch_release/tree.py) gives the same hash; docs/releases.md ("Trees") has the format.

import { hashBytes } from '#base';

export type TreeEntry =
  | { type: 'directory'; path: string }
  | { type: 'file'; path: string; mode: FileMode; size: number; sha256: string }
  | { type: 'link'; path: string; target: string };

/** The two modes that a file of a release has; directories have 0755. */
export type FileMode = '0444' | '0555';

export interface TreeUnit {
  /** Where it lies in the tree, `.` for files at the top. */
  path: string;
  /** SHA-256 of its entries, in hexadecimal. */
  hash: string;
  /** In the order of `comparePaths`; their paths are relative to the unit. */
  entries: readonly TreeEntry[];
}

export interface Tree {
  /** SHA-256 of all units, in hexadecimal: what a release is named after. */
  root: string;
  /** In the order of `comparePaths`. */
  units: readonly TreeUnit[];
}

/** Part of every hash; another number is another format. */
export const treeFormat = 1;

/** The unit that a path belongs to: its outermost directory `*.egg`, else `parts/NAME`, else its first directory. */
export function unitOf(path: string, isDirectory: boolean): string {
  const parts = path.split('/');
  const directories = isDirectory ? parts.length : parts.length - 1;
  for (let count = 1; count <= directories; count += 1) {
    if (parts[count - 1]?.endsWith('.egg') === true) return parts.slice(0, count).join('/');
  }
  if (parts[0] === 'parts' && directories > 1) return `parts/${parts[1]}`;
  return directories === 0 ? '.' : (parts[0] ?? '.');
}

/** A unit with its hash; sorts `entries`. */
export function sealUnit(path: string, entries: TreeEntry[]): TreeUnit {
  entries.sort((left, right) => comparePaths(left.path, right.path));
  const lines = [['clutch-unit', treeFormat], ...entries.map(fieldsOf)];
  return { path, hash: hashLines(lines), entries };
}

/** A tree with its root hash; sorts `units`. */
export function sealTree(units: TreeUnit[]): Tree {
  units.sort((left, right) => comparePaths(left.path, right.path));
  return { root: rootHash(units), units };
}

/** The root hash of units in the order of `comparePaths`. */
export function rootHash(units: readonly Pick<TreeUnit, 'path' | 'hash'>[]): string {
  return hashLines([['clutch-tree', treeFormat], ...units.map(({ path, hash }) => [path, hash])]);
}

/** Orders paths by their UTF-8 bytes, as Python does with text; JavaScript compares UTF-16 units. */
export function comparePaths(left: string, right: string): number {
  if (left === right) return 0;
  if (hasSurrogates.test(left) || hasSurrogates.test(right)) {
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  }
  return left < right ? -1 : 1;
}

const hasSurrogates = /[\uD800-\uDFFF]/;

type Fields = readonly (string | number)[];

function fieldsOf(entry: TreeEntry): Fields {
  if (entry.type === 'directory') return ['directory', entry.path];
  if (entry.type === 'link') return ['link', entry.path, entry.target];
  return ['file', entry.path, entry.mode, entry.size, entry.sha256];
}

function hashLines(lines: readonly Fields[]): string {
  return hashBytes(lines.map((fields) => `${JSON.stringify(fields)}\n`).join(''));
}
