// What the egg cache remembers of an egg besides its files, so that a hot run need not open it: requirements, extras
// and the small metadata files.

import { tryReadText } from '#base';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { parseCoreMetadata, parseEggFilename } from '#standards';
import type { EggFacts, EggMetadata } from '#store';

import { isKept } from './egg-metadata.ts';
import { needsPkgResources } from './namespace-style.ts';

/** The facts of a finished egg directory; fails with `INVALID_METADATA` when its metadata says no name or version. */
export function describeEgg(directory: string, eggName: string): EggFacts {
  const parts = parseEggFilename(eggName);
  const metadataDirectory = findMetadataDirectory(directory);
  const isWheelStyle = metadataDirectory.endsWith('.dist-info');
  const texts = readTexts(metadataDirectory);
  // Its presence tells the style of the egg's metadata.
  if (!isWheelStyle) texts['requires.txt'] ??= '';
  const core = parseCoreMetadata(
    tryReadText(join(metadataDirectory, isWheelStyle ? 'METADATA' : 'PKG-INFO')) ?? '',
  );
  const metadata: EggMetadata = {
    requiresDist: isWheelStyle ? core.requiresDist : [],
    providesExtra: isWheelStyle ? core.providesExtra : [],
    ...(core.requiresPython === undefined ? {} : { requiresPython: core.requiresPython }),
    texts,
  };
  return {
    eggName,
    project: parts?.project ?? core.name,
    version: parts?.version ?? core.version,
    metadata,
    origin: { needsPkgResources: needsPkgResources(texts['namespace_packages.txt'], directory) },
  };
}

function findMetadataDirectory(directory: string): string {
  const names = readdirSync(directory).sort();
  const name =
    names.find((name) => name === 'EGG-INFO') ??
    names.find((name) => name.endsWith('.dist-info')) ??
    names.find((name) => name.endsWith('.egg-info'));
  return join(directory, name ?? 'EGG-INFO');
}

function readTexts(directory: string): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (isKept(name)) texts[name] = tryReadText(path) ?? '';
    // Scripts of distutils: their text becomes the script in `bin`.
    if (name === 'scripts' && statSync(path).isDirectory()) {
      for (const script of readdirSync(path))
        texts[`scripts/${script}`] = tryReadText(join(path, script)) ?? '';
    }
  }
  return texts;
}
