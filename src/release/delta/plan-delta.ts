// The plan of a delta: everything but the content of new files, as the JSON that python/clutch_release/delta.py reads.
// Hashes are named only where the target cannot know them.

import { comparePaths, type ReleaseManifest, type Tree } from '../tree/index.ts';
import type { ChangedEntry, ChangedUnit } from './compare-trees.ts';

export interface DeltaPlan {
  format: 1;
  base: { name: string; version: string; root: string };
  /** Path and first two digits of the hash of each unit of the base: only for naming what differs. */
  baseUnits: readonly (readonly [string, string])[];
  /** The target's, without its units. */
  manifest: ReleaseManifest;
  /** The target's manifest.json.minisig. */
  signature?: string;
  units: readonly PlannedUnit[];
  /** Units of the base that the target does not have. */
  dropped: readonly string[];
}

interface PlannedUnit {
  path: string;
  hash: string;
  from: string | null;
  gone: readonly string[];
  entries: readonly (readonly (string | number)[])[];
}

/** A release as a delta sees it. */
export interface DescribedRelease {
  tree: Tree;
  manifest: ReleaseManifest;
  signature?: string;
}

/** `changed` is what `compareTrees` says of the two. */
export function planDelta(
  base: DescribedRelease,
  target: DescribedRelease,
  changed: readonly ChangedUnit[],
): DeltaPlan {
  const stays = new Set(target.tree.units.map(({ path }) => path));
  const { name, version, root } = base.manifest;
  return {
    format: 1,
    base: { name, version, root },
    baseUnits: base.tree.units.map(({ path, hash }) => [path, hash.slice(0, 2)]),
    manifest: { ...target.manifest, units: [] },
    ...(target.signature === undefined ? {} : { signature: target.signature }),
    units: changed.map(({ unit, from, gone, entries }) => ({
      path: unit.path,
      hash: unit.hash,
      from: from?.path ?? null,
      gone,
      entries: entries.map(fieldsOf),
    })),
    dropped: base.tree.units
      .map(({ path }) => path)
      .filter((path) => !stays.has(path))
      .sort(comparePaths),
  };
}

function fieldsOf(entry: ChangedEntry): readonly (string | number)[] {
  switch (entry.type) {
    case 'directory':
      return ['directory', entry.path];
    case 'link':
      return ['link', entry.path, entry.target];
    case 'moved':
      return ['moved', entry.file.path, entry.file.mode, entry.from.unit, entry.from.path];
    default:
      return ['made', entry.file.path, entry.file.mode, entry.file.size];
  }
}
