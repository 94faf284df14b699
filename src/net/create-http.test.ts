import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BuildError } from '#base';
import { startIndexServer, type IndexServer } from '../../test/support/index-server.ts';
import { createHttp } from './create-http.ts';
import type { Http, HttpOptions } from './http-contract.ts';

let directory: string;
let server: IndexServer;
const opened: Http[] = [];
const servers: Server[] = [];

function http(options: Partial<HttpOptions> = {}): Http {
  const client = createHttp({
    offline: false,
    environment: { HOME: directory },
    report: () => undefined,
    retryMilliseconds: 1,
    ...options,
  });
  opened.push(client);
  return client;
}

async function startBare(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const bare = createServer(answer);
  servers.push(bare);
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
  const address = bare.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'net-'));
  writeFileSync(join(directory, 'demo-1.0.tar.gz'), 'x'.repeat(100_000));
  server = await startIndexServer({ directory });
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((client) => client.close()));
  await server.close();
  for (const bare of servers.splice(0)) {
    bare.closeAllConnections();
    bare.close();
  }
  rmSync(directory, { recursive: true });
});

const file = '/files/demo-1.0.tar.gz';
const sha256 = createHash('sha256').update('x'.repeat(100_000)).digest('hex');

test('reads a page, compressed on the way', async () => {
  const zipped = await startIndexServer({ directory, gzip: true });
  const response = await http().get(`${zipped.url}/links/`);
  expect(response.status).toBe(200);
  expect(response.body.toString()).toContain('demo-1.0.tar.gz');
  expect(response.headers.get('content-encoding')).toBe('gzip');
  await zipped.close();
});

test('opens no socket when offline', async () => {
  const offline = http({ offline: true });
  await expect(offline.get(`${server.url}/links/`)).rejects.toMatchObject({
    code: 'NET_OFFLINE',
    message: `Couldn't download '${server.url}/links/' in offline mode.`,
  });
  const target = join(directory, 'a');
  await expect(offline.download(`${server.url}${file}`, target)).rejects.toMatchObject({
    code: 'NET_OFFLINE',
  });
  expect(server.requests).toEqual([]);
});

test.each([503, 500, 429, 408])('tries again after status %i', async (status) => {
  server.addFault({ path: '/links/', times: 2, status, headers: { 'retry-after': '0' } });
  expect((await http().get(server.linksUrl)).status).toBe(200);
  expect(server.requests.map((request) => request.status)).toEqual([status, status, 200]);
});

test('gives up after its retries and names the URL, the host and the status', async () => {
  server.addFault({ path: '/links/', status: 503 });
  await expect(http({ retries: 1 }).get(server.linksUrl)).rejects.toMatchObject({
    code: 'NET_STATUS',
    message: `Can't read \`${server.linksUrl}\`: \`${new URL(server.url).host}\` answers with status 503`,
  });
  expect(server.requests.length).toBe(2);
});

test('does not try again after 404 and returns it', async () => {
  expect((await http().get(`${server.url}/nothing`)).status).toBe(404);
  expect(server.requests.length).toBe(1);
});

test('says that the connection is refused, without the password', async () => {
  const url = `http://user:secret@127.0.0.1:1/simple/`;
  const failure = await http({ retries: 0 })
    .get(url)
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'NET_UNREACHABLE' });
  expect(String(failure)).toContain('http://****@127.0.0.1:1/simple/');
  expect(String(failure)).not.toContain('secret');
});

test('says that a host name is unknown', async () => {
  await expect(http({ retries: 0 }).get('http://no-such-host.invalid/')).rejects.toMatchObject({
    code: 'NET_UNREACHABLE',
  });
});

test('stops waiting for a silent server', async () => {
  server.addFault({ path: '/links/', delayMilliseconds: 5000 });
  await expect(http({ retries: 0, timeoutSeconds: 0.3 }).get(server.linksUrl)).rejects.toMatchObject({
    code: 'NET_TIMEOUT',
  });
});

test('downloads a file whole and leaves nothing else', async () => {
  const target = join(directory, 'got.tar.gz');
  let counted = 0;
  const result = await http().download(`${server.url}${file}`, target, {
    hash: { algorithm: 'sha256', digest: sha256 },
    onBytes: (bytes) => (counted += bytes),
  });
  expect(result).toMatchObject({ sha256, bytes: 100_000, contentType: 'application/octet-stream' });
  expect(counted).toBe(100_000);
  expect(readFileSync(target).length).toBe(100_000);
  expect(readdirSync(directory).sort()).toEqual(['demo-1.0.tar.gz', 'got.tar.gz']);
});

test('repeats a download that ended early', async () => {
  server.addFault({ path: file, times: 2, truncate: true });
  const target = join(directory, 'got.tar.gz');
  let counted = 0;
  const result = await http().download(`${server.url}${file}`, target, {
    onBytes: (bytes) => (counted += bytes),
  });
  expect(result.sha256).toBe(sha256);
  expect(counted).toBe(100_000);
});

test('reports a download that always ends early and keeps the old file', async () => {
  server.addFault({ path: file, truncate: true });
  const target = join(directory, 'got.tar.gz');
  writeFileSync(target, 'old');
  await expect(http({ retries: 1 }).download(`${server.url}${file}`, target)).rejects.toMatchObject({
    code: 'NET_TRUNCATED',
  });
  expect(readFileSync(target, 'utf8')).toBe('old');
  expect(readdirSync(directory).sort()).toEqual(['demo-1.0.tar.gz', 'got.tar.gz']);
});

test('refuses a file with the wrong hash', async () => {
  const target = join(directory, 'got.tar.gz');
  const hash = { algorithm: 'md5', digest: '0'.repeat(32) };
  await expect(http().download(`${server.url}${file}`, target, { hash })).rejects.toMatchObject({
    code: 'HASH_MISMATCH',
  });
  expect(existsSync(target)).toBe(false);
  expect(server.requests.length).toBe(1);
});

test('refuses what is larger than allowed, announced or not, and compressed bombs', async () => {
  const client = http();
  await expect(client.get(`${server.url}${file}`, { maximumBytes: 1000 })).rejects.toMatchObject({
    code: 'NET_TOO_LARGE',
  });
  const unannounced = await startBare((_request, response) => {
    for (let count = 0; count < 20; count += 1) response.write('y'.repeat(1000));
    response.end();
  });
  await expect(client.get(unannounced, { maximumBytes: 1000 })).rejects.toMatchObject({
    code: 'NET_TOO_LARGE',
  });
  server.addPage('/bomb', 'z'.repeat(1_000_000));
  const zipped = await startIndexServer({ directory, gzip: true });
  zipped.addPage('/bomb', 'z'.repeat(1_000_000));
  await expect(client.get(`${zipped.url}/bomb`, { maximumBytes: 10_000 })).rejects.toMatchObject({
    code: 'NET_TOO_LARGE',
  });
  await zipped.close();
});

test('reads byte ranges', async () => {
  const response = await http().get(`${server.url}${file}`, { range: 'bytes=-10' });
  expect(response.status).toBe(206);
  expect(response.body.length).toBe(10);
  expect(response.headers.get('content-range')).toBe('bytes 99990-99999/100000');
});

test('sends the login of the index to the same host and port only, also after redirects', async () => {
  const other = await startIndexServer({ directory });
  server.addFault({ path: '/away', status: 302, headers: { location: `${other.url}/links/` } });
  server.addFault({ path: '/near', status: 302, headers: { location: '/links/' } });
  const url = server.indexUrl.replace('://', '://me:pass%40word@');
  const client = http({ credentials: [{ url }] });
  expect((await client.get(`${server.url}/away`)).url).toBe(`${other.url}/links/`);
  await client.get(`${server.url}/near`);
  const authorization = `Basic ${Buffer.from('me:pass@word').toString('base64')}`;
  expect(server.requests.map((request) => request.headers.authorization)).toEqual([
    authorization,
    authorization,
    authorization,
  ]);
  expect(other.requests.map((request) => request.headers.authorization)).toEqual([undefined]);
  await other.close();
});

test('remembers the login of a page for the files on its host', async () => {
  const locked = await startIndexServer({ directory, login: { user: 'me', password: 'x' } });
  const client = http();
  expect((await client.get(locked.linksUrl)).status).toBe(401);
  expect((await client.get(locked.linksUrl.replace('://', '://me:x@'))).status).toBe(200);
  await client.download(`${locked.url}${file}`, join(directory, 'got'));
  await locked.close();
});

test('takes logins from netrc', async () => {
  writeFileSync(
    join(directory, '.netrc'),
    'machine 127.0.0.1 login me password "a b"\ndefault login no password no\n',
  );
  await http().get(server.linksUrl);
  const expected = `Basic ${Buffer.from('me:a b').toString('base64')}`;
  expect(server.requests[0]?.headers.authorization).toBe(expected);
});

test('refuses endless redirects and redirects out of the web', async () => {
  server.addFault({ path: '/loop', status: 302, headers: { location: '/loop' } });
  server.addFault({ path: '/out', status: 302, headers: { location: 'file:///etc/passwd' } });
  await expect(http().get(`${server.url}/loop`)).rejects.toMatchObject({ code: 'NET_REDIRECT' });
  await expect(http().get(`${server.url}/out`)).rejects.toMatchObject({ code: 'NET_REDIRECT' });
});

test('sends plain http through the proxy, but not to excepted hosts', async () => {
  const asked: string[] = [];
  const proxy = await startBare((request, response) => {
    asked.push(request.url ?? '');
    response.end('from the proxy');
  });
  const environment = { HOME: directory, http_proxy: proxy, no_proxy: 'localhost, 127.0.0.1' };
  const client = http({ environment });
  expect((await client.get('http://index.example/simple/')).body.toString()).toBe('from the proxy');
  expect((await client.get(server.linksUrl)).body.toString()).toContain('demo');
  expect(asked).toEqual(['http://index.example/simple/']);
});

test('names the CA file that is not there', async () => {
  const environment = { HOME: directory, PIP_CERT: join(directory, 'none.pem') };
  await expect(http({ environment }).get('https://127.0.0.1:1/')).rejects.toMatchObject({
    code: 'NET_CA_FILE',
  });
});

test('refuses what is no http URL', async () => {
  await expect(http().get('ftp://example.org/x')).rejects.toMatchObject({ code: 'NET_URL' });
  await expect(http().get('nonsense')).rejects.toMatchObject({ code: 'NET_URL' });
});

test('an exchange is sent once, with its body and length, and gives any status', async () => {
  const seen: string[] = [];
  const url = await startBare((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      seen.push(`${request.method} ${request.headers['content-length'] ?? 'none'} ${body.length}`);
      response.writeHead(request.method === 'PUT' ? 507 : 500, { location: '/elsewhere' }).end('full');
    });
  });
  const pieces: string[] = [];
  const chunks = Array.from({ length: 5 }, () => Buffer.alloc(1000, 'x'));
  const bodies = [Buffer.from('bytes'), Readable.from(chunks, { objectMode: false })];
  const client = http();
  for (const [position, size] of [5, 5000].entries()) {
    const open = (): Buffer | Readable => bodies[position] ?? Buffer.alloc(0);
    const onBody = (piece: Buffer): number => pieces.push(piece.toString());
    const answer = await client.exchange({ method: 'PUT', url, body: { size, open }, onBody });
    expect(answer.status).toBe(507);
  }
  expect((await client.exchange({ method: 'HEAD', url })).status).toBe(500);
  expect(seen).toEqual(['PUT 5 5', 'PUT 5000 5000', 'HEAD none 0']);
  expect(pieces).toEqual(['full', 'full']);
});

test('an exchange ends at once when its signal says so, answered or not, connected or not', async () => {
  const half = await startBare((_request, response) => response.write('half'));
  const silent = await startBare(() => undefined);
  const client = http({ connectionsPerHost: 1 });
  const end = async (url: string): Promise<unknown> => {
    const controller = new AbortController();
    const done = client
      .exchange({ method: 'GET', url, signal: controller.signal })
      .catch((error: unknown) => error);
    setTimeout(() => controller.abort(new Error('enough')), 20);
    return done;
  };
  // The second one to each server waits for the connection of the first.
  const ended = await Promise.all([half, half, silent, silent].map(end));
  expect(ended.map(String)).toEqual(Array.from({ length: 4 }, () => expect.stringContaining('enough')));
});

test('a PUT is not redirected, and what the caller throws comes out', async () => {
  const client = http();
  server.addFault({ path: '/moved', status: 302, headers: { location: file } });
  const body = { size: 1, open: () => Buffer.from('x') };
  const moved = { url: `${server.url}/moved` } as const;
  expect((await client.exchange({ ...moved, method: 'PUT', body })).status).toBe(302);
  expect((await client.exchange({ ...moved, method: 'GET' })).url).toBe(`${server.url}${file}`);
  const mine = new BuildError('MINE', 'mine');
  const onBody = (): void => {
    throw mine;
  };
  await expect(client.exchange({ ...moved, method: 'GET', onBody })).rejects.toBe(mine);
});
