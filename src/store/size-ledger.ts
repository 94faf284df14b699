// How big the cache is, without looking: each stored entry adds a line with its size, and whoever counted all entries
// replaces the file by one line. Deleting entries by hand makes it too big, which costs one count.

import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { hasCode, writeFileAtomically } from '#base';

export interface SizeLedger {
  add(bytes: number): void;
  /** Bytes according to the ledger. */
  read(): number;
  replace(bytes: number): void;
  isMissing(): boolean;
}

export function createSizeLedger(path: string): SizeLedger {
  return {
    add: (bytes) => appendFileSync(path, `${bytes}\n`),
    read: () => {
      try {
        const lines = readFileSync(path, 'utf8').split('\n');
        return lines.reduce((total, line) => total + (Number.parseInt(line, 10) || 0), 0);
      } catch (error) {
        if (hasCode(error, 'ENOENT', 'EACCES', 'ENOTDIR')) return 0;
        throw error;
      }
    },
    replace: (bytes) => writeFileAtomically(path, `${bytes}\n`),
    isMissing: () => !existsSync(path),
  };
}
