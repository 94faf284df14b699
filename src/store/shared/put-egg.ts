// Putting an egg into a shared directory: placed from the egg cache as into an eggs directory, then filed under the requests
// that it answers, so that whoever else comes finds it.

import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative } from 'node:path';
import { hasCode, tryReadText } from '#base';
import type { CacheLayout } from '../cache-layout.ts';
import { addToRequest, removeEntry, removeHidden } from '../entries.ts';
import { formatManifest, tryParseManifest, type CachedEgg } from '../manifest.ts';
import { placeEgg, type PlaceResult } from '../place-eggs.ts';
import type { LinkChoice, LinkMethods } from '../place-tree.ts';
import type { EggPlace } from './egg-places.ts';
import { writeMarker } from './part-marker.ts';
import type { SharedDirectory } from './shared-directory.ts';

export interface PutTools {
  shared: SharedDirectory;
  methods: LinkMethods;
  link: LinkChoice;
}

/**
 * Puts the egg at its place, whole or not at all, and files it under its requests. An entry's `egg` leads to a whole egg at
 * every moment: others read it meanwhile.
 */
export function putEgg(tools: PutTools, egg: CachedEgg, place: EggPlace): PlaceResult {
  const { shared, methods, link } = tools;
  const { layout } = shared;
  shared.makeDirectory(layout.temporary);
  shared.makeDirectory(dirname(place.path));
  const result = placeEgg(egg, place.path, { link, methods, temporary: layout.temporaryPath('egg') });
  if (result.outcome === 'damaged') return result;
  const entry = layout.entry(egg.manifest.buildKey);
  const target = relative(entry, place.path);
  fileEntry(shared, egg, (temporary) => symlinkSync(target, `${temporary}/egg`));
  if (place.marker !== undefined) writeMarker(place.entry, place.marker);
  replaceKept(layout, entry, target);
  return { outcome: 'present' };
}

/** Where an entry has an egg of its own. */
export const keptName = 'kept';

/** Keeps the egg itself under its requests, until somebody puts it in a place. */
export function keepEgg({ shared, methods, link }: PutTools, egg: CachedEgg): void {
  shared.makeDirectory(shared.layout.temporary);
  fileEntry(shared, egg, (entry) => {
    placeEgg(egg, `${entry}/${keptName}`, { link, methods });
    symlinkSync(keptName, `${entry}/egg`);
  });
}

/** The egg lies at `target` now: the entry leads there, and has none of its own any more, if it is ours to change. */
function replaceKept(layout: CacheLayout, entry: string, target: string): void {
  const kept = `${entry}/${keptName}`;
  if (!existsSync(kept)) return;
  const removed = layout.temporaryPath('removed');
  const pointer = layout.temporaryPath('link');
  try {
    symlinkSync(target, pointer);
    renameSync(pointer, `${entry}/egg`);
    renameSync(kept, removed);
  } catch (error) {
    rmSync(pointer, { force: true });
    // Another user's, or another process was faster.
    if (hasCode(error, 'EACCES', 'EPERM', 'ENOENT')) return;
    throw error;
  }
  removeHidden(removed);
}

/** The entry that requests lead to: the manifest, and the egg or a link to where it lies. */
function fileEntry(shared: SharedDirectory, egg: CachedEgg, fill: (entry: string) => void): void {
  const { layout } = shared;
  const { manifest } = egg;
  const entry = layout.entry(manifest.buildKey);
  if (existsSync(`${entry}/egg`)) return;
  const temporary = layout.temporaryPath('entry');
  mkdirSync(temporary);
  try {
    writeFileSync(`${temporary}/manifest.json`, manifestText(egg));
    fill(temporary);
    for (const key of manifest.requestKeys) {
      shared.makeDirectory(dirname(layout.request(key)));
      addToRequest(layout, key, manifest.buildKey);
    }
    shared.makeDirectory(dirname(entry));
    moveEntry(layout, temporary, entry);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** A remembered decision knows the files without their hashes: the cache's own manifest has them. */
function manifestText({ directory, manifest }: CachedEgg): string {
  const text = tryReadText(`${dirname(directory)}/manifest.json`, 'EACCES');
  const isOurs = text !== undefined && tryParseManifest(text, manifest.buildKey) !== undefined;
  return isOurs ? text : formatManifest(manifest);
}

/** One whose egg is gone is replaced; of two at once either is right. */
function moveEntry(layout: CacheLayout, temporary: string, entry: string): void {
  for (let attempt = 0; ; attempt += 1) {
    try {
      renameSync(temporary, entry);
      return;
    } catch (error) {
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST') || attempt === 3) throw error;
    }
    if (existsSync(`${entry}/egg`)) return;
    removeEntry(layout, basename(entry));
  }
}
