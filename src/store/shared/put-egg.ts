// Putting an egg into a shared directory: placed from the egg cache as into an eggs directory, then filed under the requests
// that it answers, so that whoever else comes finds it.

import { existsSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { hasCode, tryReadText } from '#base';
import { addToRequest } from '../entries.ts';
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

/** Puts the egg at its place, whole or not at all, and files it under its requests. */
export function putEgg(tools: PutTools, egg: CachedEgg, place: EggPlace): PlaceResult {
  const { shared, methods, link } = tools;
  const { layout } = shared;
  shared.makeDirectory(layout.temporary);
  shared.makeDirectory(dirname(place.path));
  const kept = `${layout.entry(egg.manifest.buildKey)}/egg`;
  if (!tryMoveKept(kept, place.path)) {
    const result = placeEgg(egg, place.path, { link, methods, temporary: layout.temporaryPath('egg') });
    if (result.outcome === 'damaged') return result;
    const target = relative(dirname(kept), place.path);
    fileEntry(shared, egg, (entry) => symlinkSync(target, `${entry}/egg`));
  }
  if (place.marker !== undefined) writeMarker(place.entry, place.marker);
  return { outcome: 'present' };
}

/** Keeps the egg itself under its requests, until somebody puts it in a place. */
export function keepEgg({ shared, methods, link }: PutTools, egg: CachedEgg): void {
  shared.makeDirectory(shared.layout.temporary);
  fileEntry(shared, egg, (entry) => {
    placeEgg(egg, `${entry}/egg`, { link, methods });
  });
}

/** Whether the egg was kept here and could be moved to its place; whoever comes at this moment waits for its builder. */
function tryMoveKept(kept: string, path: string): boolean {
  if (lstatSync(kept, { throwIfNoEntry: false })?.isDirectory() !== true || existsSync(path)) return false;
  try {
    renameSync(kept, path);
  } catch (error) {
    // Another user's, or another process was faster.
    if (hasCode(error, 'EACCES', 'EPERM', 'ENOENT', 'ENOTEMPTY', 'EEXIST')) return false;
    throw error;
  }
  symlinkSync(relative(dirname(kept), path), kept);
  return true;
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
    moveEntry(temporary, entry);
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
function moveEntry(temporary: string, entry: string): void {
  try {
    renameSync(temporary, entry);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    if (existsSync(`${entry}/egg`)) return;
    rmSync(entry, { recursive: true, force: true });
    renameSync(temporary, entry);
  }
}
