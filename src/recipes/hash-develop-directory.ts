// The hash of a source tree, so that a part is reinstalled when the source of its recipe changes. It must be the very
// hash that zc.buildout computes (buildout.py, _dir_hash), or a takeover would reinstall every part.

import { createHash, type Hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { BuildError, hasCode, pythonRepr } from '#base';
import { parseConfigurationText } from '#config';

const ignoredDirectories = new Set(['.svn', 'CVS', '__pycache__', '.git']);
const knownHashes = new Map<string, string>();

/** MD5 over names and bytes of everything below `directory`; remembered for the run. */
export async function hashDevelopDirectory(directory: string): Promise<string> {
  const known = knownHashes.get(directory);
  if (known !== undefined) return known;
  const hash = createHash('md5');
  await hashDirectory(directory, hash);
  const digest = hash.digest('hex');
  knownHashes.set(directory, digest);
  return digest;
}

/** Develop eggs may have changed on disk: forget what was hashed. */
export function forgetDevelopHashes(): void {
  knownHashes.clear();
}

async function hashDirectory(directory: string, hash: Hash): Promise<void> {
  const entries = listDirectory(directory);
  const directories = entries.filter((entry) => isDirectory(directory, entry));
  const directoryNames = directories
    .map((entry) => entry.name)
    .filter((name) => !ignoredDirectories.has(name))
    .sort();
  const fileNames = entries
    .filter((entry) => !directories.includes(entry))
    .map((entry) => entry.name)
    .filter((name) => !/py[co]$/.test(name) && existsSync(join(directory, name)))
    .sort();
  hash.update([...directoryNames, ...fileNames].join(' '));
  for (const name of fileNames) hash.update(await readForHash(join(directory, name), name));
  const links = new Set(directories.filter((entry) => entry.isSymbolicLink()).map((entry) => entry.name));
  for (const name of directoryNames) {
    if (!links.has(name)) await hashDirectory(join(directory, name), hash);
  }
}

function listDirectory(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    // As Python's os.walk: what cannot be listed has no entries.
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}

function isDirectory(directory: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statSync(join(directory, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

// Entry points are written in no stable order, so their parsed and sorted form is hashed, as Python's `repr` shows it.
async function readForHash(path: string, name: string): Promise<string | Buffer> {
  const bytes = readFileSync(path);
  if (name !== 'entry_points.txt') return bytes;
  try {
    return reprOfSections(await parseConfigurationText(bytes.toString('utf8'), path));
  } catch (error) {
    if (error instanceof BuildError) return bytes;
    throw error;
  }
}

function reprOfSections(sections: ReadonlyMap<string, ReadonlyMap<string, string>>): string {
  const texts = [...sections.entries()].sort(byFirst).map(([section, options]) => {
    const items = [...options.entries()]
      .sort(byFirst)
      .map(([name, value]) => `(${pythonRepr(name)}, ${pythonRepr(value)})`);
    return `(${pythonRepr(section)}, [${items.join(', ')}])`;
  });
  return `[${texts.join(', ')}]`;
}

function byFirst(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  if (a[0] === b[0]) return 0;
  return a[0] < b[0] ? -1 : 1;
}
