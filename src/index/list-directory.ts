// Directories and single files as sources of distributions (_package_index.py, process_filename): what lies directly
// inside counts, unpacked `.egg` directories included; nothing below is looked at.

import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { basename, join } from 'node:path';
import { hasCode } from '#base';
import { readHashList } from './hash-list.ts';
import type { Link } from './link.ts';

/** The entries of a directory, or the file itself; `undefined` when there is nothing at `path`. */
export function listLocalPath(path: string): readonly Link[] | undefined {
  const real = tryRealPath(path);
  if (real === undefined) return undefined;
  const itself = localLink(real, statSync(real).isDirectory());
  if (itself.isDirectory !== true) return [itself];
  const inside = readdirSync(real, { withFileTypes: true })
    .sort((first, second) => (first.name < second.name ? -1 : 1))
    .flatMap((entry) => linkOfEntry(real, entry));
  addHashes(inside, real);
  return real.endsWith('.egg') ? [itself, ...inside] : inside;
}

/** What the directory's own list says of its files. */
function addHashes(links: Link[], directory: string): void {
  if (!links.some(({ filename }) => filename === 'SHA256SUMS')) return;
  const known = readHashList(directory);
  for (const [place, link] of links.entries()) {
    const sha256 = known.get(link.filename);
    if (sha256 !== undefined) links[place] = { ...link, hashes: { sha256 } };
  }
}

/** The subdirectories of `path` by name; none when it is no directory. */
export function listSubdirectories(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => entry.name);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

function linkOfEntry(directory: string, entry: Dirent): Link[] {
  const path = join(directory, entry.name);
  if (!entry.isSymbolicLink()) return isUseful(entry) ? [localLink(path, entry.isDirectory())] : [];
  const real = tryRealPath(path);
  if (real === undefined) return [];
  const target = statSync(real);
  // pkg_resources normalises the path, so the file is known by what the link leads to, under the link's name.
  return isUseful(entry) || target.isFile()
    ? [{ ...localLink(real, target.isDirectory()), filename: entry.name }]
    : [];
}

function isUseful(entry: Dirent): boolean {
  return !entry.isDirectory() || entry.name.endsWith('.egg');
}

function localLink(path: string, isDirectory: boolean): Link {
  const link = { href: path, filename: basename(path) };
  return isDirectory ? { ...link, isDirectory } : link;
}

function tryRealPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}
