// Shared directories behind a user's own egg cache, as one egg cache: what the user's has not may be there, and who builds
// holds the locks of both. With the egg cache switched off, the shared directories alone.

import type { Environment } from '#base';
import type { EggCache } from '../egg-cache.ts';
import { describeFinishedEgg, isBuilt, type EggTree } from '../entries.ts';
import { createLibrarySearch } from '../library-search.ts';
import { packManifest, type CachedEgg, type EggFacts } from '../manifest.ts';
import { placeEgg, type PlaceResult } from '../place-eggs.ts';
import type { LinkChoice, LinkMethods } from '../place-tree.ts';
import type { SharedDirectories } from './shared-directories.ts';

export interface LayerOptions {
  own: EggCache | undefined;
  shared: SharedDirectories;
  link: LinkChoice;
  environment: Environment;
}

/** What was built here is kept in a shared directory at once; what was only unpacked gets there when it is placed. */
export function layerCaches({ own, shared, link, environment }: LayerOptions): EggCache {
  const libraries = createLibrarySearch({ environment });
  /** A finished tree that no cache took in, as it lies where it was made. */
  const describe = (requestKeys: readonly string[], tree: EggTree, facts: EggFacts): CachedEgg => ({
    directory: tree.directory,
    manifest: describeFinishedEgg({ ...tree, requestKeys, facts, libraries }),
  });
  const base = own ?? createNoCache(shared, link);
  return {
    ...base,
    find: (requestKey, accept) => own?.find(requestKey, accept) ?? shared.find(requestKey, accept),
    store: (requestKeys, tree, facts) => {
      const egg = own?.store(requestKeys, tree, facts) ?? describe(requestKeys, tree, facts);
      if (isBuilt(egg.manifest)) shared.keep(egg);
      return egg;
    },
    lock: async (requestKey) => {
      const locks = [await base.lock(requestKey), await shared.lock(requestKey)];
      return { release: () => locks.reverse().forEach((lock) => lock.release()) };
    },
  };
}

/** What there is without an egg cache: nothing is found and nothing remembered; eggs are made in a shared directory. */
function createNoCache(shared: SharedDirectories, link: LinkChoice): EggCache {
  const methods: LinkMethods = new Map();
  const place = (egg: CachedEgg, target: string): PlaceResult => placeEgg(egg, target, { link, methods });
  return {
    directory: '',
    find: () => undefined,
    store: () => undefined,
    place,
    placeMany: async (orders) => orders.map(({ egg, target }) => place(egg, target)),
    noteDamage: (result) => result,
    remove: () => undefined,
    lock: async () => ({ release: () => undefined }),
    temporaryDirectory: () => shared.temporaryDirectory(),
    files: { find: () => undefined, add: () => undefined, addBytes: () => undefined },
    releases: { find: () => undefined, save: () => undefined },
    records: { find: () => undefined, save: () => undefined },
    keep: ({ manifest }) => ({ manifest: packManifest(manifest), stamp: '' }),
    reopen: () => undefined,
    requestStamp: () => '',
    recordStamp: () => '',
    missingLibraries: (manifest) => shared.missingLibraries(manifest),
    keepLimit: () => undefined,
    close: () => undefined,
  };
}
