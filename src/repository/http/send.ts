// Answers straight to the socket, without another copy: bodies that were made before, and files. Conditional requests
// (RFC 9110, section 13), one byte range (section 14), HEAD.

import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { hasCode } from '#base';
import { acceptsGzip } from '../simple/negotiate.ts';
import { withoutBodyHeaders, type RawHeaders, type Variant } from '../simple/variant.ts';

export interface Exchange {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
}

/** Sends a body from memory, gzipped for who takes that, or 304. */
export function sendVariant({ incoming, outgoing }: Exchange, variant: Variant): void {
  const packed = variant.gzip !== undefined && acceptsGzip(incoming.headers['accept-encoding']);
  const encoded = packed && variant.gzip !== undefined ? variant.gzip : variant.identity;
  if (isUnchanged(incoming, encoded.etag)) {
    outgoing.writeHead(304, withoutBodyHeaders(encoded.headers));
    outgoing.end();
    return;
  }
  outgoing.writeHead(200, encoded.headers as string[]);
  outgoing.end(incoming.method === 'HEAD' ? undefined : encoded.body);
}

/** Whether `If-None-Match` names this ETag, with or without the mark of a weak one. */
export function isUnchanged(incoming: IncomingMessage, etag: string): boolean {
  const wanted = incoming.headers['if-none-match'];
  if (wanted === undefined) return false;
  return wanted === '*' || wanted.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

export interface FileBody {
  /** In memory, or a file. */
  content: Buffer | { path: string };
  size: number;
  etag: string;
  /** All but the length, the range and the status. */
  headers: RawHeaders;
}

/** Sends a file, or the part that was asked for. The promise ends with the last byte, also when the reader went away. */
export async function sendFile(exchange: Exchange, file: FileBody): Promise<void> {
  const { incoming, outgoing } = exchange;
  if (isUnchanged(incoming, file.etag)) {
    outgoing.writeHead(304, withoutBodyHeaders(file.headers));
    outgoing.end();
    return;
  }
  const range = readRange(incoming, file);
  if (range === 'unsatisfiable') {
    outgoing.writeHead(416, { 'Content-Range': `bytes */${file.size}`, 'Content-Length': '0' });
    outgoing.end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: file.size - 1 };
  const headers = [...file.headers, 'Content-Length', String(end - start + 1)];
  if (range !== undefined) headers.push('Content-Range', `bytes ${start}-${end}/${file.size}`);
  outgoing.writeHead(range === undefined ? 200 : 206, headers);
  if (incoming.method === 'HEAD' || file.size === 0) outgoing.end();
  else if (Buffer.isBuffer(file.content)) outgoing.end(file.content.subarray(start, end + 1));
  else await streamFile(outgoing, file.content.path, { start, end });
}

async function streamFile(
  outgoing: ServerResponse,
  path: string,
  range: { start: number; end: number },
): Promise<void> {
  try {
    await pipeline(createReadStream(path, { ...range, highWaterMark: 1 << 18 }), outgoing);
  } catch (error) {
    // The reader has had enough, which is no failure of ours.
    if (!hasCode(error, 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE')) throw error;
  }
}

interface ByteRange {
  start: number;
  /** Inclusive. */
  end: number;
}

/** One range of bytes; several at once, or one that is not understood, are answered with everything. */
function readRange(incoming: IncomingMessage, file: FileBody): ByteRange | 'unsatisfiable' | undefined {
  const { range } = incoming.headers;
  if (range === undefined || incoming.method !== 'GET') return undefined;
  const condition = incoming.headers['if-range'];
  if (condition !== undefined && condition !== file.etag) return undefined;
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range.replaceAll(' ', '')) ?? [];
  if (from === '' && to === '') return undefined;
  const last = file.size - 1;
  if (from === '') {
    const length = Math.min(Number(to), file.size);
    return length === 0 ? 'unsatisfiable' : { start: file.size - length, end: last };
  }
  const start = Number(from);
  const end = to === '' ? last : Math.min(Number(to), last);
  if (to !== '' && Number(to) < start) return undefined;
  return start > last ? 'unsatisfiable' : { start, end };
}
