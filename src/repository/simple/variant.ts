// A body made once and sent often: plain and gzipped, each with its ETag and its headers ready.

import { createHash } from 'node:crypto';
import { constants, gzip as gzipCallback, gzipSync } from 'node:zlib';
import { promisify } from 'node:util';

/** Header names and values in turn, as Node's `writeHead` takes them. */
export type RawHeaders = readonly string[];

export interface Encoded {
  body: Buffer;
  etag: string;
  headers: RawHeaders;
}

export interface Variant {
  identity: Encoded;
  /** Absent where it would not be smaller. */
  gzip?: Encoded;
  /** What it takes of the memory that is set aside. */
  bytes: number;
}

export interface VariantOptions {
  contentType: string;
  cacheControl: string;
  /** Negotiated headers of the request: `Accept, Accept-Encoding`. */
  vary?: string;
  /** More headers, in turn. */
  extra?: RawHeaders;
  /** Packed less well in a third of the time: for what is sent once or a few times. */
  isFleeting?: boolean;
}

const gzipAsync = promisify(gzipCallback);
const inlineBytes = 64 * 1024;

/** Compresses short texts at once and long ones in another thread. */
export async function createVariant(
  text: string | Uint8Array | Iterable<string>,
  options: VariantOptions,
): Promise<Variant> {
  const body = bytesOf(text);
  // What a page is for is part of what it is: the same bytes under another type are another representation.
  const digest = createHash('sha256')
    .update(options.contentType)
    .update('\n')
    .update(body)
    .digest('base64url');
  const level = {
    level: options.isFleeting === true ? constants.Z_BEST_SPEED : constants.Z_DEFAULT_COMPRESSION,
  };
  const packed = body.length <= inlineBytes ? gzipSync(body, level) : await gzipAsync(body, level);
  const identity = encode({ body, tag: digest }, options);
  if (packed.length >= body.length) return { identity, bytes: body.length };
  const gzip = encode({ body: packed, tag: `${digest}-gzip` }, options, 'gzip');
  return { identity, gzip, bytes: body.length + packed.length };
}

const pieceLength = 1 << 16;

function bytesOf(text: string | Uint8Array | Iterable<string>): Buffer {
  if (typeof text === 'string' || text instanceof Uint8Array) return Buffer.from(text);
  const pieces: Buffer[] = [];
  let pending = '';
  for (const part of text) {
    pending += part;
    if (pending.length < pieceLength) continue;
    pieces.push(Buffer.from(pending));
    pending = '';
  }
  return Buffer.concat([...pieces, Buffer.from(pending)]);
}

function encode(
  { body, tag }: { body: Buffer; tag: string },
  options: VariantOptions,
  encoding?: string,
): Encoded {
  const etag = `"${tag}"`;
  const { contentType, cacheControl, vary, extra = [] } = options;
  return {
    body,
    etag,
    headers: [
      'Content-Type',
      contentType,
      'Content-Length',
      String(body.length),
      ...(encoding === undefined ? [] : ['Content-Encoding', encoding]),
      'ETag',
      etag,
      'Cache-Control',
      cacheControl,
      ...(vary === undefined ? [] : ['Vary', vary]),
      'X-Content-Type-Options',
      'nosniff',
      ...extra,
    ],
  };
}

/** Without the headers that describe a body: for an answer 304. */
export function withoutBodyHeaders(headers: RawHeaders): string[] {
  const kept: string[] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    if (!/^Content-(?:Type|Length|Encoding)$/.test(name)) kept.push(name, headers[at + 1] ?? '');
  }
  return kept;
}
