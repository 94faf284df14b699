// Files without a record: an upload that was killed between the two. Nobody has ever heard of them.

import { rmSync } from 'node:fs';
import type { FileStore } from './file-store.ts';

/** Removes files that no record wants, and says how many. Only while nobody writes. */
export function removeOrphans(store: FileStore, wanted: ReadonlySet<string>): number {
  let count = 0;
  for (const { name, path } of store.entries()) {
    if (wanted.has(name)) continue;
    rmSync(path, { force: true, recursive: true });
    count += 1;
  }
  return count;
}
