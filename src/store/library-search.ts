// Whether the dynamic loader of this machine finds a shared library: the loader's cache, its directories, and the
// search paths that an egg's own files name. Nothing is started and nothing is loaded.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { hasCode, type Environment } from '#base';

export interface LibrarySearch {
  /** `runPaths` are looked at first. */
  finds(soname: string, runPaths: readonly string[]): boolean;
}

export interface LibrarySearchOptions {
  environment: Environment;
  /** The loader's cache of glibc. */
  loaderCache?: string;
  /** Directories that the loader searches by itself. */
  directories?: () => readonly string[];
}

/** Reads what it needs when first asked. */
export function createLibrarySearch(options: LibrarySearchOptions): LibrarySearch {
  const { environment, loaderCache = '/etc/ld.so.cache', directories = loaderDirectories } = options;
  const known = new Map<string, boolean>();
  let cached: ReadonlySet<string> | undefined;
  let places: readonly string[] | undefined;

  const isInstalled = (soname: string): boolean => {
    cached ??= readLoaderCache(loaderCache);
    if (cached.has(soname)) return true;
    places ??= [...splitPaths(environment['LD_LIBRARY_PATH'] ?? ''), ...directories()];
    return places.some((directory) => existsSync(`${directory}/${soname}`));
  };

  return {
    finds: (soname, runPaths) => {
      if (soname.includes('/')) return existsSync(soname);
      if (runPaths.some((directory) => existsSync(`${directory}/${soname}`))) return true;
      const answer = known.get(soname) ?? isInstalled(soname);
      known.set(soname, answer);
      return answer;
    },
  };
}

function splitPaths(text: string): string[] {
  return text.split(/[:;\n]/).filter((path) => path.startsWith('/'));
}

/** The default directories of glibc and musl, with Debian's one per architecture. */
export function loaderDirectories(): string[] {
  const roots = ['/lib', '/usr/lib', '/lib64', '/usr/lib64', '/usr/local/lib', '/lib32', '/usr/lib32'];
  const nested = ['/lib', '/usr/lib'].flatMap((root) =>
    namesIn(root)
      .filter((name) => /-linux-(gnu|musl)/.test(name))
      .map((name) => `${root}/${name}`),
  );
  const musl = namesIn('/etc')
    .filter((name) => /^ld-musl-.*\.path$/.test(name))
    .flatMap((name) => splitPaths(tryRead(`/etc/${name}`)?.toString('utf8') ?? ''));
  return [...roots, ...nested, ...musl];
}

const magic = 'glibc-ld.so.cache1.1';
const headerBytes = 48;
const entryBytes = 24;

/** The sonames in `ld.so.cache` (glibc, sysdeps/generic/dl-cache.h); an older header may come before the table. */
export function readLoaderCache(path: string): ReadonlySet<string> {
  const bytes = tryRead(path);
  const start = bytes?.indexOf(magic) ?? -1;
  if (bytes === undefined || start === -1) return new Set();
  const table = bytes.subarray(start);
  const isLittle = endianness() === 'LE';
  const number = (at: number): number => (isLittle ? table.readUInt32LE(at) : table.readUInt32BE(at));
  const names = new Set<string>();
  if (table.length < headerBytes) return names;
  const count = number(magic.length);
  for (let index = 0; index < count; index += 1) {
    const at = headerBytes + index * entryBytes;
    if (at + entryBytes > table.length) break;
    const name = number(at + 4);
    const end = table.indexOf(0, name);
    if (end !== -1) names.add(table.toString('utf8', name, end));
  }
  return names;
}

function tryRead(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES', 'ENOTDIR', 'EISDIR')) return undefined;
    throw error;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES', 'ENOTDIR')) return [];
    throw error;
  }
}
