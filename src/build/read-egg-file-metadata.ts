// The metadata of a zipped egg: the texts of its EGG-INFO directory, read out of the archive.

import { openZip } from '#archive';
import { BuildError } from '#base';

const prefix = 'EGG-INFO/';

/** The texts of EGG-INFO by name, or `undefined` when the file is no zip archive with metadata of an egg. */
export function tryReadEggFileMetadata(path: string): Readonly<Record<string, string>> | undefined {
  try {
    const archive = openZip(path);
    try {
      const texts = archive.entries
        .filter(({ path, kind }) => kind === 'file' && path.startsWith(prefix))
        .map((entry) => [entry.path.slice(prefix.length), archive.read(entry).toString('utf8')] as const);
      const metadata = Object.fromEntries(texts);
      return metadata['PKG-INFO'] === undefined ? undefined : metadata;
    } finally {
      archive.close();
    }
  } catch (error) {
    // Not a zip archive, or a damaged one: then it is no egg, as for pkg_resources.
    if (error instanceof BuildError) return undefined;
    throw error;
  }
}
