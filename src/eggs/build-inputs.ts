// What a custom build takes from directories that its options and variables name: headers and libraries of other parts. A
// build key has their listing, since a part that was compiled again has the same path and other files.

import { readdirSync, statSync } from 'node:fs';
import { join, normalize } from 'node:path';

import { hasCode, hashBytes } from '#base';

/** Where the system's packages lie: what an egg needs of them is recorded as the libraries it links. */
const systemDirectories = ['/bin', '/lib', '/lib32', '/lib64', '/opt', '/sbin', '/usr'];

/** As many names of a directory are listed; one with more is told by its own time. */
const mostNames = 20_000;

/**
 * The directories that are named in these texts, each with a hash of names, sizes and times below it. Left out: the
 * system's, and those that `isKnown` by their name, such as shared parts.
 */
export function describeInputs(
  texts: Iterable<string>,
  isKnown: (path: string) => boolean,
): Record<string, string> {
  const inputs: Record<string, string> = {};
  for (const path of new Set([...texts].flatMap(pathsIn))) {
    if (isSystem(path) || isKnown(path)) continue;
    const listing = tryList(path);
    if (listing !== undefined) inputs[path] = hashBytes(listing.join('\n'));
  }
  return inputs;
}

/** Absolute paths, also behind `-I`, `=` and between colons. */
function pathsIn(text: string): string[] {
  return (text.match(/(?<![\w.~/])\/[^\s:,;'"=]+|(?<=-[IL])\/[^\s:,;'"=]+/g) ?? []).map((path) =>
    normalize(path).replace(/\/+$/, ''),
  );
}

function isSystem(path: string): boolean {
  return path === '' || systemDirectories.some((one) => path === one || path.startsWith(`${one}/`));
}

function tryList(directory: string): string[] | undefined {
  try {
    if (!statSync(directory).isDirectory()) return undefined;
    const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
    return names.length > mostNames
      ? [stampOf(directory)]
      : names.map((name) => `${name} ${stampOf(join(directory, name))}`);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP')) return undefined;
    throw error;
  }
}

function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return '';
  return stats.isDirectory() ? 'directory' : `${stats.size} ${stats.mtimeMs}`;
}
