// Writes admitted members below a target directory. Files are created exclusively, so nothing is ever written over or
// through something that is already there; links come last.

import { hash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fchmodSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { hasCode } from '#base';
import type { ExtractionLimits } from './extraction-policy.ts';
import { refuseArchive } from './refuse-archive.ts';

/** A file as it was written. Links are not listed. */
export interface ExtractedFile {
  /** Below the target. */
  path: string;
  /** Its path in the archive, when `rename` gave it another. */
  from: string;
  size: number;
  /** 0o644 or 0o755; on disk less the umask. */
  mode: number;
  /** Hexadecimal; when asked for by `hash`. */
  sha256?: string;
}

export interface ExtractOptions {
  /** Where a path goes below the target; `undefined` leaves it out. The result is checked like a name in an archive. */
  rename?: (path: string) => string | undefined;
  /** Hash while the bytes are at hand. */
  hash?: boolean;
  /**
   * Files get this modification time, in seconds, and are read-only, directories 0755, whatever the umask: nobody has
   * to touch them again.
   */
  finalTime?: number;
  limits?: Partial<ExtractionLimits>;
  /**
   * `anywhere`: links are written word for word, wherever they lead. For trees of releases, whose links may lead to the
   * machine they run on; whoever reads such a tree must not follow them.
   */
  links?: 'anywhere';
}

/** Makes the target and the directories below it; those that exist must be real directories. */
export function makeDirectories(archive: string, target: string, paths: readonly string[]): void {
  mkdirSync(target, { recursive: true });
  for (const path of paths) makeDirectory(archive, `${target}/${path}`);
}

/** Gives directories mode 0755 where the umask took some of it. */
export function openDirectories(target: string, paths: readonly string[]): void {
  if ((process.umask() & 0o755) === 0) return;
  for (const path of ['', ...paths]) chmodSync(`${target}/${path}`, 0o755);
}

function makeDirectory(archive: string, path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    if (!lstatSync(path).isDirectory()) refuseArchive(archive, `\`${path}\` exists and is no directory`);
  }
}

export interface NewFile {
  bytes: Uint8Array;
  mode: number;
  finalTime: number | undefined;
}

/** Creates `path` with these bytes; a file that exists (under another spelling, it may be) refuses the archive. */
export function writeNewFile(archive: string, path: string, file: NewFile): void {
  const { bytes, mode, finalTime } = file;
  const handle = createFile(archive, path, finalTime === undefined ? mode : mode & 0o555);
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written);
    if (finalTime !== undefined) {
      if ((mode & 0o555 & process.umask()) !== 0) fchmodSync(handle, mode & 0o555);
      futimesSync(handle, finalTime, finalTime);
    }
  } finally {
    closeSync(handle);
  }
}

export function createFile(archive: string, path: string, mode: number): number {
  try {
    return openSync(path, 'wx', mode);
  } catch (error) {
    if (hasCode(error, 'EEXIST'))
      refuseArchive(archive, `\`${path}\` exists already; two names for one file`);
    throw error;
  }
}

export function writeLink(archive: string, path: string, text: string): void {
  try {
    symlinkSync(text, path);
  } catch (error) {
    if (hasCode(error, 'EEXIST'))
      refuseArchive(archive, `\`${path}\` exists already; two names for one file`);
    throw error;
  }
}

export function sha256Of(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
