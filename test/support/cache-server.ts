// A server of the Bazel HTTP cache protocol on 127.0.0.1, in memory, for tests: as strict as bazel-remote or as simple as
// nginx. What it has can be looked at and tampered with, and it can be told to misbehave.

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import { onTestFinished } from 'vitest';

/** `strict`: sends and takes zstd, refuses a blob that is not its name, and forgets ActionResults with gaps. */
export interface CacheServerOptions {
  strict?: boolean;
  /** The login that writing needs, or reading and writing. */
  writer?: { user: string; password: string };
  reader?: { user: string; password: string };
}

/** What becomes of a request: no answer ever, half of one, a status, at once or after a while. */
export type Misbehaviour = 'silence' | 'half' | number | { waitMilliseconds: number; status: number };

export interface CacheServer {
  url: string;
  /** By `ac/<key>` and `cas/<sha256>`. */
  content: Map<string, Buffer>;
  /** `GET /ac/…`, in order. */
  requests: string[];
  /** Asked before each answer. */
  misbehave: (request: string) => Misbehaviour | undefined;
  blobs(kind: 'ac' | 'cas'): [string, Buffer][];
  close(): Promise<void>;
}

/** Started on a free port, and gone when the test ends. */
export async function cacheServerForTest(options: CacheServerOptions = {}): Promise<CacheServer> {
  const content = new Map<string, Buffer>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const name = `${request.method} ${request.url}`;
    requests.push(name);
    const misbehaviour = cache.misbehave(name);
    const serve = (): void => {
      void readBody(request).then((body) =>
        answer(request, response, { body, content, options, misbehaviour }),
      );
    };
    if (typeof misbehaviour === 'object') setTimeout(serve, misbehaviour.waitMilliseconds);
    else if (misbehaviour !== 'silence') serve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cache: CacheServer = {
    url: `http://127.0.0.1:${address.port}`,
    content,
    requests,
    misbehave: () => undefined,
    blobs: (kind) => [...content].filter(([path]) => path.startsWith(`${kind}/`)),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  onTestFinished(() => cache.close());
  return cache;
}

interface Served {
  body: Buffer;
  content: Map<string, Buffer>;
  options: CacheServerOptions;
  misbehaviour: Misbehaviour | undefined;
}

function answer(request: IncomingMessage, response: ServerResponse, served: Served): void {
  const { content, options, misbehaviour } = served;
  const path = (request.url ?? '').slice(1);
  const end = (status: number, body: Buffer | string = '', headers: Record<string, string> = {}): void => {
    const bytes = Buffer.from(body);
    response.writeHead(status, { 'content-length': String(bytes.length), ...headers });
    if (request.method === 'HEAD') response.end();
    else if (misbehaviour !== 'half') response.end(bytes);
    else response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  };
  const isWrite = request.method === 'PUT';
  const login = isWrite ? (options.writer ?? options.reader) : options.reader;
  if (login !== undefined && request.headers.authorization !== basic(login)) return end(401);
  if (typeof misbehaviour === 'number') return end(misbehaviour);
  if (typeof misbehaviour === 'object') return end(misbehaviour.status);
  if (isWrite) return end(store(request, path, served));
  const found = find(path, content, options.strict === true);
  if (found === undefined) return end(404, 'Not found');
  if (request.method === 'HEAD') return end(200, found);
  const compresses =
    options.strict === true &&
    path.startsWith('cas/') &&
    /zstd/.test(String(request.headers['accept-encoding']));
  return compresses ? end(200, asBazelRemote(found), { 'content-encoding': 'zstd' }) : end(200, found);
}

/** A skippable frame, then one for each piece, as bazel-remote keeps its blobs. */
function asBazelRemote(bytes: Buffer): Buffer {
  const frames = [Buffer.from('502a4d180400000000000000', 'hex')];
  for (let at = 0; at < bytes.length; at += 4096)
    frames.push(zstdCompressSync(bytes.subarray(at, at + 4096)));
  return Buffer.concat(frames);
}

function store(request: IncomingMessage, path: string, { body, content, options }: Served): number {
  if (request.headers['content-length'] === undefined) return 400;
  if (options.strict !== true) {
    content.set(path, body);
    return 201;
  }
  const isCompressed = request.headers['content-encoding'] === 'zstd';
  const size = Number(request.headers['x-digest-sizebytes'] ?? body.length);
  const bytes = isCompressed ? zstdDecompressSync(body) : body;
  if (path.startsWith('cas/') && (sha256(bytes) !== path.slice(4) || bytes.length !== size)) return 500;
  content.set(path, bytes);
  return 200;
}

function find(path: string, content: ReadonlyMap<string, Buffer>, isStrict: boolean): Buffer | undefined {
  if (isStrict && path === `cas/${sha256(Buffer.alloc(0))}`) return Buffer.alloc(0);
  const found = content.get(path);
  if (found === undefined || !isStrict || !path.startsWith('ac/')) return found;
  const named = found.toString('latin1').match(/[0-9a-f]{64}/g) ?? [];
  if (!named.every((hash) => content.has(`cas/${hash}`))) return undefined;
  // As bazel-remote does: who wrote it is added (execution_metadata, field 9, with worker, field 1).
  return Buffer.concat([found, Buffer.from([0x4a, 4, 0x0a, 2]), Buffer.from('me')]);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function basic({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
