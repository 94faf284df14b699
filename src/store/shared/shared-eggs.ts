// The eggs of all shared directories of a buildout: the first that has an egg gives it, else the first that can be written to
// gets it.

import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileLock, Report } from '#base';
import type { CachedEgg, Manifest } from '../manifest.ts';
import type { PlaceResult } from '../place-eggs.ts';
import type { CustomBuild, EggIdentity, EggPlace } from './egg-places.ts';
import type { EggNote, EggShelf } from './egg-shelf.ts';

/** A place of one of the directories. */
export interface SharedPlace extends EggPlace {
  /** Puts the egg there, whole or not at all. */
  put(egg: CachedEgg): PlaceResult;
}

export interface SharedEggs {
  /** Directories with eggs, best first. */
  directories(): readonly string[];
  /** What is known of an egg in one of the directories; see `EggShelf`. */
  noteOf(location: string): EggNote | 'foreign' | undefined;
  /** The entry of a directory that a path lies in: `<root>/__eggs__/<egg>` or `<root>/<section>/<digest>`. */
  entryOf(path: string): string | undefined;
  /** Those of these entries that none of the directories has. */
  missingEggs(names: readonly string[]): readonly string[];
  /** Says, once, where new eggs go when the first directory cannot take them. */
  tellUnwritable(eggsDirectory: string): void;
  /** An egg that may answer a request, as `EggCache.find`. */
  find(requestKey: string, accept?: (manifest: Manifest) => boolean): CachedEgg | undefined;
  /** Where it is, else where it goes, its name reserved; `undefined`: no directory has it or can take it. */
  placeFor(egg: EggIdentity, wanted: { index?: string; custom?: CustomBuild }): SharedPlace | undefined;
  /** Keeps what was built here for others, before anybody puts it in a place. */
  keep(egg: CachedEgg): void;
  /** As `placeFor` for an egg that is not made yet; reserves nothing. */
  placeByName(eggName: string): string | undefined;
  /** One builder per request for all users of the first directory that can be written to. */
  lock(requestKey: string): Promise<FileLock>;
  /** A fresh directory for making an egg; the caller removes it. */
  temporaryDirectory(): string;
  missingLibraries(manifest: Manifest): readonly string[];
}

export interface SharedEggsOptions {
  /** As the configuration names them, those that are not there among them. */
  roots: readonly string[];
  shelves: readonly EggShelf[];
  report: Report;
}

export function createSharedEggs(options: SharedEggsOptions): SharedEggs {
  const { shelves } = options;
  const writable = shelves.find(({ shared }) => shared.isWritable);
  const shelfOf = (location: string): EggShelf | undefined =>
    shelves.find(({ shared }) => location.startsWith(`${shared.path}/`));
  const hasEgg = (name: string): boolean =>
    shelves.some(({ shared }) => existsSync(`${shared.eggs}/${name}`));
  const tellUnwritable = createTeller(options, writable);
  /** As they were when they were asked for first; what this run adds is added. */
  let known: readonly string[] | undefined;

  return {
    directories: () => (known ??= shelves.flatMap((shelf) => shelf.directories())),
    noteOf: (location) => shelfOf(location)?.noteOf(location),
    entryOf: (path) => {
      const root = shelfOf(path)?.shared.path;
      const [section, name] = root === undefined ? [] : path.slice(root.length + 1).split('/');
      return root === undefined || name === undefined ? undefined : `${root}/${section ?? ''}/${name}`;
    },
    missingEggs: (names) => names.filter((name) => name.endsWith('.egg') && !hasEgg(name)),
    tellUnwritable,
    find: (requestKey, accept) => firstOf(shelves, (shelf) => shelf.find(requestKey, accept)),
    placeFor: (egg, { index, custom }) => {
      const there = firstOf(shelves, (shelf) => toShared(shelf, shelf.locate(egg, custom)));
      const place = there ?? (writable && toShared(writable, writable.reserve(egg, custom)));
      if (place?.marker !== undefined && !place.isThere) known = undefined;
      if (place !== undefined && index !== undefined) shelfOf(place.path)?.approve(place, index);
      return place;
    },
    keep: (egg) => writable?.keep(egg),
    placeByName: (eggName) => writable && join(writable.shared.eggs, eggName),
    lock: async (requestKey) => (await writable?.lock(requestKey)) ?? nobodysLock,
    temporaryDirectory: () => makeTemporary(writable),
    missingLibraries: (manifest) => shelves[0]?.missingLibraries(manifest) ?? [],
  };
}

function createTeller(
  { roots, shelves, report }: SharedEggsOptions,
  writable: EggShelf | undefined,
): (eggsDirectory: string) => void {
  let hasTold = false;
  return (eggsDirectory) => {
    if (hasTold || (writable !== undefined && writable === shelves[0])) return;
    hasTold = true;
    const place = writable?.shared.path ?? `the eggs directory ${eggsDirectory}`;
    const text = `${describeClosed(roots, shelves)}: eggs that are not there go to ${place}.`;
    report({ type: 'log', level: 'info', text });
  };
}

function makeTemporary(writable: EggShelf | undefined): string {
  if (writable === undefined) return mkdtempSync(join(tmpdir(), 'clutch-build-'));
  const { shared } = writable;
  const directory = shared.layout.temporaryPath('build');
  shared.makeDirectory(directory);
  return directory;
}

/** Which directories cannot take anything. */
function describeClosed(roots: readonly string[], shelves: readonly EggShelf[]): string {
  if (shelves.length === 0) return `There is no shared directory ${roots.join(' or ')}`;
  const closed = shelves.filter(({ shared }) => !shared.isWritable).map(({ shared }) => shared.path);
  return `Shared directory ${closed.join(', ')} cannot be written to`;
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
