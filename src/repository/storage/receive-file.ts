// Bytes from a socket or another file to a temporary file, hashed on the way.

import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';

export interface ReceivedFile {
  path: string;
  size: number;
  sha256: string;
  md5: string;
}

export interface Receiver {
  write(chunk: Uint8Array): void;
  finish(): ReceivedFile;
  /** Closes the file and removes it; also after `finish`, as long as nobody has moved it away. */
  discard(): void;
}

/** Opens `path` anew. Writing fails as the file system does, and with `onTooLarge()` beyond `maximumBytes`. */
export function receiveFile(path: string, maximumBytes: number, onTooLarge: () => Error): Receiver {
  const file = openSync(path, 'wx', 0o644);
  const hashes: Record<'sha256' | 'md5', Hash> = { sha256: createHash('sha256'), md5: createHash('md5') };
  let size = 0;
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  return {
    write: (chunk) => {
      if (size + chunk.length > maximumBytes) throw onTooLarge();
      for (let done = 0; done < chunk.length;) done += writeSync(file, chunk, done);
      size += chunk.length;
      hashes.sha256.update(chunk);
      hashes.md5.update(chunk);
    },
    finish: () => {
      close();
      return { path, size, sha256: hashes.sha256.digest('hex'), md5: hashes.md5.digest('hex') };
    },
    discard: () => {
      close();
      rmSync(path, { force: true });
    },
  };
}
