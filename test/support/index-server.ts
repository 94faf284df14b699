// A package index on 127.0.0.1 for tests: serves a directory of distributions as a simple index (HTML or JSON) under
// `/simple/`, as one flat find-links page under `/links/`, and the files under `/files/`. Faults are switched on per
// request, and every request is remembered.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface IndexServerOptions {
  /** Files `name-version…` (wheels, eggs, sdists); `x.whl.metadata` beside a wheel is offered as its sibling. */
  directory: string;
  /** `json`: PEP 691 when the client accepts it; `html`: HTML only. */
  format?: 'html' | 'json';
  /** Every request needs this login. */
  login?: { user: string; password: string };
  /** Attributes of a file's link, or `false` to leave the file out. `sha256` replaces the true hash, `''` drops it. */
  describeFile?: (filename: string) => FileDescription | false;
  /** Answers `Range` requests; true when absent. */
  ranges?: boolean;
  /** Sends ETags and answers 304; true when absent. */
  etags?: boolean;
  /** Compresses pages for clients that accept it. */
  gzip?: boolean;
}

export interface FileDescription {
  requiresPython?: string;
  yanked?: string | true;
  sha256?: string;
}

export interface Fault {
  /** A path such as `/files/demo-1.0.tar.gz`, or its end. */
  path: string;
  /** How many requests get the fault; without end when absent. */
  times?: number;
  status?: number;
  headers?: Record<string, string>;
  /** Ends the connection after half of the body. */
  truncate?: boolean;
  /** Waits before it answers. */
  delayMilliseconds?: number;
  /** Sent instead of the true body. */
  body?: string | Buffer;
  contentType?: string;
}

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  /** The status that was sent. */
  status: number;
}

export interface IndexServer {
  /** `http://127.0.0.1:PORT`, no slash at the end. */
  url: string;
  /** `URL/simple/`, to be used as `index`. */
  indexUrl: string;
  /** `URL/links/`, to be used as an entry of `find-links`. */
  linksUrl: string;
  requests: SeenRequest[];
  /** The paths requested so far, in order. */
  paths(): string[];
  addFault(fault: Fault): void;
  /** Serves `body` at `path` (`/page.html`) from now on. */
  addPage(path: string, body: string | Buffer, contentType?: string): void;
  close(): Promise<void>;
}

interface Served {
  status: number;
  body: Buffer;
  headers: Record<string, string>;
}

interface State {
  options: IndexServerOptions;
  faults: Fault[];
  pages: Map<string, Served>;
  requests: SeenRequest[];
}

/** Starts the server on a free port. Close it in the end, or the test runner waits. */
export async function startIndexServer(options: IndexServerOptions): Promise<IndexServer> {
  const state: State = { options, faults: [], pages: new Map(), requests: [] };
  const server = createServer((request, response) => {
    void answer(state, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    indexUrl: `${url}/simple/`,
    linksUrl: `${url}/links/`,
    requests: state.requests,
    paths: () => state.requests.map((request) => request.path),
    addFault: (fault) => state.faults.push({ ...fault }),
    addPage: (path, body, contentType = 'text/html') =>
      state.pages.set(path, {
        status: 200,
        body: Buffer.from(body),
        headers: { 'content-type': contentType },
      }),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const seen: SeenRequest = { method: request.method ?? '', path, headers: request.headers, status: 0 };
  state.requests.push(seen);
  const fault = takeFault(state.faults, path);
  if (fault?.delayMilliseconds !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, fault.delayMilliseconds));
  }
  const served = applyFault(fault, find(state, path, request));
  if (state.options.gzip === true && served.headers['content-type']?.includes('html') === true) {
    served.body = gzipSync(served.body);
    served.headers['content-encoding'] = 'gzip';
  }
  seen.status = served.status;
  response.writeHead(served.status, { 'content-length': String(served.body.length), ...served.headers });
  if (fault?.truncate !== true) response.end(served.body);
  else response.write(served.body.subarray(0, served.body.length >> 1), () => response.destroy());
}

function takeFault(faults: Fault[], path: string): Fault | undefined {
  const fault = faults.find((other) => path.endsWith(other.path) && other.times !== 0);
  if (fault?.times !== undefined) fault.times -= 1;
  return fault;
}

function applyFault(fault: Fault | undefined, served: Served): Served {
  if (fault === undefined) return served;
  const headers = { ...served.headers, ...fault.headers };
  if (fault.contentType !== undefined) headers['content-type'] = fault.contentType;
  const status = fault.status ?? served.status;
  if (fault.body !== undefined) return { status, headers, body: Buffer.from(fault.body) };
  return { status, headers, body: fault.status === undefined ? served.body : Buffer.from('fault') };
}

function find(state: State, path: string, request: IncomingMessage): Served {
  const { options } = state;
  if (options.login !== undefined) {
    const { user, password } = options.login;
    const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    if (request.headers.authorization !== expected) {
      return {
        status: 401,
        body: Buffer.from('login'),
        headers: { 'www-authenticate': 'Basic realm="test"' },
      };
    }
  }
  const page = state.pages.get(path);
  if (page !== undefined) return { ...page, headers: { ...page.headers } };
  if (path === '/links/') return html(listFiles(options).map((file) => anchor(options, file)));
  const project = /^\/simple\/([^/]+)\/$/.exec(path)?.[1];
  if (project !== undefined) return projectPage(options, project, request);
  const file = /^\/files\/([^/]+)$/.exec(path)?.[1];
  if (file !== undefined) return sendFile(options, decodeURIComponent(file), request);
  return notFound();
}

function notFound(): Served {
  return { status: 404, body: Buffer.from('not found'), headers: { 'content-type': 'text/html' } };
}

function listFiles(options: IndexServerOptions): string[] {
  return readdirSync(options.directory)
    .filter((name) => !name.endsWith('.metadata') && statSync(join(options.directory, name)).isFile())
    .filter((name) => options.describeFile?.(name) !== false)
    .sort();
}

/** The project a file belongs to, by the longest name that fits; tests do not use names that are hard to split. */
function projectOf(filename: string): string {
  const name = filename.endsWith('.whl') || filename.endsWith('.egg') ? filename.split('-')[0] : undefined;
  return (name ?? filename.replace(/-\d.*$/, '')).replace(/[-_.]+/g, '-').toLowerCase();
}

function projectPage(options: IndexServerOptions, project: string, request: IncomingMessage): Served {
  const files = listFiles(options).filter((file) => projectOf(file) === project);
  if (files.length === 0) return notFound();
  const wantsJson = request.headers.accept?.includes('application/vnd.pypi.simple.v1+json') === true;
  const served =
    options.format === 'json' && wantsJson
      ? json(options, project, files)
      : html(files.map((file) => anchor(options, file)));
  if (options.etags === false) return served;
  const etag = `"${createHash('sha256').update(served.body).digest('hex').slice(0, 16)}"`;
  served.headers['etag'] = etag;
  if (request.headers['if-none-match'] === etag) return { ...served, status: 304, body: Buffer.alloc(0) };
  return served;
}

function describe(options: IndexServerOptions, file: string): FileDescription & { sha256: string } {
  const description = options.describeFile?.(file);
  const actual = sha256(readFileSync(join(options.directory, file)));
  return { sha256: actual, ...(description === false ? {} : description) };
}

function metadataHash(options: IndexServerOptions, file: string): string | undefined {
  const sibling = join(options.directory, `${file}.metadata`);
  return existsSync(sibling) ? sha256(readFileSync(sibling)) : undefined;
}

function anchor(options: IndexServerOptions, file: string): string {
  const { requiresPython, yanked, sha256: digest } = describe(options, file);
  const metadata = metadataHash(options, file);
  const attributes = [
    `href="/files/${encodeURIComponent(file)}${digest === '' ? '' : `#sha256=${digest}`}"`,
    requiresPython === undefined ? '' : `data-requires-python="${escapeHtml(requiresPython)}"`,
    yanked === undefined ? '' : `data-yanked="${yanked === true ? '' : escapeHtml(yanked)}"`,
    metadata === undefined ? '' : `data-core-metadata="sha256=${metadata}"`,
  ];
  return `<a ${attributes.filter((text) => text !== '').join(' ')}>${escapeHtml(file)}</a><br />`;
}

function html(lines: readonly string[]): Served {
  const body = `<!DOCTYPE html>\n<html><head><title>Links</title></head>\n<body>\n${lines.join('\n')}\n</body></html>\n`;
  return { status: 200, body: Buffer.from(body), headers: { 'content-type': 'text/html; charset=utf-8' } };
}

function json(options: IndexServerOptions, project: string, files: readonly string[]): Served {
  const rows = files.map((file) => {
    const { requiresPython, yanked, sha256: digest } = describe(options, file);
    const metadata = metadataHash(options, file);
    return {
      filename: basename(file),
      url: `../../files/${encodeURIComponent(file)}`,
      hashes: digest === '' ? {} : { sha256: digest },
      ...(requiresPython === undefined ? {} : { 'requires-python': requiresPython }),
      yanked: yanked ?? false,
      size: statSync(join(options.directory, file)).size,
      'core-metadata': metadata === undefined ? false : { sha256: metadata },
    };
  });
  const body = JSON.stringify({ meta: { 'api-version': '1.0' }, name: project, files: rows });
  return {
    status: 200,
    body: Buffer.from(body),
    headers: { 'content-type': 'application/vnd.pypi.simple.v1+json' },
  };
}

function sendFile(options: IndexServerOptions, file: string, request: IncomingMessage): Served {
  const path = join(options.directory, basename(file));
  if (!existsSync(path)) return notFound();
  const body = readFileSync(path);
  const headers: Record<string, string> = { 'content-type': 'application/octet-stream' };
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
  if (range === null || options.ranges === false) return { status: 200, body, headers };
  const isSuffix = range[1] === '';
  const start = isSuffix ? Math.max(0, body.length - Number(range[2])) : Number(range[1]);
  const end = isSuffix || range[2] === '' ? body.length - 1 : Math.min(Number(range[2]), body.length - 1);
  headers['content-range'] = `bytes ${start}-${end}/${body.length}`;
  return { status: 206, body: body.subarray(start, end + 1), headers };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
