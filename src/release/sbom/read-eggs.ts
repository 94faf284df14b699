// The eggs of a tree with their metadata: what an SBOM and a package say about them.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { tryReadText } from '#base';
import { parseCoreMetadata, parseRequiresTxt, type CoreMetadata } from '#standards';
import type { Tree } from '../tree/index.ts';

export interface EggInTree {
  /** Of its unit: `eggs/v5/shop-1.0-py3.11.egg`. */
  path: string;
  metadata: CoreMetadata;
  /** PEP 508 lines. */
  requires: readonly string[];
  /** Absolute. */
  metadataDirectory: string;
}

/** Every unit that is an egg; one without metadata is none. */
export function readEggs(directory: string, tree: Tree): EggInTree[] {
  return tree.units.flatMap(({ path }) => {
    if (!path.endsWith('.egg')) return [];
    const egg = readEgg(join(directory, path));
    return egg === undefined ? [] : [{ path, ...egg }];
  });
}

function readEgg(directory: string): Omit<EggInTree, 'path'> | undefined {
  const names = readdirSync(directory).sort();
  const name = names.find((one) => one === 'EGG-INFO' || one.endsWith('.dist-info'));
  if (name === undefined) return undefined;
  const metadataDirectory = join(directory, name);
  const text =
    tryReadText(join(metadataDirectory, 'METADATA')) ?? tryReadText(join(metadataDirectory, 'PKG-INFO'));
  if (text === undefined) return undefined;
  const metadata = parseCoreMetadata(text);
  const old = name === 'EGG-INFO' ? tryReadText(join(metadataDirectory, 'requires.txt')) : undefined;
  return {
    metadata,
    metadataDirectory,
    requires: old === undefined ? metadata.requiresDist : parseRequiresTxt(old),
  };
}
