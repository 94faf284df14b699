// A simple index on loopback as the test machines see PyPI: HTML pages with hashes, byte ranges, no ETag, no metadata
// siblings.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { SyntheticProject } from './make-synthetic-projects.ts';

export interface IndexServer {
  /** Of the simple index. */
  url: string;
  close(): Promise<void>;
}

export async function serveIndex(projects: readonly SyntheticProject[]): Promise<IndexServer> {
  const pages = new Map(projects.map((project) => [`/simple/${project.name}/`, pageOf(project)]));
  const files = new Map(projects.map((project) => [`/files/${project.filename}`, project.wheel]));
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const page = pages.get(path) ?? pages.get(`${path}/`);
    const file = files.get(path);
    if (page !== undefined) send(request, response, { type: 'text/html', body: page });
    else if (file !== undefined) send(request, response, { type: 'application/octet-stream', body: file });
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/simple`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pageOf({ name, filename, sha256 }: SyntheticProject): Buffer {
  const link = `<a href="/files/${filename}#sha256=${sha256}">${filename}</a><br/>`;
  return Buffer.from(`<!DOCTYPE html><html><body><h1>Links for ${name}</h1>\n${link}\n</body></html>\n`);
}

interface Answer {
  type: string;
  body: Buffer;
}

function send(request: IncomingMessage, response: ServerResponse, { type, body }: Answer): void {
  const headers = { 'content-type': type, 'cache-control': 'max-age=600', 'accept-ranges': 'bytes' };
  const range = rangeOf(request.headers.range, body.length);
  const part = range === undefined ? body : body.subarray(range.start, range.end);
  response.writeHead(range === undefined ? 200 : 206, {
    ...headers,
    'content-length': part.length,
    ...(range === undefined
      ? {}
      : { 'content-range': `bytes ${range.start}-${range.end - 1}/${body.length}` }),
  });
  response.end(request.method === 'HEAD' ? undefined : part);
}

/** `bytes=10-19`, `bytes=10-` and `bytes=-10`; anything else gets the whole file. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '') return { start: Math.max(0, size - Number(to)), end: size };
  return { start: Number(from), end: to === '' ? size : Math.min(size, Number(to) + 1) };
}
