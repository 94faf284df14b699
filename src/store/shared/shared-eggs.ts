// The eggs of all shared directories of a buildout, in its order of preference: the first that has an egg gives it, else
// the first that may be written to gets it.

import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment, FileLock, Report } from '#base';
import type { CachedEgg, Manifest } from '../manifest.ts';
import type { PlaceResult } from '../place-eggs.ts';
import type { LinkChoice } from '../place-tree.ts';
import { createUseLock } from '../use-lock.ts';
import type { CustomBuild, EggIdentity, EggPlace } from './egg-places.ts';
import { openEggShelf, type EggNote, type EggShelf } from './egg-shelf.ts';
import { openSharedDirectory } from './shared-directory.ts';
import { createTrust, trustHint } from './trust.ts';

export interface SharedEggsOptions {
  /** In order of preference; those that are not there are passed over, none is ever made. */
  roots: readonly string[];
  trustedOwners: readonly number[];
  link: LinkChoice;
  environment: Environment;
  report: Report;
}

/** A place of one of the directories. */
export interface SharedPlace extends EggPlace {
  /** Puts the egg there, whole or not at all. */
  put(egg: CachedEgg): PlaceResult;
}

export interface SharedEggs {
  /** The roots that are there, without links. */
  readonly roots: readonly string[];
  /** From now on no prune takes away what this run may use. */
  hold(): void;
  /** Directories with eggs, best first. */
  directories(): readonly string[];
  /** What is known of an egg in one of the directories; see `EggShelf`. */
  noteOf(location: string): EggNote | 'foreign' | undefined;
  /** An egg that may answer a request, as `EggCache.find`. */
  find(requestKey: string, accept?: (manifest: Manifest) => boolean): CachedEgg | undefined;
  /** Where it is, else where it goes, its name reserved; `undefined`: no directory has it or can take it. */
  placeFor(egg: EggIdentity, wanted: { index?: string; custom?: CustomBuild }): SharedPlace | undefined;
  /** As `placeFor` for an egg that is not made yet; reserves nothing. */
  placeByName(eggName: string): string | undefined;
  /** One builder per request for all users of the first directory that can be written to. */
  lock(requestKey: string): Promise<FileLock>;
  /** A fresh directory for making an egg; the caller removes it. */
  temporaryDirectory(): string;
  missingLibraries(manifest: Manifest): readonly string[];
}

/** Opens them; fails with `SHARED_UNTRUSTED` when one belongs to a stranger or may be written by everybody. */
export function openSharedEggs(options: SharedEggsOptions): SharedEggs {
  const { roots, link, environment, report } = options;
  const trust = createTrust(options.trustedOwners);
  const refuse = (entry: string, reason: string): void => {
    report({ type: 'log', level: 'warning', text: `Shared egg ${entry} is not used: it ${reason}.` });
    report({ type: 'hint', text: trustHint });
  };
  const shelves = roots.flatMap((root): EggShelf[] => {
    const shared = openSharedDirectory(root, trust);
    return shared === undefined ? [] : [openEggShelf(shared, { link, environment, refuse })];
  });
  const writable = shelves.find(({ shared }) => shared.isWritable);
  const locks = shelves.map(({ shared }) => createUseLock(shared.layout.useLock));
  const shelfOf = (location: string): EggShelf | undefined =>
    shelves.find(({ shared }) => location.startsWith(`${shared.path}/`));

  return {
    roots: shelves.map(({ shared }) => shared.path),
    hold: () => {
      for (const [position, lock] of locks.entries()) {
        const shared = shelves[position]?.shared;
        if (shared?.isWritable === true) shared.makeLockFile(shared.layout.useLock);
        lock.hold();
      }
    },
    directories: () => shelves.flatMap((shelf) => shelf.directories()),
    noteOf: (location) => shelfOf(location)?.noteOf(location),
    find: (requestKey, accept) => firstOf(shelves, (shelf) => shelf.find(requestKey, accept)),
    placeFor: (egg, { index, custom }) => {
      const there = firstOf(shelves, (shelf) => toShared(shelf, shelf.locate(egg, custom)));
      const place = there ?? (writable && toShared(writable, writable.reserve(egg, custom)));
      if (place !== undefined && index !== undefined) shelfOf(place.path)?.approve(place, index);
      return place;
    },
    placeByName: (eggName) => writable && join(writable.shared.eggs, eggName),
    lock: async (requestKey) => (await writable?.lock(requestKey)) ?? nobodysLock,
    temporaryDirectory: () => {
      if (writable === undefined) return mkdtempSync(join(tmpdir(), 'clutch-build-'));
      const { shared } = writable;
      shared.makeDirectory(shared.layout.temporary);
      const directory = shared.layout.temporaryPath('build');
      mkdirSync(directory);
      return directory;
    },
    missingLibraries: (manifest) => shelves[0]?.missingLibraries(manifest) ?? [],
  };
}

const nobodysLock: FileLock = { release: () => undefined };

function toShared(shelf: EggShelf, place: EggPlace | undefined): SharedPlace | undefined {
  return place && { ...place, put: (egg) => shelf.put(egg, place) };
}

function firstOf<Item, Result>(
  items: readonly Item[],
  choose: (item: Item) => Result | undefined,
): Result | undefined {
  for (const item of items) {
    const result = choose(item);
    if (result !== undefined) return result;
  }
  return undefined;
}
