// The bytes inside a compressed file, as a stream: which compression it is, its first bytes say, never its name.

import { createReadStream, openSync, readSync, closeSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { createZstdDecoder } from './zstd-decoder.ts';

export type Compression = 'none' | 'gzip' | 'bzip2' | 'xz' | 'zstd' | 'zip';

const marks: readonly [Compression, string][] = [
  ['zip', '504b0304'],
  ['zip', '504b0506'],
  ['gzip', '1f8b'],
  ['bzip2', '425a68'],
  ['xz', 'fd377a585a00'],
  ['zstd', '28b52ffd'],
];

/** What a file is, by its first bytes; `none` for whatever is not known. */
export function detectCompression(path: string): Compression {
  const head = Buffer.alloc(6);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  const text = head.toString('hex');
  return marks.find(([, mark]) => text.startsWith(mark))?.[0] ?? 'none';
}

/** The decompressed bytes of `path`, chunk by chunk. The decoders for bzip2 and xz are loaded when needed. */
export async function* decompress(path: string): AsyncGenerator<Uint8Array> {
  const compression = detectCompression(path);
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  try {
    yield* await decoded(file, compression);
  } finally {
    file.destroy();
  }
}

async function decoded(file: Readable, compression: Compression): Promise<AsyncIterable<Uint8Array>> {
  switch (compression) {
    case 'gzip':
      return through(file, createGunzip({ chunkSize: 1 << 18 }));
    case 'zstd':
      return through(file, createZstdDecoder());
    case 'bzip2': {
      const { default: unbzip2Stream } = await import('unbzip2-stream');
      return through(file, unbzip2Stream());
    }
    case 'xz': {
      const { XzReadableStream } = await import('xz-decompress');
      const source = Readable.toWeb(file) as ConstructorParameters<typeof XzReadableStream>[0];
      return new XzReadableStream(source);
    }
    default:
      return file;
  }
}

/** `pipe` leaves errors of the source behind; they must reach whoever reads the decoder. */
function through(file: Readable, decoder: NodeJS.ReadWriteStream): AsyncIterable<Uint8Array> {
  const output = decoder instanceof Readable ? decoder : new Readable().wrap(decoder);
  file.on('error', (error) => output.destroy(error));
  file.pipe(decoder);
  return output;
}
