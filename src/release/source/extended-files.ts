// Configuration files that came by URL: a release carries them, and a machine keeps them, so that the next release can
// be made without a network. They have the names of zc.buildout's extends cache.

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError, defaultCacheDirectory, hasCode, hashBytes, type Environment } from '#base';
import type { Assignment, Configuration } from '#config';
import { readMainOptions, type BuildoutOptions } from '#parts';
import { addToDownloadCache } from '#store';

export interface ExtendedFiles {
  /** The extends cache of this release, filled as the configuration is read. */
  directory: string;
  /** Where earlier releases left theirs. */
  kept: string;
}

type Read = (more: readonly Assignment[]) => Promise<BuildoutOptions>;

export function extendedFilesIn(directory: string, environment: Environment): ExtendedFiles {
  return { directory, kept: join(defaultCacheDirectory(environment), 'extends') };
}

/**
 * Reads the project's configuration as it is; where a file by URL is out of reach, once more with what earlier releases
 * kept. Then the files that it extends are in `directory`, as far as somebody has them.
 */
export async function readExtending(read: Read, files: ExtendedFiles): Promise<BuildoutOptions> {
  const settings = await readOrFallBack(read, files);
  const names = namesOf(settings.configuration);
  if (names.length === 0) return settings;
  mkdirSync(files.directory, { recursive: true });
  const { 'extends-cache': own = '' } = await readMainOptions(settings, ['extends-cache']);
  for (const from of [own, files.kept].filter((path) => path !== '')) {
    for (const name of names) {
      const path = join(from, name);
      if (existsSync(path) && !existsSync(join(files.directory, name)))
        addToDownloadCache(files.directory, path);
    }
  }
  return settings;
}

async function readOrFallBack(read: Read, { kept }: ExtendedFiles): Promise<BuildoutOptions> {
  try {
    return await read([]);
  } catch (error) {
    if (!(error instanceof BuildError) || error.code !== 'CONFIG_DOWNLOAD' || !existsSync(kept)) throw error;
    return read([{ section: 'buildout', option: 'extends-cache', value: kept }]);
  }
}

/** Remembers what was read for the next release. A machine that does not let us is none the worse. */
export function keepExtended(configuration: Configuration, { directory, kept }: ExtendedFiles): void {
  for (const name of namesOf(configuration)) {
    const path = join(directory, name);
    if (!existsSync(path)) continue;
    try {
      addToDownloadCache(kept, path);
    } catch (error) {
      if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR')) throw error;
      return;
    }
  }
}

function namesOf({ files }: Configuration): string[] {
  return files.filter(({ remote }) => remote).map(({ source }) => hashBytes(source, 'md5'));
}
