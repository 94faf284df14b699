// The Bazel HTTP cache protocol over #net: `GET`, `HEAD` and `PUT` of `/ac/<key>` and `/cas/<sha256>`. 404 is a miss;
// whatever else is no success is a failure. Bodies may come compressed, and go compressed to servers that say so.
//
// bazel-remote 2.6.1 sends every blob with `Content-Encoding: zstd` to who accepts it, the empty one included (by which
// it is recognised), and takes a compressed one with its true size in `X-Digest-SizeBytes`. nginx would keep compressed
// bytes as the blob, so all others get plain ones.

import { createReadStream, createWriteStream, rmSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import { BuildError, hashBytes } from '#base';
import type { Exchange, ExchangeAnswer, Http } from '#net';
import type { Patience, Watch } from './patience.ts';
import { collectBody, encodingOf, receiveFile, type Blob } from './receive-blob.ts';

export interface BlobClient {
  /** A small body in memory; `undefined`: it is not there. Fails with a `BuildError`. */
  read(path: string, maximumBytes: number): Promise<Buffer | undefined>;
  /** The blob at `target`, whole and with its hash, or not at all; `false`: it is not there. */
  download(blob: Blob, target: string): Promise<boolean>;
  /** The size that the server says; `undefined`: it is not there. */
  sizeOf(path: string): Promise<number | undefined>;
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Sends a file as the blob that it is; `compress` where the server takes it. */
  upload: (sha256: string, file: string, compress: boolean) => Promise<void>;
  /** Whether the server takes and sends zstd; asked once. */
  takesZstd: () => Promise<boolean>;
  /** Over the wire, bodies only. */
  readonly bytes: { received: number; sent: number };
}

export interface BlobClientOptions {
  /** Without a slash at its end. */
  url: string;
  http: Http;
  patience: Patience;
}

const emptyHash = hashBytes('');
type Request = Omit<Exchange, 'url' | 'signal'>;
type Send = (path: string, request: Request) => Promise<ExchangeAnswer>;

export function createBlobClient(options: BlobClientOptions): BlobClient {
  const bytes = { received: 0, sent: 0 };
  const send = createSend(options, bytes);
  const get = (path: string, request: Omit<Request, 'method'>): Promise<ExchangeAnswer> =>
    send(path, { method: 'GET', headers: { 'accept-encoding': 'zstd, gzip' }, ...request });
  const uploads = createUploads(send, async () => {
    const answer = await get(`/cas/${emptyHash}`, {});
    return answer.status === 200 && encodingOf(answer) === 'zstd';
  });

  return {
    bytes,
    takesZstd: uploads.takesZstd,
    upload: uploads.upload,
    sizeOf: (path) => sizeOf(send, path),
    read: async (path, maximumBytes) => {
      const collected = collectBody(maximumBytes);
      const answer = await get(path, collected.sink);
      return answer.status === 200 ? collected.body() : undefined;
    },
    download: (blob, target) => receiveFile(blob, target, (sink) => get(`/cas/${blob.sha256}`, sink)),
    write: async (path, content) => {
      await send(path, { method: 'PUT', body: { size: content.length, open: () => content } });
    },
  };
}

function createSend({ url, http, patience }: BlobClientOptions, bytes: BlobClient['bytes']): Send {
  return async (path, request) => {
    const answer = await patience.attempt(async (watch) => {
      const watchedRequest = watched({ ...request, url: `${url}${path}` }, watch, bytes);
      const found = await http.exchange(watchedRequest).catch(rethrowShort);
      // A server that cannot store may still be read from.
      if (request.method !== 'PUT' && isFailure(found.status)) throw statusError(found.status);
      return found;
    });
    const { status } = answer;
    if (status === 401 || status === 403) throw denied(status);
    if (!isExpected(request, status)) throw statusError(status);
    return answer;
  };
}

/** Which cache it is, is said by whoever tells it; here, what happened. */
function rethrowShort(error: unknown): never {
  const text =
    error instanceof BuildError ? /^Can't read `[^`]*`: (.+)$/s.exec(error.message)?.[1] : undefined;
  if (text === undefined) throw error;
  throw new BuildError('REMOTE_UNREACHABLE', text, { cause: error });
}

async function sizeOf(send: Send, path: string): Promise<number | undefined> {
  const { status, headers } = await send(path, { method: 'HEAD' });
  const size = Number(headers.get('content-length') ?? Number.NaN);
  return status === 200 && Number.isSafeInteger(size) ? size : undefined;
}

/** Files on their way out, compressed where the server turns out to take that. */
function createUploads(
  send: Send,
  probe: () => Promise<boolean>,
): { takesZstd: () => Promise<boolean>; upload: BlobClient['upload'] } {
  let zstd: Promise<boolean> | undefined;
  const takesZstd = (): Promise<boolean> => (zstd ??= probe());

  /** `false`: the server kept the compressed bytes for the blob, and is sent plain ones from now on. */
  async function uploadCompressed(path: string, file: string, size: number): Promise<boolean> {
    const compressed = `${file}.zst`;
    try {
      await pipeline(createReadStream(file), createZstdCompress(), createWriteStream(compressed));
      const headers = { 'content-encoding': 'zstd', 'x-digest-sizebytes': String(size) };
      await send(path, { method: 'PUT', headers, body: fileBody(compressed) });
    } finally {
      rmSync(compressed, { force: true });
    }
    if ((await sizeOf(send, path)) === size) return true;
    zstd = Promise.resolve(false);
    return false;
  }

  return {
    takesZstd,
    upload: async (sha256, file, compress) => {
      const path = `/cas/${sha256}`;
      const { size } = statSync(file);
      const isWorthIt = compress && size > leastToCompress && (await takesZstd());
      if (isWorthIt && (await uploadCompressed(path, file, size))) return;
      await send(path, { method: 'PUT', body: fileBody(file) });
    },
  };
}

const leastToCompress = 4096;

function fileBody(file: string): NonNullable<Exchange['body']> {
  return { size: statSync(file).size, open: () => createReadStream(file, { highWaterMark: 1 << 17 }) };
}

/** The request under a watch: what comes and goes is progress. */
function watched(request: Omit<Exchange, 'signal'>, watch: Watch, bytes: BlobClient['bytes']): Exchange {
  const { body } = request;
  return {
    ...request,
    signal: watch.signal,
    onStart: (answer) => {
      watch.progress();
      request.onStart?.(answer);
    },
    onBody: (piece) => {
      bytes.received += piece.length;
      watch.progress(piece.length);
      request.onBody?.(piece);
    },
    ...(body === undefined
      ? {}
      : { body: { size: body.size, open: () => countedBody(body.open(), watch, bytes) } }),
  };
}

function countedBody(content: Uint8Array | Readable, watch: Watch, bytes: BlobClient['bytes']): Readable {
  const chunks = content instanceof Uint8Array ? slices(content) : (content as AsyncIterable<Uint8Array>);
  return Readable.from(counted(chunks, watch, bytes), { objectMode: false });
}

async function* counted(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  watch: Watch,
  bytes: BlobClient['bytes'],
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    bytes.sent += chunk.length;
    watch.progress(chunk.length);
  }
  watch.progress();
}

function* slices(content: Uint8Array): Generator<Uint8Array> {
  const size = 1 << 16;
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

function isFailure(status: number): boolean {
  return status >= 500 || status === 408 || status === 429;
}

/** There, or not there; some servers do not know `HEAD`. */
function isExpected({ method }: Request, status: number): boolean {
  if (method === 'PUT') return status >= 200 && status < 300;
  return method === 'HEAD' || status === 200 || status === 404 || status === 410;
}

/** The server wants another login, or none of ours may do that. */
function denied(status: number): BuildError {
  return new BuildError('REMOTE_DENIED', `it answers with status ${status}`);
}

function statusError(status: number): BuildError {
  return new BuildError('REMOTE_STATUS', `it answers with status ${status}`);
}
