// Writing to the console without delay: Python recipes write to the same descriptors, so our lines must be out before
// theirs begin.

import { writeSync } from 'node:fs';
import { hasCode } from '#base';

/** Writes all of `text` to descriptor 1 (output) or 2 (errors), waiting while a pipe is full; a closed one is ignored. */
export function writeWhole(descriptor: 1 | 2, text: string): void {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if (hasCode(error, 'EPIPE')) return;
      if (!hasCode(error, 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
