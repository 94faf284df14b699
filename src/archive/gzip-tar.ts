// A `.tar.gz` as a stream. A gzip file may consist of several members (RFC 1952), so that a file's content which somebody
// has compressed before is put in as it is; the header names no system, so the same members give the same bytes.

import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { NewMember } from './collect-members.ts';
import { tarBytes } from './tar-bytes.ts';

/** A file's content as part of a `.tar.gz`, for `NewMember.gzipped`. */
export async function gzipFile(path: string): Promise<Buffer> {
  const { size } = statSync(path);
  const padded = concatenate([createReadStream(path), [Buffer.alloc(padding(size))]]);
  const chunks: Uint8Array[] = [];
  for await (const chunk of gzip(padded)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function* gzippedTar(members: readonly NewMember[], mtime: number): AsyncGenerator<Uint8Array> {
  let plain: NewMember[] = [];
  for (const member of members) {
    if (member.gzipped === undefined) {
      plain.push(member);
      continue;
    }
    yield* gzip(concatenate([withoutEnd(tarBytes(plain, mtime)), headerBytes(member, mtime)]));
    yield await member.gzipped();
    plain = [];
  }
  yield* gzip(tarBytes(plain, mtime));
}

/** Byte 9 of a gzip header says which system made it. */
const systemByte = 9;
const unknownSystem = 255;

async function* gzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const plain = Readable.from(source, { objectMode: false });
  const compressor = createGzip({ level: 9 });
  plain.on('error', (error) => compressor.destroy(error));
  let seen = 0;
  for await (const chunk of plain.pipe(compressor) as AsyncIterable<Buffer>) {
    if (seen <= systemByte && seen + chunk.length > systemByte) chunk[systemByte - seen] = unknownSystem;
    seen += chunk.length;
    yield chunk;
  }
}

const block = 512;

function padding(size: number): number {
  return (block - (size % block)) % block;
}

async function* concatenate(
  parts: readonly (AsyncIterable<Uint8Array> | Iterable<Uint8Array>)[],
): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield* part;
}

/** A tar without the two empty blocks that end it. */
async function* withoutEnd(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array = new Uint8Array();
  for await (const chunk of bytes) {
    const all = Buffer.concat([held, chunk]);
    const ready = Math.max(0, all.length - 2 * block);
    yield all.subarray(0, ready);
    held = all.subarray(ready);
  }
}

/** What stands in front of a member's content. */
async function* headerBytes(member: NewMember, mtime: number): AsyncGenerator<Uint8Array> {
  const mostHeaders = 64 * block;
  const head: Uint8Array[] = [];
  let length = 0;
  // Only its size counts here, and zeros that nobody looks at take no memory.
  const blank = { ...member, read: () => new Uint8Array(member.size) };
  for await (const chunk of tarBytes([blank], mtime)) {
    if (length < mostHeaders) head.push(chunk.slice(0, mostHeaders));
    length += chunk.length;
  }
  yield Buffer.concat(head).subarray(0, length - member.size - padding(member.size) - 2 * block);
}
