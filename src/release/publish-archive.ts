// An archive appears under its name whole or not at all, and survives a power cut.

import { createWriteStream, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { syncDirectory, temporaryPathBeside } from '#base';

/** Writes the stream to `output`, replacing what is there, and gives its size in bytes. */
export async function publishArchive(archive: Readable, output: string): Promise<number> {
  const temporary = temporaryPathBeside(output);
  try {
    await pipeline(archive, createWriteStream(temporary, { flags: 'wx', flush: true }));
    renameSync(temporary, output);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(dirname(output));
  return statSync(output).size;
}
