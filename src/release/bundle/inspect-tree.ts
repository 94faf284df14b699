// Reads every file of a finished tree once: whether it names a path of the build, and which ones are programs and
// libraries. What the build said does not count here: only bytes do.

import { closeSync, lstatSync, openSync, readSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

export interface BuildPathFound {
  /** Relative to the tree. */
  file: string;
  /** What of the build it names. */
  names: string;
  where: 'content' | 'link';
}

export interface Inspection {
  found: readonly BuildPathFound[];
  /** Files in ELF format, relative to the tree, sorted. */
  binaries: readonly string[];
  files: number;
  bytes: number;
}

export interface InspectOptions {
  tree: string;
  /** Absolute paths that nothing may name. */
  buildPaths: readonly string[];
  /** Absolute paths below one of these that may be named all the same. */
  allowed: readonly string[];
  onBytes?: (bytes: number) => void;
}

const chunkBytes = 4 * 2 ** 20;

/** Fails only as the file system does: what is found is the caller's to judge. */
export function inspectTree(options: InspectOptions): Inspection {
  const inspection = { found: [] as BuildPathFound[], binaries: [] as string[], files: 0, bytes: 0 };
  const needles = options.buildPaths.map((path) => ({ path, bytes: Buffer.from(path) }));
  const lengths = [...options.buildPaths, ...options.allowed].map((path) => Buffer.byteLength(path));
  const overlap = Math.max(0, ...lengths) + 1;
  const buffer = Buffer.allocUnsafeSlow(chunkBytes + overlap + 2);
  walk(options.tree, '', (file, kind) => {
    if (kind === 'link') {
      const target = Buffer.from(readlinkSync(join(options.tree, file)));
      const names = findIn(target, { needles, allowed: options.allowed, end: target.length });
      if (names !== undefined) inspection.found.push({ file, names, where: 'link' });
      return;
    }
    const read = readInChunks(join(options.tree, file), { ...options, buffer, overlap, needles });
    inspection.files += 1;
    inspection.bytes += read.bytes;
    if (read.isElf) inspection.binaries.push(file);
    if (read.names !== undefined) inspection.found.push({ file, names: read.names, where: 'content' });
  });
  return inspection;
}

function walk(tree: string, folder: string, visit: (file: string, kind: 'file' | 'link') => void): void {
  for (const name of readdirSync(join(tree, folder)).sort()) {
    const path = folder === '' ? name : `${folder}/${name}`;
    const status = lstatSync(join(tree, path));
    if (status.isDirectory()) walk(tree, path, visit);
    else visit(path, status.isSymbolicLink() ? 'link' : 'file');
  }
}

interface Needle {
  path: string;
  bytes: Buffer;
}

interface Reading {
  /** For a chunk, and before it the end of the one before, `overlap` bytes: nothing hides at the border. */
  buffer: Buffer;
  overlap: number;
  needles: readonly Needle[];
  allowed: readonly string[];
  onBytes?: (bytes: number) => void;
}

function readInChunks(
  path: string,
  { buffer, overlap, needles, allowed, onBytes }: Reading,
): { names: string | undefined; isElf: boolean; bytes: number } {
  const file = openSync(path, 'r');
  try {
    let [kept, bytes, isElf, names] = [0, 0, false, undefined as string | undefined];
    for (;;) {
      const count = readSync(file, buffer, kept, chunkBytes, null);
      if (bytes === 0) isElf = count >= 4 && buffer.readUInt32BE(0) === 0x7f454c46;
      bytes += count;
      onBytes?.(count);
      const chunk = buffer.subarray(0, kept + count);
      // What begins so late is looked at with what follows.
      const end = count === 0 ? chunk.length : chunk.length - overlap;
      names ??= findIn(chunk, { needles, allowed, end });
      if (count === 0) return { names, isElf, bytes };
      kept = Math.min(overlap + 2, chunk.length);
      buffer.copyWithin(0, chunk.length - kept, chunk.length);
    }
  } finally {
    closeSync(file);
  }
}

/** The first of the paths that begins before `end`, stands there as a whole and is not the beginning of an allowed one. */
function findIn(
  bytes: Buffer,
  { needles, allowed, end }: { needles: readonly Needle[]; allowed: readonly string[]; end: number },
): string | undefined {
  for (const { path, bytes: needle } of needles) {
    for (let at = bytes.indexOf(needle); at !== -1 && at < end; at = bytes.indexOf(needle, at + 1)) {
      if (!isWhole(bytes, at, needle)) continue;
      const isAllowed = allowed.some((one) => bytes.toString('latin1', at, at + one.length) === one);
      if (!isAllowed) return path;
    }
  }
  return undefined;
}

/** `/home/me` is not named by `/home/meyer`, nor `/root` by `/usr/share/root`; but by `-I/root`. */
function isWhole(bytes: Buffer, at: number, needle: Buffer): boolean {
  if (isNameByte(bytes[at + needle.length])) return false;
  const isShort = needle.indexOf('/', 1) === -1;
  return !isShort || !isNameByte(bytes[at - 1]) || bytes[at - 2] === '-'.charCodeAt(0);
}

function isNameByte(byte: number | undefined): boolean {
  return byte !== undefined && /[A-Za-z0-9_.-]/.test(String.fromCharCode(byte));
}
