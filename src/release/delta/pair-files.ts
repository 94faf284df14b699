// Which file of the base a changed file most likely came from, so that the search for matches starts there. A wrong
// guess costs bytes, never correctness.

import type { Tree } from '../tree/index.ts';
import { isFile, type ChangedUnit, type FilePlace } from './compare-trees.ts';

/** A file of the base that contents may be copied from. */
export interface SourceFile extends FilePlace {
  size: number;
  /** Where it begins when all sources are laid end to end. */
  start: number;
}

/**
 * All files of those units of the base that changed or went away, in the order of the tree: the target numbers them
 * the same way (python/clutch_release/delta.py), so that none has to be named.
 */
export function listSources(base: Tree, target: Tree): SourceFile[] {
  const kept = new Map(target.units.map(({ path, hash }) => [path, hash]));
  const sources: SourceFile[] = [];
  let start = 0;
  for (const unit of base.units) {
    if (kept.get(unit.path) === unit.hash) continue;
    for (const { path, size } of unit.entries.filter(isFile)) {
      sources.push({ unit: unit.path, path, size, start });
      start += size;
    }
  }
  return sources;
}

/** The likely origin of each file that `changed` makes, in the order of its entries. */
export function createFilePairing(
  sources: readonly SourceFile[],
): (changed: ChangedUnit, path: string) => SourceFile | undefined {
  const byPath = new Map<string, SourceFile>();
  const byName = new Map<string, SourceFile>();
  for (const source of sources) {
    byPath.set(`${source.unit}\n${neutral(source.path)}`, source);
    byName.set(`${source.unit}\n${nameOf(source.path)}`, source);
  }
  return ({ from }, path) =>
    from === undefined
      ? undefined
      : (byPath.get(`${from.path}\n${neutral(path)}`) ?? byName.get(`${from.path}\n${nameOf(path)}`));
}

/** Metadata directories carry the version, or the whole name of their egg. */
function neutral(path: string): string {
  return path.replace(/^[^/]+\.(dist-info|egg-info)(?=\/|$)/, '.$1');
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
