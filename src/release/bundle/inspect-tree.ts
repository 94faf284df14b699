// Reads every file of a finished tree once: whether it names a path of the build, and which ones are programs and
// libraries. What the build said does not count here: only bytes do.

import { closeSync, lstatSync, openSync, readSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

export interface BuildPathFound {
  /** Relative to the tree. */
  file: string;
  /** The path of the build that it names. */
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
  /** Texts that stand nowhere, and that no message shows: logins. */
  secrets: readonly string[];
  /** The user's home and the names in it, which what was built here may not name. */
  home: { path: string; names: readonly string[] };
  /** Whether a file has the bytes that somebody published: its `/root/…` is not ours. */
  isPublished: (file: string) => boolean;
  /** Absolute paths that may be named all the same, with what is below them. */
  allowed: readonly string[];
  onBytes?: (bytes: number) => void;
}

const chunkBytes = 4 * 2 ** 20;

/** Fails only as the file system does: what is found is the caller's to judge. */
export function inspectTree(options: InspectOptions): Inspection {
  const inspection = { found: [] as BuildPathFound[], binaries: [] as string[], files: 0, bytes: 0 };
  const secrets = options.secrets.map((text): Needle => ({
    path: 'a login of the configuration',
    bytes: Buffer.from(text),
    isSecret: true,
  }));
  const common = [...secrets, ...options.buildPaths.map((path) => needleOf(path))];
  const built = [...common, needleOf(options.home.path, options.home.names)];
  const lengths = [...built, ...options.allowed.map((path) => needleOf(path))].map(
    ({ bytes }) => bytes.length,
  );
  const overlap = Math.max(0, ...lengths) + longestName;
  const buffer = Buffer.allocUnsafeSlow(chunkBytes + overlap + 2);
  walk(options.tree, '', (file, kind) => {
    const needles = options.isPublished(file) ? common : built;
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
  /** As messages name it. */
  path: string;
  bytes: Buffer;
  isSecret?: boolean;
  /**
   * What is in that directory: for a short path, which may mean anything (`/root`), only these names below it count.
   */
  names?: readonly string[] | undefined;
}

const longestName = 256;

function needleOf(path: string, names?: readonly string[]): Needle {
  const isShort = path.indexOf('/', 1) === -1;
  return { path, bytes: Buffer.from(path), names: isShort ? names : undefined };
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
  for (const needle of needles) {
    const { path } = needle;
    for (
      let at = bytes.indexOf(needle.bytes);
      at !== -1 && at < end;
      at = bytes.indexOf(needle.bytes, at + 1)
    ) {
      if (!isWhole(bytes, at, needle)) continue;
      const isAllowed = allowed.some((one) => bytes.toString('latin1', at, at + one.length) === one);
      if (!isAllowed) return needle.isSecret === true ? path : nameAt(bytes, at);
    }
  }
  return undefined;
}

/** `/home/me` is not named by `/home/meyer`, nor `/root` by `/usr/share/root`; but by `-I/root/include`. */
function isWhole(bytes: Buffer, at: number, { bytes: needle, names, isSecret = false }: Needle): boolean {
  if (isSecret) return true;
  const after = at + needle.length;
  if (isNameByte(bytes[after])) return false;
  if (names === undefined) return true;
  if (isNameByte(bytes[at - 1]) && bytes[at - 2] !== '-'.charCodeAt(0)) return false;
  const rest = bytes.toString('latin1', after, after + longestName);
  const name = /^\/([\w.+@-]+)/.exec(rest)?.[1];
  return name !== undefined && names.includes(name);
}

/** The whole path that begins there, as far as it is one. */
function nameAt(bytes: Buffer, at: number): string {
  return /^[\w/.+@=~-]*/.exec(bytes.toString('latin1', at, at + longestName))?.[0] ?? '';
}

function isNameByte(byte: number | undefined): boolean {
  return byte !== undefined && /[A-Za-z0-9_.-]/.test(String.fromCharCode(byte));
}
