// An archive appears under its name whole or not at all, and survives a power cut.

import { closeSync, createWriteStream, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { syncDirectory, temporaryPathBeside } from '#base';

/** Writes the stream to `output`, replacing what is there, and gives its size in bytes. */
export async function publishArchive(archive: Readable, output: string): Promise<number> {
  const temporary = temporaryPathBeside(output);
  const file = openSync(temporary, 'wx');
  try {
    await pipeline(archive, createWriteStream(temporary, { fd: file, autoClose: false }));
    fsyncSync(file);
    renameSync(temporary, output);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  syncDirectory(dirname(output));
  return statSync(output).size;
}
