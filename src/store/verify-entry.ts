// Compares an entry with its manifest, byte for byte. Placing compares sizes, modes and times only.

import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { hasCode, hashFile } from '#base';
import type { CachedEgg, ManifestFile } from './manifest.ts';
import { fixedMtime } from './normalize-tree.ts';

/** What differs, as `path: what`; empty when the entry is whole. */
export function verifyEntry(egg: CachedEgg): string[] {
  const { manifest, directory } = egg;
  const files = manifest.files.flatMap((file) => {
    const problem = problemOf(`${directory}/${file.path}`, file);
    return problem === undefined ? [] : [`${file.path}: ${problem}`];
  });
  const links = manifest.links
    .filter(({ path, target }) => tryReadLink(`${directory}/${path}`) !== target)
    .map(({ path }) => `${path}: is another link`);
  return [...files, ...links, ...extraFiles(egg)];
}

function problemOf(path: string, file: ManifestFile): string | undefined {
  try {
    const status = lstatSync(path);
    if (!status.isFile()) return 'is no file';
    if (status.size !== file.size) return `has ${status.size} bytes instead of ${file.size}`;
    if (hashFile(path) !== file.sha256) return 'has other content';
    if (status.mtimeMs !== fixedMtime * 1000) return 'has another time';
    return (status.mode & 0o400) === 0 ? 'is unreadable' : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return 'is missing';
    if (hasCode(error, 'EACCES', 'EPERM')) return 'is unreadable';
    throw error;
  }
}

function tryReadLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EINVAL', 'ENOTDIR', 'EACCES')) return undefined;
    throw error;
  }
}

/** Files that the manifest does not have: placing would leave them out. */
function extraFiles({ directory, manifest }: CachedEgg): string[] {
  const known = new Set([
    ...manifest.directories,
    ...manifest.files.map(({ path }) => path),
    ...manifest.links.map(({ path }) => path),
  ]);
  try {
    const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => !known.has(name)).map((name) => `${name}: is not in the manifest`);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}
