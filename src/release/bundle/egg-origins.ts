// Which file each egg of a tree was made of, as the egg cache knows it. An egg counts as an entry's when every file of it
// has the entry's hash; of an egg that the cache does not have (it was developed, or there is no cache), nothing is known.

import type { Report } from '#base';
import { openCatalog, type Manifest } from '#store';
import type { Tree } from '../tree/index.ts';

export interface EggOrigin {
  project: string;
  version: string;
  /** `wheel`: the egg has the published bytes; `sdist`: it was built. */
  kind: 'wheel' | 'egg' | 'sdist';
  /** Name and SHA-256 of the distribution's file. */
  file: string;
  sha256: string;
}

/** By the path of the egg's unit in the tree. */
export type EggOrigins = ReadonlyMap<string, EggOrigin>;

/** Looks in the caches at `directories`. */
export function findEggOrigins(tree: Tree, directories: readonly string[], report: Report): EggOrigins {
  const known = new Map<string, Manifest[]>();
  for (const directory of directories) {
    for (const { egg } of openCatalog({ directory, report }).entries()) {
      if (egg === undefined) continue;
      const { eggName } = egg.manifest;
      known.set(eggName, [...(known.get(eggName) ?? []), egg.manifest]);
    }
  }
  const origins = new Map<string, EggOrigin>();
  for (const unit of tree.units) {
    const candidates = known.get(unit.path.slice(unit.path.lastIndexOf('/') + 1)) ?? [];
    if (candidates.length === 0) continue;
    const hashes = unit.entries.flatMap((entry) =>
      entry.type === 'file' ? [`${entry.sha256} ${entry.path}`] : [],
    );
    const text = hashes.sort().join('\n');
    const origin = candidates.filter((manifest) => contentOf(manifest) === text).map(originOf)[0];
    if (origin !== undefined) origins.set(unit.path, origin);
  }
  return origins;
}

function contentOf({ files }: Manifest): string {
  return files
    .map(({ path, sha256 }) => `${sha256} ${path}`)
    .sort()
    .join('\n');
}

function originOf({ project, version, request }: Manifest): EggOrigin | undefined {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) return undefined;
  const kind: unknown = Reflect.get(request, 'kind');
  const file: unknown = Reflect.get(request, 'file');
  const sha256: unknown = Reflect.get(request, 'sha256');
  if (kind !== 'wheel' && kind !== 'egg' && kind !== 'sdist') return undefined;
  if (typeof file !== 'string' || typeof sha256 !== 'string' || sha256 === '') return undefined;
  return { project, version, kind, file, sha256 };
}
