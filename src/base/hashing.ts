// SHA-256 and MD5 in hexadecimal: of bytes, and of files without reading them whole.

import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

export type HashName = 'sha256' | 'md5' | 'sha1' | 'sha384' | 'sha512';

/** The digest of `content` (UTF-8 for text) in lower-case hexadecimal. */
export function hashBytes(content: string | Uint8Array, algorithm: HashName = 'sha256'): string {
  return createHash(algorithm).update(content).digest('hex');
}

// One buffer for all: reading is synchronous, so nobody else uses it meanwhile.
let buffer: Buffer | undefined;

/** The digest of a file's bytes in lower-case hexadecimal; fails as `open` and `read` do. */
export function hashFile(path: string, algorithm: HashName = 'sha256'): string {
  const hash = createHash(algorithm);
  buffer ??= Buffer.allocUnsafeSlow(1 << 18);
  const file = openSync(path, 'r');
  try {
    for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer)) {
      hash.update(buffer.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}
