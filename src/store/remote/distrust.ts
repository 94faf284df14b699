// Which entries of the local cache go when a signer is not trusted any more: what that key signed, and what was built with
// any of it since.

import type { CatalogEntry } from '../catalog.ts';
import type { Manifest } from '../manifest.ts';
import type { Json } from '../request-key.ts';

export interface DistrustedEgg {
  entry: CatalogEntry;
  /** `undefined`: the key signed it; else the egg that its build used. */
  builtWith: string | undefined;
}

/** In no order; nothing is removed. */
export function findDistrusted(entries: readonly CatalogEntry[], keyId: string): DistrustedEgg[] {
  const found = new Map<string, DistrustedEgg>();
  /** The hash of a distrusted egg's RECORD, which names every file of it, to its name. */
  const records = new Map<string, string>();
  const add = (entry: CatalogEntry, builtWith: string | undefined): void => {
    const { manifest } = entry.egg;
    found.set(entry.buildKey, { entry, builtWith });
    const record = recordOf(manifest);
    if (record !== undefined) records.set(record, manifest.eggName);
  };
  for (const entry of entries)
    if (fieldOf(entry.egg.manifest.origin, 'signer') === keyId) add(entry, undefined);
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const entry of entries) {
      if (found.has(entry.buildKey)) continue;
      const culprit = usedRecords(entry.egg.manifest).find((record) => records.has(record));
      if (culprit !== undefined) add(entry, records.get(culprit));
    }
  }
  return [...found.values()];
}

function recordOf({ files }: Manifest): string | undefined {
  return files.find(({ path }) => /^[^/]+\.dist-info\/RECORD$/.test(path))?.sha256;
}

function usedRecords({ used }: Manifest): string[] {
  const hashes = fieldOf(used, 'hashes');
  return typeof hashes === 'object' && hashes !== null ? Object.values(hashes).map(String) : [];
}

function fieldOf(value: Json | undefined, name: string): Json | undefined {
  return typeof value === 'object' && value !== null
    ? (Reflect.get(value, name) as Json | undefined)
    : undefined;
}
