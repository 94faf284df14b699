// Writes tar archives as a stream: sorted, owner 0, one fixed time, two modes, and a gzip header that names no system,
// so the same members give the same bytes with the same Node.

import { Readable, Transform } from 'node:stream';
import { constants, createGzip, createZstdCompress, type ZstdCompress } from 'node:zlib';
import type { TarHeader, TarPackController } from 'modern-tar';
import { sortMembers, type NewMember } from './collect-members.ts';
import { archiveMtime } from './create-zip.ts';

export type TarCompression = 'none' | 'gzip' | 'zstd';

export interface CreateTarOptions {
  /** Seconds since 1970; default 2020-01-01. */
  mtime?: number;
  /** As small as it gets, however long that takes. */
  best?: boolean;
}

/** The archive in memory. */
export async function createTar(
  members: readonly NewMember[],
  compression: TarCompression,
  options: CreateTarOptions = {},
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createTarStream(members, compression, options)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The archive as a stream; members are read one at a time as it is consumed. */
export function createTarStream(
  members: readonly NewMember[],
  compression: TarCompression,
  options: CreateTarOptions = {},
): Readable {
  const plain = Readable.from(tarBytes(sortMembers(members), options.mtime ?? archiveMtime), {
    objectMode: false,
  });
  if (compression === 'none') return plain;
  const compressor = compression === 'gzip' ? createGzip({ level: 9 }) : createZstd(options.best === true);
  plain.on('error', (error) => compressor.destroy(error));
  plain.pipe(compressor);
  if (compression === 'zstd') return compressor;
  const neutral = nameNoSystem();
  compressor.on('error', (error) => neutral.destroy(error));
  return compressor.pipe(neutral);
}

/** Level 19 finds little more than level 15, and takes three times as long. */
function createZstd(best: boolean): ZstdCompress {
  if (!best) return createZstdCompress();
  const { ZSTD_c_compressionLevel, ZSTD_c_windowLog, ZSTD_c_enableLongDistanceMatching } = constants;
  return createZstdCompress({
    params: { [ZSTD_c_compressionLevel]: 15, [ZSTD_c_windowLog]: 27, [ZSTD_c_enableLongDistanceMatching]: 1 },
  });
}

async function* tarBytes(members: readonly NewMember[], mtime: number): AsyncGenerator<Uint8Array> {
  const { createTarPacker } = await import('modern-tar');
  const { readable, controller } = createTarPacker();
  const writing = writeMembers(members, mtime, controller);
  // Its failure reaches the reader through the stream; this only keeps it from being reported twice.
  writing.catch(() => undefined);
  yield* readable as unknown as AsyncIterable<Uint8Array>;
  await writing;
}

async function writeMembers(
  members: readonly NewMember[],
  mtime: number,
  tar: TarPackController,
): Promise<void> {
  try {
    for (const member of members) {
      const bytes = member.kind === 'directory' ? new Uint8Array() : member.read();
      const writer = tar.add(headerOf(member, bytes, mtime)).getWriter();
      if (member.kind === 'file' && bytes.length > 0) await writer.write(bytes);
      await writer.close();
    }
    tar.finalize();
  } catch (error) {
    tar.error(error);
    throw error;
  }
}

function headerOf(member: NewMember, bytes: Uint8Array, mtime: number): TarHeader {
  const header: TarHeader = {
    name: member.kind === 'directory' ? `${member.path}/` : member.path,
    type: member.kind,
    size: member.kind === 'file' ? bytes.length : 0,
    mode: member.mode,
    mtime: new Date(mtime * 1000),
    uid: 0,
    gid: 0,
  };
  if (member.kind === 'symlink') header.linkname = Buffer.from(bytes).toString('utf8');
  return header;
}

/** Byte 9 of a gzip header (RFC 1952) says which system made it; 255 is "unknown". */
function nameNoSystem(): Transform {
  const systemByte = 9;
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (seen <= systemByte && seen + chunk.length > systemByte) chunk[systemByte - seen] = 255;
      seen += chunk.length;
      done(null, chunk);
    },
  });
}
