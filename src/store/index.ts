// `store`: what is built or fetched once and used everywhere: the egg cache (specs: egg cache, local part), its keys
// and records, and the download cache. Layout below the cache directory:
//
//   eggs/<2>/<build key>/egg/…          the egg's tree, read-only, every file with one fixed mtime
//   eggs/<2>/<build key>/manifest.json  its files with size, mode and SHA-256, and what resolving needs of it
//   requests/<2>/<request key>.json     the build keys that may answer a request
//   files/<2>/<sha256>                  fetched files that releases were made of
//   downloads/<hash of a URL>            what recipes fetched when releases were made
//   releases/<2>/<key>.json              which of them the release of the same inputs needs
//   records/<index>/<name>/<version>.json   the files an index offered for an exact pin
//   locks/<request key>                 one builder per request on this machine; `in-use`: runs against `cache prune`
//   sizes                               what the entries take, so that the limit is kept without counting
//   tmp/                                whatever is not finished; everything else appears by rename from here
//
// Shared directories (docs/shared-directories.md, ./shared/) have eggs that are used from where they lie, and beside them the
// same layout in `.clutch`, where an entry's `egg` is a link to that place:
//
//   __eggs__/<egg>, <section>/<digest>/…    eggs, and parts with their marker
//   .clutch/names/<egg>.json                which build has that name, and for which indexes it may be taken by it
//   .users/, .trash/<time>/                 who uses it; what a prune took away
//
// Entries are immutable and may be deleted at any time by anybody: a reader takes what is gone or damaged for a miss.
// Hard cases: hard links let an editor write through into the cache (placing compares size and mtime), a full disk
// (STORE_DISK_FULL, nothing left behind), a cache directory that belongs to somebody else (read, never fail), and
// processes killed in the middle.

export { defaultCacheLimit, openEggCache, type EggCache, type EggCacheOptions } from './egg-cache.ts';
export type { EntryDamage, PlaceOrder, Placers, PlaceResult } from './place-eggs.ts';
export { placeOrders, type PlacedOrder, type SharedOrders } from './place-orders.ts';
export type { LinkChoice, LinkMethod, LinkMethods } from './place-tree.ts';
export { openCatalog, type CacheCatalog } from './open-catalog.ts';
export type { BrokenEntry, CatalogEntry } from './catalog.ts';
export type { PruneOptions, PruneResult } from './prune.ts';
export { createLibrarySearch, loaderDirectories, type LibrarySearch } from './library-search.ts';
export { readElfLibraries, type ElfLibraries } from './read-elf.ts';
export { fixedMtime, normalizeTree } from './normalize-tree.ts';
export { addFiles, listFiles, type ListedFile, type TreeListing } from './tree-listing.ts';
export type { EggTree } from './entries.ts';
export {
  namesAtTop,
  type CachedEgg,
  type EggMetadata,
  type EggFacts,
  type Manifest,
  type ManifestFile,
} from './manifest.ts';
export {
  buildKeyOf,
  canonicalJson,
  eggFormat,
  requestKeyOf,
  type EggRequest,
  type Json,
} from './request-key.ts';
export type { Keepsake } from './keepsake.ts';
export { type RecordedFile, type Records } from './records.ts';
export type { FileStore } from './file-store.ts';
export { openSharedDirectories, type SharedDirectories } from './shared/shared-directories.ts';
export type { SharedPlace } from './shared/shared-eggs.ts';
export type { BuildablePart, SharedPart, SharedParts } from './shared/shared-parts.ts';
export { pruneShared, type SharedPruneOptions, type SharedPruneResult } from './shared/prune/prune-shared.ts';
export type { SharedUser } from './shared/users.ts';
export { layerCaches } from './shared/layer-caches.ts';
export type { ReleaseFile, ReleaseRecord } from './release-records.ts';
export { addToDownloadCache, findInDownloadCache } from './download-cache.ts';
export { indexHash } from './cache-layout.ts';
export { loadRemoteCache, type PushedItem, type RemoteCache, type RemoteCheck } from './open-remote-cache.ts';
export type {
  RemoteAnswer,
  RemoteCacheSettings,
  RemoteCounts,
  RemoteReport,
} from './remote/remote-contract.ts';
export { whenDiskIsFull } from './disk-full.ts';
