// What `clutch release delta` is given: a bundle or source release as an archive, an unpacked one, an installation, or
// any directory. Archives are unpacked into a temporary directory first.

import { existsSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { tryReadText } from '#base';
import { createManifest, describeTree, parseManifest, type ReleaseManifest } from '../tree/index.ts';
import { unpackRelease } from '../unpack-release.ts';
import type { DescribedRelease } from './plan-delta.ts';

export interface OpenRelease extends DescribedRelease {
  /** The tree on disk. */
  directory: string;
  /** Removes what was unpacked. */
  close(): void;
}

/** Fails with RELEASE_NO_INPUT when `path` is nothing that can be opened. */
export async function openRelease(path: string): Promise<OpenRelease> {
  const { directory, close } = await unpackRelease(path);
  try {
    return { ...describeRelease(directory), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** A bundle has its tree beside the manifest, an installation below `current`; anything else is a tree itself. */
function describeRelease(path: string): Omit<OpenRelease, 'close'> {
  if (existsSync(join(path, 'manifest.json')) && existsSync(join(path, 'tree'))) {
    return describeBeside(join(path, 'tree'), join(path, 'manifest.json'));
  }
  if (existsSync(join(path, '.clutch', 'releases')) && existsSync(join(path, 'current'))) {
    const directory = realpathSync(join(path, 'current'));
    return describeBeside(directory, join(path, '.clutch', 'releases', `${basename(directory)}.json`));
  }
  const [, name, version] = /^(.+?)-v?(\d[^/]*)$/.exec(basename(realpathSync(path))) ?? [];
  const facts = { name: name ?? basename(realpathSync(path)), version: version ?? '0' };
  const tree = describeTree(path);
  return { directory: path, tree, manifest: createManifest(facts, tree) };
}

/** The disk counts: units and root hash are those of the tree, the rest is the manifest's. */
function describeBeside(directory: string, file: string): Omit<OpenRelease, 'close'> {
  const tree = describeTree(directory);
  const written = parseManifest(tryReadText(file) ?? '', file);
  const signature = tryReadText(`${file}.minisig`);
  const manifest: ReleaseManifest = createManifest(written, tree);
  // A signature is for what was signed.
  const isSigned = signature !== undefined && written.root === tree.root;
  return { directory, tree, manifest, ...(isSigned ? { signature } : {}) };
}
