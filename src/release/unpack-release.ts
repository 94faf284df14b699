// A release that somebody names: an archive is unpacked into a temporary directory first.

import { existsSync, lstatSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractTar } from '#archive';
import { BuildError } from '#base';

export interface UnpackedRelease {
  /** The archive's one directory, or what was named. */
  directory: string;
  /** Removes what was unpacked. */
  close: () => void;
}

/** Fails with RELEASE_NO_INPUT when `path` is nothing that can be opened. */
export async function unpackRelease(path: string): Promise<UnpackedRelease> {
  if (!existsSync(path))
    throw noInput(path, 'does not exist', 'name a bundle, a source release or a directory');
  if (lstatSync(realpathSync(path)).isDirectory()) return { directory: path, close: () => undefined };
  const directory = mkdtempSync(join(tmpdir(), 'clutch-release-'));
  const close = (): void => rmSync(directory, { recursive: true, force: true });
  try {
    await extractTar(path, directory, { links: 'anywhere' });
    return { directory: onlyDirectoryIn(directory, path), close };
  } catch (error) {
    close();
    throw error;
  }
}

function onlyDirectoryIn(directory: string, archive: string): string {
  const [name, ...more] = readdirSync(directory);
  if (name !== undefined && more.length === 0 && lstatSync(join(directory, name)).isDirectory()) {
    return join(directory, name);
  }
  throw noInput(archive, 'has not exactly one directory at its top', 'name a bundle or a source release');
}

export function noInput(path: string, problem: string, hint: string): BuildError {
  return new BuildError('RELEASE_NO_INPUT', `\`${path}\` ${problem}`, { hint, where: { file: path } });
}
