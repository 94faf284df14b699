// The manifest of an entry: one small JSON file that a hot run reads instead of the egg. What resolving needs comes
// first; the tree is packed into a few long strings, since parsing 27,000 small objects would cost more than placing
// them. Structure is checked by hand; hashes were verified when the entry was written.

import { eggFormat, type Json } from './request-key.ts';

/** What a resolver and the script writer ask of an egg, so that they need not open it. */
export interface EggMetadata {
  requiresDist: readonly string[];
  providesExtra: readonly string[];
  requiresPython?: string;
  /** Small metadata files as text, by name: `entry_points.txt`, `namespace_packages.txt`, `top_level.txt`, … */
  texts: Readonly<Record<string, string>>;
}

/** What the builder of an egg says about it. */
export interface EggFacts {
  /** `Name-1.0-py3.11-linux-x86_64.egg` */
  eggName: string;
  project: string;
  version: string;
  metadata: EggMetadata;
  /** What the build really used: resolved build requirements with hashes, compiler, tools, sonames; in the build key. */
  used?: Json;
  /** The facts of the request key, so that a miss can be explained; not in the build key again. */
  request?: Json;
  /** Shown by `cache show`, not in any key: file name, origin, imported or built, signer. */
  origin?: Json;
}

export interface ManifestFile {
  path: string;
  size: number;
  /** 0o444 or 0o555 */
  mode: number;
  sha256: string;
}

export interface Manifest extends EggFacts {
  buildKey: string;
  requestKeys: readonly string[];
  /** Of all files together. */
  bytes?: number;
  /** Shared libraries that the egg needs and does not have, and where its files look for them first. */
  sonames?: readonly string[];
  runPaths?: readonly string[];
  /** Sorted, so parents come first; the egg's root is not among them. */
  readonly directories: readonly string[];
  /** Sorted by path. Unpacked when first asked for. */
  readonly files: readonly ManifestFile[];
  /** Symbolic links inside the egg; there are hardly ever any. */
  readonly links: readonly { path: string; target: string }[];
}

export interface CachedEgg {
  /** The egg's tree: `…/eggs/ab/<build key>/egg`. Read-only: place it, do not use it from here. */
  directory: string;
  manifest: Manifest;
}

/** A tree as it lies on disk. */
export interface PackedTree {
  /** One path on a line. */
  directories: string;
  /** One file on a line: mode in octal, size, path. */
  files: string;
  /** 64 digits for each file, in the same order; empty where nobody needs them. */
  sha256: string;
  links: readonly { path: string; target: string }[];
}

/** As it lies on disk. */
export interface PackedManifest extends EggFacts, PackedTree {
  format: number;
  buildKey: string;
  requestKeys: readonly string[];
  bytes?: number;
  sonames?: readonly string[];
  runPaths?: readonly string[];
}

/** The manifest's text: a function of its content alone. */
export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify(packManifest(manifest), null, 1)}\n`;
}

export function packManifest(manifest: Manifest): PackedManifest {
  const { directories: _directories, files: _files, links: _links, ...facts } = manifest;
  return { format: eggFormat, ...facts, ...packedTreeOf(manifest) };
}

/** The same manifest with its tree packed away: as lists of files, those of a large run would fill the memory. */
export function foldManifest(manifest: Manifest): Manifest {
  return withTree(packManifest(manifest));
}

/** Trees that were read packed, so that nobody packs them again. */
const packedTrees = new WeakMap<Manifest, PackedTree>();

export function packedTreeOf(manifest: Manifest): PackedTree {
  return packedTrees.get(manifest) ?? packTree(manifest);
}

function packTree({ directories, files, links }: Manifest): PackedTree {
  return {
    directories: directories.map(packPath).join('\n'),
    files: files.map((file) => `${file.mode.toString(8)} ${file.size} ${packPath(file.path)}`).join('\n'),
    sha256: files.map((file) => file.sha256).join(''),
    links,
  };
}

/** Without hashes in it, those of its files are empty. */
export function unpackTree(tree: PackedTree): Pick<Manifest, 'directories' | 'files' | 'links'> {
  return {
    directories: lines(tree.directories).map(unpackPath),
    files: lines(tree.files).map((line, index) => unpackFile(line, tree.sha256, index)),
    links: tree.links,
  };
}

/** The manifest of the entry `buildKey`, or `undefined` when the text is not one of this format. */
export function tryParseManifest(text: string, buildKey: string): Manifest | undefined {
  return tryUnpackManifest(tryParseJson(text), buildKey);
}

/** As `tryParseManifest` for what was parsed already. */
export function tryUnpackManifest(packed: unknown, buildKey: string): Manifest | undefined {
  if (!isPackedManifest(packed) || packed.buildKey !== buildKey) return undefined;
  if (leavesTree(packed.directories, '') || leavesTree(packed.files, '[0-7]+ \\d+ ')) return undefined;
  return withTree(packed);
}

/** Unpacks the tree when it is asked for: resolving does not, and a no-op run places nothing. */
function withTree(packed: PackedManifest): Manifest {
  const { format: _format, directories, files, sha256, links, ...facts } = packed;
  const tree = { directories, files, sha256, links };
  let unpacked: ReturnType<typeof unpackTree> | undefined;
  const manifest = {
    ...facts,
    links,
    get directories() {
      return (unpacked ??= unpackTree(tree)).directories;
    },
    get files() {
      return (unpacked ??= unpackTree(tree)).files;
    },
  };
  packedTrees.set(manifest, tree);
  return manifest;
}

/** The names of the files at the egg's top, in no order; the tree stays packed. */
export function namesAtTop(manifest: Manifest): string[] {
  const { files } = packedTreeOf(manifest);
  return Array.from(files.matchAll(/^[0-7]+ \d+ ([^/"\n]+)$/gm), ([, name = '']) => name);
}

function lines(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}

function unpackFile(line: string, hashes: string, index: number): ManifestFile {
  const sizeStart = line.indexOf(' ') + 1;
  const pathStart = line.indexOf(' ', sizeStart) + 1;
  return {
    path: unpackPath(line.slice(pathStart)),
    size: Number(line.slice(sizeStart, pathStart - 1)),
    mode: Number.parseInt(line.slice(0, sizeStart - 1), 8),
    sha256: hashes.slice(index * 64, index * 64 + 64),
  };
}

/** A path that would break its line (or look like one that does) is written as JSON. */
function packPath(path: string): string {
  return path.includes('\n') || path.startsWith('"') ? JSON.stringify(path) : path;
}

function unpackPath(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

/**
 * Whether one of the lines (each path behind something like `prefix`) is an absolute path or climbs. Most texts have
 * nothing that looks like it, and searching for that is all it costs.
 */
function leavesTree(paths: string, prefix: string): boolean {
  if (!paths.includes('..') && !paths.includes(' /') && !paths.includes('\n/') && !paths.startsWith('/'))
    return false;
  return new RegExp(`^${prefix}(?:"?/|(?:.*/|"?)\\.\\.(?:/|"?$))`, 'm').test(paths);
}

/** `undefined` for what is no JSON. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isPackedManifest(value: unknown): value is PackedManifest {
  if (!isObject(value) || value['format'] !== eggFormat || !isObject(value['metadata'])) return false;
  const texts = ['buildKey', 'eggName', 'project', 'version', 'directories', 'files', 'sha256'];
  const { metadata, sonames = [], runPaths = [] } = value;
  return (
    texts.every((name) => typeof value[name] === 'string') &&
    [
      value['requestKeys'],
      value['links'],
      sonames,
      runPaths,
      metadata['requiresDist'],
      metadata['providesExtra'],
    ].every(Array.isArray) &&
    isObject(metadata['texts'])
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
