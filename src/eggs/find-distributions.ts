// What an entry of `sys.path` holds, as pkg_resources' `find_distributions`: an egg is one distribution, a directory
// has one for each `*.dist-info`, `*.egg-info`, `*.egg` and `*.egg-link` in it. One difference: an egg with a
// `*.dist-info` inside is found in a directory too, so that offline runs find what is installed.

import { realpathSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';

import { hasCode, tryReadText } from '#base';
import { tryReadEggFileMetadata } from '#build';
import {
  canonicalizeName,
  parseEggFilename,
  safeName,
  safeVersion,
  type EggFilename,
  type MarkerEnvironment,
} from '#standards';

import { atLink, createDistribution } from './create-distribution.ts';
import {
  readMetadataDirectory,
  readMetadataFile,
  rememberedMetadata,
  tryReadDirectory,
  type EggMetadataReader,
} from './egg-metadata.ts';
import type { Distribution } from './eggs-contract.ts';

export interface FindOptions {
  markers: MarkerEnvironment;
  /** Nothing behind it: no eggs and no links inside the directory (pkg_resources' `only`). */
  only?: boolean;
  /** Eggs of shared directories keep the path of the link that leads to them: after a rebuild it leads elsewhere. */
  isShared?: ((location: string) => boolean) | undefined;
}

/** The distributions at a path, by the names of their files; none when there is nothing. Paths come out resolved. */
export function findDistributions(path: string, options: FindOptions): Distribution[] {
  const location = tryRealpath(path);
  if (location === undefined) return [];
  if (isEggName(location)) {
    const egg = tryReadUnpackedEgg(location, options) ?? tryOpenZippedEgg(location, options);
    if (egg !== undefined) return [egg];
  }
  const names = tryReadDirectory(location).sort();
  return names.flatMap((name) => distributionsOf(location, name, options));
}

function distributionsOf(directory: string, name: string, options: FindOptions): Distribution[] {
  const path = join(directory, name);
  const extension = extname(name).toLowerCase();
  if (extension === '.dist-info' || extension === '.egg-info') {
    const found = tryReadMetadata(path, options);
    return found === undefined ? [] : [found];
  }
  if (options.only === true) return [];
  if (extension === '.egg') return findLinkedEgg(path, options);
  return extension === '.egg-link' ? followEggLink(path, options) : [];
}

/** An egg at a path that may be a link. */
export function findLinkedEgg(path: string, options: FindOptions): Distribution[] {
  const found = findDistributions(path, options);
  if (options.isShared === undefined) return found;
  return found.map((dist) => (options.isShared?.(dist.location) === true ? atLink(dist, path) : dist));
}

/** What an egg-link points at: the first of its lines that says something. */
export function followEggLink(path: string, options: FindOptions): Distribution[] {
  const target = readEggLink(path);
  return target === undefined ? [] : findDistributions(target, options);
}

/** The path an egg-link names, made absolute. */
export function readEggLink(path: string): string | undefined {
  const line = tryReadText(path)
    ?.split(/\r?\n/)
    .map((text) => text.trim())
    .find((text) => text !== '');
  return line === undefined ? undefined : resolve(dirname(path), line);
}

/** The first line of a file without white space around it, as zc.buildout reads an egg-link. */
export function readFirstLine(path: string): string | undefined {
  const line = tryReadText(path)?.split(/\r?\n/, 1)[0]?.trim();
  return line === '' ? undefined : line;
}

function tryReadUnpackedEgg(location: string, options: FindOptions): Distribution | undefined {
  const directory = join(location, 'EGG-INFO');
  if (tryStat(join(directory, 'PKG-INFO'))?.isFile() !== true) return undefined;
  const metadata = readMetadataDirectory(directory, 'egg-info');
  return describe({ filename: basename(location), location, metadata, precedence: 'egg' }, options);
}

function tryOpenZippedEgg(location: string, options: FindOptions): Distribution | undefined {
  if (tryStat(location)?.isFile() !== true) return undefined;
  const texts = tryReadEggFileMetadata(location);
  if (texts === undefined) return undefined;
  const metadata = rememberedMetadata(texts);
  return describe({ filename: basename(location), location, metadata, precedence: 'egg' }, options);
}

function tryReadMetadata(path: string, options: FindOptions): Distribution | undefined {
  const name = basename(path);
  const style = name.toLowerCase().endsWith('.dist-info') ? 'dist-info' : 'egg-info';
  const stats = tryStat(path);
  if (stats === undefined) return undefined;
  if (!stats.isDirectory() && style === 'dist-info') return undefined;
  if (stats.isDirectory() && tryReadDirectory(path).length === 0) return undefined;
  const metadata = stats.isDirectory() ? readMetadataDirectory(path, style) : readMetadataFile(path);
  return describe({ filename: name, location: dirname(path), metadata, precedence: 'develop' }, options);
}

interface Found {
  filename: string;
  location: string;
  metadata: EggMetadataReader;
  precedence: 'egg' | 'develop';
}

function describe(found: Found, options: FindOptions): Distribution | undefined {
  const { location, metadata, precedence } = found;
  const extension = extname(found.filename).toLowerCase();
  const stem = found.filename.slice(0, -extension.length);
  const parts: EggFilename | undefined = parseEggFilename(`${stem}.egg`);
  // Distutils mangles versions in file names, so an `.egg-info` says its version itself; so does a name without one.
  const isInside = extension === '.egg-info' || parts === undefined;
  const version = (isInside ? versionIn(metadata) : undefined) ?? parts?.version;
  if (version === undefined) return undefined;
  return createDistribution({
    project: parts?.project ?? safeName(stem),
    version,
    location,
    precedence,
    pythonVersion: parts?.python,
    platform: parts?.platform,
    metadata,
    markers: options.markers,
  });
}

function versionIn(metadata: EggMetadataReader): string | undefined {
  const text = metadata.text(metadata.style === 'dist-info' ? 'METADATA' : 'PKG-INFO');
  const value = /^version:(.*)$/im.exec(text ?? '')?.[1]?.trim();
  return value === undefined || value === '' ? undefined : safeVersion(value);
}

/** The one of a directory's distributions that an egg-link in the eggs directory means: its file name says which. */
export function isNamedBy(dist: Distribution, linkName: string): boolean {
  return canonicalizeName(dist.project) === canonicalizeName(linkName.replace(/\.egg-link$/i, ''));
}

function isEggName(path: string): boolean {
  return path.toLowerCase().endsWith('.egg');
}

function tryStat(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** The path without links, or `undefined` when nothing is there. */
export function tryRealpath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}
