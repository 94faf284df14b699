import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { constants, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createZstdDecoder } from './zstd-decoder.ts';

async function decode(data: Buffer, chunkSize = data.length): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let at = 0; at < data.length; at += chunkSize) chunks.push(data.subarray(at, at + chunkSize));
  const pieces: Buffer[] = [];
  for await (const piece of Readable.from(chunks, { objectMode: false }).pipe(createZstdDecoder()))
    pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

const text = readFileSync(import.meta.filename);
const frame = (bytes: Buffer): Buffer => zstdCompressSync(bytes);
const skippable = (bytes: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a53);
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
};
const withChecksum = (bytes: Buffer): Buffer =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });

test.each([1, 2, 7, 1000, 1_000_000])(
  'frames of all kinds, in pieces of %i bytes',
  async (size) => {
    const zeros = Buffer.alloc(300_000);
    const random = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * index * 31) % 251));
    const data = [
      skippable(Buffer.from('header')),
      frame(text),
      skippable(Buffer.alloc(0)),
      frame(Buffer.alloc(0)),
      withChecksum(zeros),
      frame(random),
      frame(Buffer.from('x')),
      skippable(text),
    ];
    const expected = Buffer.concat([text, zeros, random, Buffer.from('x')]);
    const decoded = await decode(Buffer.concat(data), size);
    expect(decoded.equals(expected)).toBe(true);
  },
  20_000,
);

test('no data is no content', async () => {
  expect(await decode(Buffer.alloc(0), 1)).toHaveLength(0);
});

test.each<{ name: string; data: Buffer }>([
  { name: 'a frame cut short', data: frame(text).subarray(0, -3) },
  { name: 'a second frame cut short', data: Buffer.concat([frame(text), frame(text).subarray(0, 3)]) },
  { name: 'a skippable frame cut short', data: skippable(text).subarray(0, 20) },
  { name: 'something after a frame', data: Buffer.concat([frame(text), Buffer.from('more of it')]) },
  { name: 'something else', data: Buffer.from('not compressed at all') },
  { name: 'a wrong checksum', data: Buffer.concat([withChecksum(text).subarray(0, -2), Buffer.from('!!')]) },
])('$name is an error', async ({ data }) => {
  await expect(decode(data)).rejects.toThrow();
});

test('whatever is damaged ends, with an error or other content', async () => {
  const data = Buffer.concat([skippable(Buffer.from('h')), withChecksum(text), frame(text)]);
  for (let at = 0; at < data.length; at += 97) {
    const damaged = Buffer.from(data);
    damaged[at] = (damaged[at] ?? 0) ^ 0x55;
    await decode(damaged, 400).catch(() => undefined);
  }
});
