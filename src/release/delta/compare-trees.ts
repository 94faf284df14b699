// What must be said to make one tree of another: units that changed, each beside the unit it came from, and in them
// only entries that differ. Plain data; contents come later (encode-patch.ts).

import type { Tree, TreeEntry, TreeUnit } from '../tree/index.ts';
import { pairUnits } from './pair-units.ts';

type FileEntry = Extract<TreeEntry, { type: 'file' }>;

/** A unit of the target that the base does not have as it is. */
export interface ChangedUnit {
  unit: TreeUnit;
  /** The base's unit whose entries it keeps unless told otherwise. */
  from: TreeUnit | undefined;
  /** Paths of `from` that it does not keep. */
  gone: readonly string[];
  /** Entries that are new or differ. */
  entries: readonly ChangedEntry[];
}

export type ChangedEntry =
  | Exclude<TreeEntry, { type: 'file' }>
  /** A file whose content the base has, somewhere. */
  | { type: 'moved'; file: FileEntry; from: FilePlace }
  /** A file whose content must be made. */
  | { type: 'made'; file: FileEntry };

export interface FilePlace {
  unit: string;
  path: string;
}

/** The units of `target` that `base` does not have under the same path with the same hash. */
export function compareTrees(base: Tree, target: Tree): ChangedUnit[] {
  const known = new Map(base.units.map((unit) => [unit.path, unit]));
  const changed = target.units.filter(({ path, hash }) => known.get(path)?.hash !== hash);
  const origins = pairUnits(base.units, target.units, changed);
  const contents = indexContents(base);
  return changed.map((unit) => compareUnit(unit, origins.get(unit.path), contents));
}

function compareUnit(
  unit: TreeUnit,
  from: TreeUnit | undefined,
  contents: ReadonlyMap<string, FilePlace>,
): ChangedUnit {
  const old = new Map(from?.entries.map((entry) => [entry.path, entry]));
  const own = new Map(from?.entries.filter(isFile).map((entry) => [entry.sha256, entry]));
  const entries: ChangedEntry[] = [];
  for (const entry of unit.entries) {
    const before = old.get(entry.path);
    old.delete(entry.path);
    if (before !== undefined && isSame(before, entry)) continue;
    if (!isFile(entry)) entries.push(entry);
    else {
      const near = own.get(entry.sha256);
      const place =
        near === undefined ? contents.get(entry.sha256) : { unit: from?.path ?? '', path: near.path };
      const isMoved = place !== undefined && entry.size > 0;
      entries.push(isMoved ? { type: 'moved', file: entry, from: place } : { type: 'made', file: entry });
    }
  }
  return { unit, from, gone: [...old.keys()], entries };
}

/** Where each content is first found in the base. */
function indexContents(base: Tree): Map<string, FilePlace> {
  const places = new Map<string, FilePlace>();
  for (const unit of base.units) {
    for (const entry of unit.entries.filter(isFile)) {
      if (!places.has(entry.sha256)) places.set(entry.sha256, { unit: unit.path, path: entry.path });
    }
  }
  return places;
}

function isSame(left: TreeEntry, right: TreeEntry): boolean {
  if (left.type === 'file' && right.type === 'file')
    return left.sha256 === right.sha256 && left.mode === right.mode;
  if (left.type === 'link' && right.type === 'link') return left.target === right.target;
  return left.type === right.type;
}

export function isFile(entry: TreeEntry): entry is FileEntry {
  return entry.type === 'file';
}
