// Where an archive's bytes come from: memory, a file too large for it, or ranges fetched one by one.

import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

export interface ByteSource {
  readonly size: number;
  /** Exactly these bytes; the caller asks only for what lies inside `size`. */
  read(position: number, length: number): Buffer;
  close(): void;
}

/** A source that is filled while it is read. */
export interface RangeSource extends ByteSource {
  add(position: number, bytes: Buffer): void;
}

/** These bytes have not been fetched yet: fetch, `add` and try again. `end` is exclusive. */
export class MissingRange extends Error {
  readonly start: number;
  readonly end: number;

  constructor(start: number, end: number) {
    super(`bytes ${start} to ${end} are not here`);
    this.name = 'MissingRange';
    this.start = start;
    this.end = end;
  }
}

export function bufferSource(bytes: Buffer): ByteSource {
  return {
    size: bytes.length,
    read: (position, length) => bytes.subarray(position, position + length),
    close: () => undefined,
  };
}

/** Below this a file is read whole: one call instead of one for each entry. */
const wholeFileLimit = 64 * 2 ** 20;

/** The bytes of a file; open until `close` when it is a large one. */
export function fileSource(path: string): ByteSource {
  const file = openSync(path, 'r');
  let keep = false;
  try {
    const { size } = fstatSync(file);
    if (size < wholeFileLimit) return bufferSource(readFileSync(file));
    keep = true;
    return {
      size,
      read: (position, length) => readFully(file, position, length),
      close: () => closeSync(file),
    };
  } finally {
    if (!keep) closeSync(file);
  }
}

function readFully(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    const count = readSync(file, bytes, done, length - done, position + done);
    if (count === 0) return bytes.subarray(0, done);
    done += count;
  }
  return bytes;
}

/** A source for a file of `size` bytes of which nothing is known yet. */
export function createRangeSource(size: number): RangeSource {
  const ranges: { start: number; bytes: Buffer }[] = [];
  return {
    size,
    add(position, bytes) {
      ranges.push({ start: position, bytes });
    },
    read(position, length) {
      for (const { start, bytes } of ranges) {
        const from = position - start;
        if (from >= 0 && from + length <= bytes.length) return bytes.subarray(from, from + length);
      }
      throw new MissingRange(position, position + length);
    },
    close: () => undefined,
  };
}
