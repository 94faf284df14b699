// Files that appear whole or not at all: written beside their target, then renamed over it.

import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { temporaryPathBeside } from './temporary-path.ts';

export interface AtomicWriteOptions {
  /** Permission bits; the process's umask decides when absent. */
  mode?: number;
  /** Survive a power cut: fsync of the file before and of its directory after the rename. */
  durable?: boolean;
}

/** Replaces `target` by `content` in one step. On failure nothing is left beside it and the old file stays. */
export function writeFileAtomically(
  target: string,
  content: string | Uint8Array,
  options: AtomicWriteOptions = {},
): void {
  const temporary = temporaryPathBeside(target);
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  try {
    writeWhole(temporary, bytes, options);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  if (options.durable === true) syncDirectory(dirname(target));
}

function writeWhole(path: string, bytes: Uint8Array, options: AtomicWriteOptions): void {
  const file = openSync(path, 'wx', options.mode ?? 0o666);
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    if (options.mode !== undefined) fchmodSync(file, options.mode);
    if (options.durable === true) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes renames inside `directory` survive a power cut. */
export function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
