// What HTTP asks of a server of pages and files; and what it says about itself.

import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorkspace, type Workspace } from '../../support/run-clutch.ts';
import { rawWheel, wheelName } from '../../support/raw-wheel.ts';
import { createTestToken, launchRepository, type TestRepository } from '../../support/repository-server.ts';
import { upload } from '../../support/upload.ts';

let workspace: Workspace;
let repository: TestRepository;
let token = '';
const bytes = rawWheel({ name: 'Acme.Web', headers: ['Requires-Python: >=3.8,<4'] });
const large = rawWheel({
  name: 'large',
  entries: [{ name: 'x.bin', content: Buffer.alloc(2_000_000, 'xyz') }],
});
let file = '';

beforeAll(async () => {
  workspace = createWorkspace();
  repository = await launchRepository(workspace, { words: ['--no-staging'] });
  token = await createTestToken(workspace, repository.directory);
  await upload(repository.url, { token, filename: 'Acme.Web-1.0-py3-none-any.whl', bytes });
  await upload(repository.url, { token, filename: wheelName({ name: 'large' }), bytes: large });
  const page = await get('/simple/acme-web/');
  file = `/${/href="(?:\.\.\/)*([^"#]+)/.exec(page.text)?.[1] ?? ''}`;
});

afterAll(async () => {
  await repository.stop('SIGKILL');
  workspace.remove();
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  text: string;
}

/** Exactly these headers, and nothing decoded. */
async function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, repository.url), { method, headers, agent: false }, (incoming) => {
      const pieces: Buffer[] = [];
      incoming.on('data', (piece: Buffer) => pieces.push(piece));
      incoming.on('end', () => {
        const body = Buffer.concat(pieces);
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body, text: body.toString() });
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

const json = 'application/vnd.pypi.simple.v1+json';
const html = 'application/vnd.pypi.simple.v1+html';

test.each([
  [undefined, 'text/html; charset=utf-8'],
  ['*/*', 'text/html; charset=utf-8'],
  ['text/html', 'text/html; charset=utf-8'],
  ['text/*', 'text/html; charset=utf-8'],
  [html, html],
  [json, json],
  ['application/vnd.pypi.simple.latest+json', json],
  ['application/*', html],
  [`${json}, ${html};q=0.2, text/html;q=0.01`, json],
  [`${json};q=0.1, text/html`, 'text/html; charset=utf-8'],
  [`${json};q=0, */*`, 'text/html; charset=utf-8'],
  [`text/html;q=0, ${json};q=0.001`, json],
])('Accept %s gets %s', async (accept, type) => {
  const answer = await get('/simple/acme-web/', accept === undefined ? {} : { accept });
  expect([answer.status, answer.headers['content-type'], answer.headers['vary']]).toEqual([
    200,
    type,
    'Accept, Accept-Encoding',
  ]);
});

test.each(['application/json', 'image/png', `${json};q=0`, 'application/vnd.pypi.simple.v2+json'])(
  'Accept %s gets 406',
  async (accept) => {
    const answer = await get('/simple/acme-web/', { accept });
    expect([answer.status, answer.headers['vary']]).toEqual([406, 'Accept, Accept-Encoding']);
    expect(answer.text).toContain(json);
  },
);

test('the JSON of a project', async () => {
  const page = JSON.parse((await get('/simple/acme-web/', { accept: json })).text) as Record<string, unknown>;
  expect(page).toMatchObject({
    meta: { 'api-version': '1.4' },
    name: 'acme-web',
    versions: ['1.0'],
    'project-status': { status: 'active' },
    files: [
      {
        filename: 'Acme.Web-1.0-py3-none-any.whl',
        url: `../..${file}`,
        hashes: { sha256: file.split('/')[3] },
        'requires-python': '>=3.8,<4',
        size: bytes.length,
        'upload-time': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
        yanked: false,
        'core-metadata': { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      },
    ],
  });
  const root = JSON.parse((await get('/simple/', { accept: json })).text) as unknown;
  expect(root).toEqual({
    meta: { 'api-version': '1.4' },
    projects: [{ name: 'acme-web' }, { name: 'large' }],
  });
});

test.each([
  ['/simple', 'simple/'],
  ['/staging/simple', 'simple/'],
  ['/links', 'links/'],
  ['/dev', 'dev/'],
  ['/simple/acme-web', 'acme-web/'],
  ['/simple/Acme.Web', 'acme-web/'],
  ['/simple/Acme__Web/', '../acme-web/'],
  ['/staging/simple/ACME-web/', '../acme-web/'],
])('%s leads to %s', async (path, location) => {
  const answer = await get(path);
  expect([answer.status, answer.headers['location']]).toEqual([301, location]);
});

test('pages are asked for again with their ETag, gzipped or not', async () => {
  for (const path of ['/simple/acme-web/', '/simple/', '/links/', '/dev/', `${file}.metadata`]) {
    const plain = await get(path);
    const again = await get(path, { 'if-none-match': String(plain.headers['etag']) });
    expect([again.status, again.body.length, again.headers['etag']]).toEqual([304, 0, plain.headers['etag']]);
    expect((await get(path, { 'if-none-match': `"x", W/${String(plain.headers['etag'])}` })).status).toBe(
      304,
    );
    expect((await get(path, { 'if-none-match': '"x"' })).status).toBe(200);
    const head = await get(path, {}, 'HEAD');
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([
      200,
      0,
      plain.headers['content-length'],
    ]);
    if (plain.body.length < 400) continue;
    const packed = await get(path, { 'accept-encoding': 'br, gzip' });
    expect([packed.headers['content-encoding'], gunzipSync(packed.body).equals(plain.body)]).toEqual([
      'gzip',
      true,
    ]);
    expect(packed.headers['etag']).not.toBe(plain.headers['etag']);
    expect((await get(path, { 'accept-encoding': 'gzip;q=0' })).headers['content-encoding']).toBeUndefined();
  }
});

test('an ETag changes when the page does', async () => {
  const before = (await get('/simple/grow/')).status;
  const first = await upload(repository.url, {
    token,
    filename: wheelName({ name: 'grow' }),
    bytes: rawWheel({ name: 'grow' }),
  });
  const one = await get('/simple/grow/');
  await upload(repository.url, {
    token,
    filename: wheelName({ name: 'grow', version: '2.0' }),
    bytes: rawWheel({ name: 'grow', version: '2.0' }),
  });
  const two = await get('/simple/grow/', { 'if-none-match': String(one.headers['etag']) });
  expect([before, first.status, one.status, two.status]).toEqual([404, 200, 200, 200]);
  expect(two.text).toContain('grow-2.0');
});

test.each([
  ['bytes=0-9', { status: 206, start: 0, end: 10 }],
  ['bytes=10-', { status: 206, start: 10 }],
  ['bytes=-7', { status: 206, start: -7 }],
  ['bytes=5-99999999', { status: 206, start: 5 }],
  ['bytes=9-2', { status: 200, start: 0 }],
  ['bytes=0-1,4-5', { status: 200, start: 0 }],
  ['lines=1-2', { status: 200, start: 0 }],
  ['bytes=x', { status: 200, start: 0 }],
] as [string, { status: number; start: number; end?: number }][])(
  'the range %s',
  async (range, { status, start, end }) => {
    for (const [path, content] of [
      [file, bytes],
      [await largeFile(), large],
    ] as const) {
      const answer = await get(path, { range });
      expect([answer.status, answer.body.equals(content.subarray(start, end))]).toEqual([status, true]);
      if (status === 206)
        expect(answer.headers['content-range']).toMatch(new RegExp(`^bytes \\d+-\\d+/${content.length}$`));
      expect((await get(path, { range, 'if-range': '"other"' })).status).toBe(200);
    }
  },
);

async function largeFile(): Promise<string> {
  return `/${/href="(?:\.\.\/)*([^"#]+)/.exec((await get('/simple/large/')).text)?.[1] ?? ''}`;
}

test('ranges beyond the end are refused', async () => {
  for (const range of [`bytes=${bytes.length}-`, 'bytes=-0']) {
    const answer = await get(file, { range });
    expect([answer.status, answer.headers['content-range']]).toEqual([416, `bytes */${bytes.length}`]);
  }
});

test('files never change, and caches may know that', async () => {
  for (const path of [file, await largeFile()]) {
    const { headers } = await get(path, {}, 'HEAD');
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'accept-ranges': 'bytes',
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
      etag: `"${path.split('/')[3] ?? ''}"`,
    });
    expect((await get(path, { 'if-none-match': String(headers['etag']) })).status).toBe(304);
  }
});

test('other methods are not for pages', async () => {
  for (const method of ['PUT', 'DELETE', 'PATCH'])
    expect((await get('/simple/acme-web/', {}, method)).status).toBe(404);
});

test('/health and /metrics', async () => {
  expect((await get('/health')).text).toBe('{"status":"ok"}');
  const { text } = await get('/metrics');
  expect(text).toMatch(/^clutch_uploads_total\{outcome="added"\} \d+$/m);
  expect(text).toMatch(/^clutch_requests_total\{route="simple",status="200"\} \d+$/m);
  expect(text).toMatch(/^clutch_request_seconds_bucket\{route="simple",le="\+Inf"\} \d+$/m);
  expect(text).toMatch(/^clutch_files \d+$/m);
  expect(text).not.toContain('acme');
});

test('the status of a project is on its pages, and an archived one takes no files', async () => {
  const headers = { authorization: `Bearer ${token}` };
  const put = (body: object): Promise<Response> =>
    fetch(`${repository.url}api/projects/large/status`, {
      method: 'PUT',
      headers,
      body: JSON.stringify(body),
    });
  expect((await put({ status: 'sleeping' })).status).toBe(400);
  expect((await put({ status: 'archived', reason: 'use <other>' })).status).toBe(200);
  const page = JSON.parse((await get('/simple/large/', { accept: json })).text) as Record<string, unknown>;
  expect(page['project-status']).toEqual({ status: 'archived', reason: 'use <other>' });
  expect((await get('/simple/large/')).text).toContain(
    '<meta name="pypi:project-status-reason" content="use &lt;other&gt;">',
  );
  const refused = await upload(repository.url, {
    token,
    filename: wheelName({ name: 'large', version: '2' }),
    bytes: rawWheel({ name: 'large', version: '2' }),
  });
  expect([refused.status, refused.text]).toEqual([
    409,
    expect.stringContaining('is archived and takes no files'),
  ]);
  expect((await put({ status: 'quarantined' })).status).toBe(200);
  expect(
    (JSON.parse((await get('/simple/large/', { accept: json })).text) as { files: unknown[] }).files,
  ).toEqual([]);
  expect((await put({ status: 'active' })).status).toBe(200);
});
