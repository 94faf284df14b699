// The metadata of a distribution, wherever it lies: a `*.dist-info`, `*.egg-info` or EGG-INFO directory, a single
// `*.egg-info` file, or the text that a manifest of the egg cache keeps. Files are read when asked for, and once.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { hasCode, tryReadText } from '#base';
import type { EggMetadata } from '#store';

import type { KnownEgg } from './known-eggs.ts';

export interface EggMetadataReader {
  /** `dist-info`: requirements are in METADATA; `egg-info`: in requires.txt. */
  readonly style: 'dist-info' | 'egg-info';
  /** Known without METADATA being read. */
  readonly dependencies?: { requiresDist: readonly string[]; providesExtra: readonly string[] };
  /** The same for this Python, without extras: what most of a run asks for. */
  readonly plain?: { requires: readonly string[]; extras: readonly string[] };
  text(name: string): string | undefined;
  names(directory: string): readonly string[];
}

/** Metadata in a directory: `x.dist-info`, `x.egg-info`, `EGG-INFO`. */
export function readMetadataDirectory(
  directory: string,
  style: EggMetadataReader['style'],
): EggMetadataReader {
  const known = new Map<string, string | undefined>();
  return {
    style,
    text: (name) => {
      if (!known.has(name)) known.set(name, tryReadText(join(directory, name)));
      return known.get(name);
    },
    names: (name) => tryReadDirectory(join(directory, name)),
  };
}

/** The `x.egg-info` file of distutils: nothing but PKG-INFO. */
export function readMetadataFile(path: string): EggMetadataReader {
  return {
    style: 'egg-info',
    text: (name) => (name === 'PKG-INFO' ? tryReadText(path) : undefined),
    names: () => [],
  };
}

/** Metadata that is known already, by the names of its files. */
export function rememberedMetadata(texts: Readonly<Record<string, string>>): EggMetadataReader {
  return {
    style: texts['METADATA'] === undefined ? 'egg-info' : 'dist-info',
    text: (name) => texts[name],
    names: (directory) => namesBelow(texts, directory),
  };
}

/** Metadata in a directory of which the names and the plain requirements are known from the last run. */
export function readKnownMetadata(directory: string, known: KnownEgg): EggMetadataReader {
  const { style, files, requires, extras } = known;
  const reader = readMetadataDirectory(directory, style);
  const there = new Set(files);
  return {
    style,
    plain: { requires, extras },
    text: (name) => (there.has(name.split('/', 1)[0] ?? '') ? reader.text(name) : undefined),
    names: (name) => (there.has(name) ? reader.names(name) : []),
  };
}

/** What a manifest of the egg cache keeps; other files are read from the egg once it is placed. */
export function manifestMetadata(
  metadata: EggMetadata,
  open: () => EggMetadataReader | undefined,
): EggMetadataReader {
  const { texts, requiresDist, providesExtra } = metadata;
  const style = texts['requires.txt'] === undefined ? 'dist-info' : 'egg-info';
  return {
    style,
    ...(style === 'dist-info' ? { dependencies: { requiresDist, providesExtra } } : {}),
    text: (name) => texts[name] ?? (isKept(name) ? undefined : open()?.text(name)),
    names: (directory) => namesBelow(texts, directory),
  };
}

function namesBelow(texts: Readonly<Record<string, string>>, directory: string): string[] {
  const prefix = `${directory}/`;
  return Object.keys(texts)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
}

/** Metadata files that manifests keep, when an egg has them: what scripts, recipes and the resolver ask for. */
export function isKept(name: string): boolean {
  return keptNames.has(name) || name.startsWith('scripts/');
}

const keptNames: ReadonlySet<string> = new Set([
  'dependency_links.txt',
  'depends.txt',
  'entry_points.txt',
  'namespace_packages.txt',
  'requires.txt',
  'top_level.txt',
]);

/** The names in a directory, empty when it is none or may not be read (pkg_resources, `safe_listdir`). */
export function tryReadDirectory(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}
