// Bodies as they come from a remote cache: decoded on the way, never longer than promised, hashed, and on the disk only
// when they are what was asked for.

import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { createZstdDecoder } from '#archive';
import { BuildError, temporaryPathBeside } from '#base';
import type { Exchange, ExchangeAnswer } from '#net';

/** A blob by its hash; `size` in bytes, where it is known. */
export interface Blob {
  sha256: string;
  size?: number | undefined;
  /** Told of each piece that was written, decoded. */
  onBytes?: (bytes: number) => void;
}

export type BodySink = Pick<Exchange, 'onStart' | 'onBody'>;

/** What any file may have whose size nobody told: 4 GiB. */
const mostBytes = 4 * 2 ** 30;

/** Content that is not what its name says. It is never used, and no fault of the connection. */
export function rejected(problem: string): BuildError {
  return new BuildError('REMOTE_REJECTED', problem);
}

export function encodingOf({ headers }: ExchangeAnswer): string {
  const encoding = (headers.get('content-encoding') ?? '').trim().toLowerCase();
  return encoding === 'identity' ? '' : encoding;
}

/** Collects a small body in memory; `body` gives it decoded, and fails when it is longer than allowed. */
export function collectBody(maximumBytes: number): { sink: BodySink; body: () => Promise<Buffer> } {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const receiver = createReceiver((piece) => {
    size += piece.length;
    if (size > maximumBytes) throw rejected(`it is longer than ${maximumBytes} bytes`);
    pieces.push(piece);
  });
  return {
    sink: receiver.sink,
    body: async () => {
      await receiver.finish();
      return Buffer.concat(pieces, size);
    },
  };
}

/**
 * Has `request` fill `target` and says whether the blob was there (an answer of 200). Fails as `request` does, and
 * with `REMOTE_REJECTED` when the bytes are not the blob's; then nothing is left behind.
 */
export async function receiveFile(
  { sha256, size, onBytes }: Blob,
  target: string,
  request: (sink: BodySink) => Promise<ExchangeAnswer>,
): Promise<boolean> {
  const temporary = temporaryPathBeside(target);
  const file = openSync(temporary, 'wx');
  const writer = createFileWriter(file, size ?? mostBytes);
  const receiver = createReceiver((piece) => {
    writer.take(piece);
    onBytes?.(piece.length);
  });
  let isOpen = true;
  try {
    const answer = await request(receiver.sink);
    if (answer.status !== 200) return false;
    await receiver.finish();
    closeSync(file);
    isOpen = false;
    if (size !== undefined && writer.written() !== size)
      throw rejected(`it has ${writer.written()} bytes instead of ${size}`);
    if (writer.hash.digest('hex') !== sha256) throw rejected('its content has another hash');
    renameSync(temporary, target);
    return true;
  } finally {
    if (isOpen) closeSync(file);
    rmSync(temporary, { force: true });
  }
}

interface FileWriter {
  take: (piece: Uint8Array) => void;
  hash: Hash;
  written(): number;
}

function createFileWriter(file: number, limit: number): FileWriter {
  const hash = createHash('sha256');
  let total = 0;
  return {
    hash,
    written: () => total,
    take: (piece) => {
      total += piece.length;
      if (total > limit) throw rejected(`it is longer than ${limit} bytes`);
      hash.update(piece);
      for (let done = 0; done < piece.length;) done += writeSync(file, piece, done);
    },
  };
}

interface Receiver {
  sink: BodySink;
  /** When the last byte is decoded. */
  finish(): Promise<void>;
}

/** Nothing but the body of a 200 is taken. */
function createReceiver(take: (piece: Uint8Array) => void): Receiver {
  let isBody = false;
  let decoding: Decoding | undefined;
  return {
    sink: {
      onStart: (answer) => {
        isBody = answer.status === 200;
        const encoding = encodingOf(answer);
        if (isBody && encoding !== '') decoding = startDecoding(encoding, take);
      },
      onBody: (piece) => {
        if (!isBody) return;
        if (decoding === undefined) take(piece);
        else decoding.write(piece);
      },
    },
    finish: async () => decoding?.finish(),
  };
}

interface Decoding {
  write(piece: Buffer): void;
  finish(): Promise<void>;
}

function startDecoding(encoding: string, take: (piece: Uint8Array) => void): Decoding {
  const decoder = createDecoder(encoding);
  const ended = Promise.withResolvers<void>();
  // Heard by `finish`, which a failed request never calls.
  ended.promise.catch(() => undefined);
  let failure: unknown;
  const fail = (error: unknown): void => {
    failure ??= error instanceof BuildError ? error : undecodable(encoding, error);
    ended.reject(failure);
    decoder.destroy();
  };
  decoder.on('data', (piece: Buffer) => {
    try {
      take(piece);
    } catch (error) {
      fail(error);
    }
  });
  decoder.on('error', fail);
  decoder.on('end', () => ended.resolve());
  return {
    write: (piece) => {
      if (failure !== undefined) throw failure;
      decoder.write(piece);
    },
    finish: () => {
      decoder.end();
      return ended.promise;
    },
  };
}

function createDecoder(encoding: string): Transform {
  if (encoding === 'zstd') return createZstdDecoder();
  if (encoding === 'gzip') return createGunzip({ chunkSize: 1 << 18 });
  throw unknownEncoding(encoding);
}

function undecodable(encoding: string, cause: unknown): BuildError {
  return new BuildError('REMOTE_REJECTED', `it is no valid ${encoding} data`, { cause });
}

function unknownEncoding(encoding: string): BuildError {
  return rejected(`it comes in the encoding \`${encoding}\`, which was not asked for`);
}
