// `SHA256SUMS` in a directory of distributions, as `sha256sum * > SHA256SUMS` writes it: the hashes that its files have to
// have. A directory has no links that could promise them.

import { join } from 'node:path';
import { tryReadText } from '#base';

/** SHA-256 in hexadecimal by file name; empty when there is no list. */
export function readHashList(directory: string): ReadonlyMap<string, string> {
  const text = tryReadText(join(directory, 'SHA256SUMS'), 'EACCES', 'EISDIR') ?? '';
  const lines = text.split('\n').flatMap((line) => {
    const [, sha256, name] = /^([0-9a-f]{64}) [ *](?:\.\/)?([^/]+)$/i.exec(line.trimEnd()) ?? [];
    return sha256 === undefined || name === undefined ? [] : [[name, sha256.toLowerCase()] as const];
  });
  return new Map(lines);
}
