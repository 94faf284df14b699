// The egg cache as the `cache` commands see it: what is in it, whether it is whole, and taking things out.

import type { Report } from '#base';
import { createCacheLayout } from './cache-layout.ts';
import { createCacheWriter } from './cache-writer.ts';
import { entriesOf, readCatalog, type BrokenEntry, type CatalogEntry } from './catalog.ts';
import { removeEntry } from './entries.ts';
import { pruneCache, type PruneOptions, type PruneResult } from './prune.ts';
import { createSizeLedger } from './size-ledger.ts';
import { createUseLock } from './use-lock.ts';
import { verifyEntry } from './verify-entry.ts';

export interface CacheCatalog {
  readonly directory: string;
  entries(): readonly (CatalogEntry | BrokenEntry)[];
  /** Of one project, newest first. */
  entriesOf(project: string): readonly CatalogEntry[];
  /** What differs from the manifest, byte for byte; empty when all is well. */
  verify(entry: CatalogEntry | BrokenEntry): readonly string[];
  /** Takes an entry out; `false` when the cache cannot be written to, which the user has been told. */
  remove(buildKey: string): boolean;
  /** `undefined` when the cache cannot be written to. */
  prune(options: PruneOptions): PruneResult | undefined;
}

export function openCatalog({ directory, report }: { directory: string; report: Report }): CacheCatalog {
  const layout = createCacheLayout(directory);
  const writer = createCacheWriter(directory, report);
  const lock = createUseLock(layout.useLock);
  const ledger = createSizeLedger(layout.sizes);
  return {
    directory,
    entries: () => readCatalog(layout),
    entriesOf: (project) => entriesOf(layout, project),
    verify: (entry) => (entry.egg === undefined ? [entry.problem] : verifyEntry(entry.egg)),
    remove: (buildKey) => writer.attempt(() => removeEntry(layout, buildKey) ?? true) === true,
    prune: (options) =>
      options.dryRun === true
        ? pruneCache({ layout, lock, ledger }, options)
        : writer.attempt(() => pruneCache({ layout, lock, ledger }, options)),
  };
}
