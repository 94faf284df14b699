// The eggs of one shared directory. They lie in `__eggs__` under their own names; a second build under a name that is
// taken, and what `zc.recipe.egg:custom` builds, lie in `<section>/<digest>/`, as shared parts do.

import { realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { acquireFileLock, hasCode, type Environment, type FileLock, type Report } from '#base';
import { whenDiskIsFull } from '../disk-full.ts';
import { openEggCache } from '../egg-cache.ts';
import { readEntry } from '../entries.ts';
import type { CachedEgg, Manifest } from '../manifest.ts';
import type { PlaceResult } from '../place-eggs.ts';
import type { LinkChoice } from '../place-tree.ts';
import { removeStaleTemporaries } from '../stale-temporaries.ts';
import { apartKey, createEggNames } from './egg-names.ts';
import { createEggPlaces, type CustomBuild, type EggIdentity, type EggPlace } from './egg-places.ts';
import { keepEgg, putEgg } from './put-egg.ts';
import type { SharedDirectory } from './shared-directory.ts';

/** What clutch knows of an egg that lies here. */
export interface EggNote {
  manifest: Manifest;
  /** Indexes by hash that are known to offer it. */
  indexes: readonly string[];
}

export interface EggShelf {
  readonly shared: SharedDirectory;
  /** Directories with eggs: `__eggs__`, then one for each egg that is kept apart. */
  directories(): readonly string[];
  /** `foreign`: another program put it there; `undefined`: it is not to be used by its name alone. */
  noteOf(location: string): EggNote | 'foreign' | undefined;
  /** As `EggCache.find`. */
  find(requestKey: string, accept?: (manifest: Manifest) => boolean): CachedEgg | undefined;
  /** Where it lies, whole. */
  locate(egg: EggIdentity, custom?: CustomBuild): EggPlace | undefined;
  /** Where it is to go; from now on its name is its own. For a directory that can be written. */
  reserve(egg: EggIdentity, custom?: CustomBuild): EggPlace | undefined;
  /** Notes that an index offers what lies there, if that can be noted. */
  approve(place: EggPlace, index: string): void;
  /** Keeps what was built here for others to find, also before anybody puts it in a place. */
  keep(egg: CachedEgg): void;
  /** Puts the egg there, whole or not at all, and files it under its requests. */
  put(egg: CachedEgg, place: EggPlace): PlaceResult;
  /** One builder per request for all users of the directory. */
  lock(requestKey: string): Promise<FileLock>;
  missingLibraries(manifest: Manifest): readonly string[];
}

export interface EggShelfOptions {
  link: LinkChoice;
  environment: Environment;
  /** Told, once for each, what lies here and is not used because of its owner or mode. */
  refuse: (entry: string, reason: string) => void;
}

export function openEggShelf(shared: SharedDirectory, options: EggShelfOptions): EggShelf {
  const { layout } = shared;
  const names = createEggNames(shared);
  const places = createEggPlaces(shared, names);
  const tools = { shared, methods: new Map(), link: options.link };
  const cache = openEggCache({ ...options, directory: layout.directory, report: ignore });
  const refused = new Set<string>();

  const sweep = onceOnly(() => removeStaleTemporaries(layout.temporary, unfinished));

  function isTrusted(entry: string): boolean {
    const reason = shared.whyUntrusted(entry);
    if (reason === undefined) return true;
    if (!refused.has(entry)) options.refuse(entry, reason);
    refused.add(entry);
    return false;
  }

  return {
    shared,
    directories: () => [shared.eggs, ...names.apart().map(({ place }) => `${shared.path}/${place}`)],
    noteOf: (location) => {
      const key = keyOf(location, shared);
      if (!isTrusted(location)) return undefined;
      const name = names.read(key);
      if (name === undefined) return key.includes('@') ? undefined : 'foreign';
      const egg = readEntry(layout, name.buildKey);
      return egg && { manifest: egg.manifest, indexes: name.indexes };
    },
    find: (requestKey, accept) => {
      const egg = cache.find(requestKey, accept);
      const place = egg && findPlace(egg.directory);
      return place !== undefined && isTrusted(place) ? egg : undefined;
    },
    locate: (egg, custom) =>
      places.candidates(egg, custom).find(({ isThere, entry }) => isThere && isTrusted(entry)),
    reserve: (egg, custom) => shared.writing(() => places.reserve(egg, custom)),
    approve: (place, index) => {
      if (shared.isWritable) shared.writing(() => names.addIndex(keyOf(place.path, shared), index));
    },
    keep: (egg) => {
      sweep();
      whenDiskIsFull(shared.path, () => shared.writing(() => keepEgg(tools, egg)));
    },
    put: (egg, place) => {
      sweep();
      return whenDiskIsFull(shared.path, () => shared.writing(() => putEgg(tools, egg, place)));
    },
    lock: (requestKey) => {
      const path = layout.lock(requestKey);
      shared.makeLockFile(path);
      return acquireFileLock(path);
    },
    missingLibraries: (manifest) => cache.missingLibraries(manifest),
  };
}

/** Where an entry's egg lies. It is put in its place once: a link that was read just before leads nowhere then. */
function findPlace(directory: string): string | undefined {
  return tryRealpath(directory) ?? tryRealpath(directory);
}

function tryRealpath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES')) return undefined;
    throw error;
  }
}

/** Builds happen there, and some take a day. */
const unfinished = { isTemporary: (): boolean => true, olderThanSeconds: 3 * 86_400 };

const ignore: Report = () => undefined;

function onceOnly(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}

function keyOf(location: string, shared: SharedDirectory): string {
  const parent = dirname(location);
  return parent === shared.eggs ? basename(location) : apartKey(basename(location), basename(parent));
}
