import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashBytes, type Event } from '#base';
import { createHttp, type Http } from '#net';
import {
  startIndexServer,
  type IndexServer,
  type IndexServerOptions,
} from '../../test/support/index-server.ts';
import { createIndex } from './create-index.ts';
import type { CachedPage, Candidate, Index, IndexSettings } from './index-contract.ts';

let root: string;
let files: string;
let http: Http;
let events: Event[];
const servers: IndexServer[] = [];

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'index-')));
  files = join(root, 'files');
  mkdirSync(files);
  events = [];
  http = createHttp({
    offline: false,
    environment: { HOME: root },
    report: () => undefined,
    retries: 1,
    retryMilliseconds: 1,
  });
});

afterEach(async () => {
  await http.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
  rmSync(root, { recursive: true });
});

function addFiles(...names: string[]): void {
  for (const name of names) writeFileSync(join(files, name), `content of ${name}`);
}

async function serve(options: Partial<IndexServerOptions> = {}): Promise<IndexServer> {
  const server = await startIndexServer({ directory: files, ...options });
  servers.push(server);
  return server;
}

function open(settings: Partial<IndexSettings>): Index {
  return createIndex({
    indexUrl: '',
    findLinks: [],
    allowHosts: [],
    http: () => http,
    offline: false,
    report: (event) => events.push(event),
    ...settings,
  });
}

function names(candidates: readonly Candidate[]): string[] {
  return candidates.map((candidate) => candidate.filename);
}

function first(candidates: readonly Candidate[]): Candidate {
  const [candidate] = candidates;
  if (candidate === undefined) throw new Error('no candidate');
  return candidate;
}

function lines(): string[] {
  return events.flatMap((event) =>
    event.type === 'log' ? [`${event.level} ${event.logger}: ${event.text}`] : [],
  );
}

test.each(['html', 'json'] as const)('reads a project page in %s', async (format) => {
  addFiles('zope.interface-5.0.tar.gz', 'zope_interface-5.1-cp311-cp311-linux_x86_64.whl', 'other-1.0.zip');
  writeFileSync(join(files, 'zope_interface-5.1-cp311-cp311-linux_x86_64.whl.metadata'), 'Name: x');
  const server = await serve({
    format,
    describeFile: (file) =>
      file.endsWith('.whl') ? { requiresPython: '>=3.8, <"4"', yanked: 'broken & old' } : { yanked: true },
  });
  const candidates = await open({ indexUrl: server.indexUrl }).candidates('Zope_Interface');
  expect(server.paths()).toEqual(['/simple/zope-interface/']);
  expect(candidates).toMatchObject([
    {
      project: 'zope.interface',
      version: '5.0',
      filename: 'zope.interface-5.0.tar.gz',
      url: `${server.url}/files/zope.interface-5.0.tar.gz`,
      kind: 'sdist',
      hashes: { sha256: hashBytes('content of zope.interface-5.0.tar.gz') },
      yanked: true,
      origin: 'index',
      page: `${server.indexUrl}zope-interface/`,
      precedence: 1,
    },
    {
      project: 'zope_interface',
      version: '5.1',
      kind: 'wheel',
      requiresPython: '>=3.8, <"4"',
      yanked: 'broken & old',
      metadataHash: hashBytes('Name: x'),
      precedence: 4,
      wheel: { pythons: ['cp311'], platforms: ['linux_x86_64'] },
    },
  ]);
  expect(lines()).toEqual([`info root: Reading ${server.indexUrl}zope-interface/`]);
});

test('reads each page once, however many ask', async () => {
  addFiles('demo-1.0.tar.gz', 'demo-2.0.tar.gz');
  const server = await serve();
  const index = open({ indexUrl: server.indexUrl, findLinks: [server.linksUrl] });
  const answers = await Promise.all([
    index.candidates('demo'),
    index.candidates('Demo'),
    index.candidates('demo', { version: '1' }),
  ]);
  expect(answers.map((answer) => answer.length)).toEqual([2, 2, 1]);
  expect(server.paths().sort()).toEqual(['/links/', '/simple/demo/']);
});

test('never lists the root for a name the index does not have, but tries the name as written', async () => {
  addFiles('demo-1.0.tar.gz');
  const server = await serve();
  expect(await open({ indexUrl: server.indexUrl }).candidates('No.Such')).toEqual([]);
  expect(server.paths()).toEqual(['/simple/no-such/', '/simple/No.Such/']);
  expect(lines().at(-1)).toBe("warning root: Couldn't find index page for 'No.Such' (maybe misspelled?)");
});

test('stops when the index can not be asked, unless a link has the project', async () => {
  addFiles('demo-1.0.tar.gz');
  const indexUrl = 'http://me:secret@127.0.0.1:1/simple';
  const failure = await open({ indexUrl })
    .candidates('demo')
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'NET_UNREACHABLE' });
  expect(String(failure)).toContain(
    "Can't ask the index for `demo`: Can't read `http://****@127.0.0.1:1/simple/demo/`",
  );
  expect(names(await open({ indexUrl, findLinks: [files] }).candidates('demo'))).toEqual(['demo-1.0.tar.gz']);
  expect(lines().at(-1)).toMatch(/^warning root: Download error on .* -- Some packages may not be found!$/);
});

test('says that the index wants a login', async () => {
  addFiles('demo-1.0.tar.gz');
  const server = await serve({ login: { user: 'me', password: 'secret' } });
  await expect(open({ indexUrl: server.indexUrl }).candidates('demo')).rejects.toMatchObject({
    code: 'INDEX_STATUS',
  });
  const index = open({ indexUrl: server.indexUrl.replace('://', '://me:secret@') });
  const candidate = first(await index.candidates('demo'));
  expect(candidate.url).not.toContain('secret');
  expect(candidate.page).not.toContain('secret');
  expect((await index.download(candidate, join(root, 'to'))).path).toBe(join(root, 'to', 'demo-1.0.tar.gz'));
  expect(lines().join('\n')).not.toContain('secret');
});

test('reads nothing from the network when offline, but what is here', async () => {
  addFiles('demo-1.0.tar.gz');
  const server = await serve();
  const index = open({ indexUrl: server.indexUrl, findLinks: [server.linksUrl, files], offline: true });
  expect(names(await index.candidates('demo'))).toEqual(['demo-1.0.tar.gz']);
  expect(server.requests).toEqual([]);
});

test('takes a local directory as tree and as flat listing', async () => {
  addFiles('demo-1.0.tar.gz', 'unrelated-1.0.zip');
  mkdirSync(join(files, 'Demo'));
  mkdirSync(join(files, 'demo-0.9.egg'));
  writeFileSync(join(files, 'Demo', 'demo-2.0-py3.11.egg'), '');
  mkdirSync(join(files, 'page'));
  writeFileSync(
    join(files, 'page', 'index.html'),
    '<a href="../demo-1.0.tar.gz#md5=00">x</a><a href="../page-3.zip">',
  );
  for (const indexUrl of [files, `${files}/`, `file://${files}`, pathToFileURL(files).href]) {
    const index = open({ indexUrl });
    expect(await index.candidates('demo')).toMatchObject([
      { filename: 'demo-2.0-py3.11.egg', kind: 'egg', eggPython: '3.11', precedence: 3 },
      { filename: 'demo-0.9.egg', kind: 'directory', url: join(files, 'demo-0.9.egg') },
      { filename: 'demo-1.0.tar.gz', kind: 'sdist', url: join(files, 'demo-1.0.tar.gz') },
    ]);
    expect(await index.candidates('page')).toMatchObject([{ version: '3', url: join(files, 'page-3.zip') }]);
  }
  expect(await open({ indexUrl: files }).candidates('no.thing')).toEqual([]);
  expect(lines().slice(-4)).toEqual([
    `warning root: Not found: ${files}/no-thing/`,
    `warning root: Not found: ${files}/no.thing/`,
    "warning root: Couldn't find index page for 'no.thing' (maybe misspelled?)",
    'info root: Scanning index of all packages (this may take a while)',
  ]);
});

test('finds links in directories, files, file URLs, pages and direct URLs', async () => {
  addFiles('demo-1.0.tar.gz', 'demo-2.0.zip');
  const page = join(root, 'links.html');
  writeFileSync(
    page,
    '<a href="files/demo-3.0.tgz#md5=0f">x</a> <A HREF=https://host.example/demo-4.0.tar.bz2>',
  );
  const server = await serve();
  server.addPage('/page.html', '<base href="/deep/x/"><a href="../demo-5.0.tar.gz#sha256=abc">');
  const index = open({
    findLinks: [
      join(files, 'demo-1.0.tar.gz'),
      `file://${files}`,
      pathToFileURL(page).href,
      `${server.url}/page.html`,
      'https://host.example/archive/main.zip#egg=demo-6.0',
      'https://host.example/demo-7.0.tar.gz#md5=ab',
      join(root, 'missing'),
    ],
  });
  const candidates = await index.candidates('demo');
  expect(
    candidates.map(({ version, url, hashes, precedence }) => ({ version, url, hashes, precedence })),
  ).toEqual([
    { version: '1.0', url: join(files, 'demo-1.0.tar.gz'), hashes: {}, precedence: 1 },
    { version: '2.0', url: join(files, 'demo-2.0.zip'), hashes: {}, precedence: 1 },
    { version: '3.0', url: join(files, 'demo-3.0.tgz'), hashes: { md5: '0f' }, precedence: 1 },
    { version: '4.0', url: 'https://host.example/demo-4.0.tar.bz2', hashes: {}, precedence: 1 },
    { version: '5.0', url: `${server.url}/deep/demo-5.0.tar.gz`, hashes: { sha256: 'abc' }, precedence: 1 },
    { version: '6.0', url: 'https://host.example/archive/main.zip', hashes: {}, precedence: 0 },
    { version: '7.0', url: 'https://host.example/demo-7.0.tar.gz', hashes: { md5: 'ab' }, precedence: 1 },
  ]);
  expect(candidates.every((candidate) => candidate.origin === 'find-links')).toBe(true);
  expect(lines()).toContain(`warning root: Not found: ${join(root, 'missing')}`);
});

test('marks what lies in the download cache, and sees through symbolic links', async () => {
  addFiles('demo-1.0.tar.gz');
  symlinkSync(join(files, 'demo-1.0.tar.gz'), join(root, 'demo-1.5.tar.gz'));
  const index = open({ findLinks: [files, root], downloadCache: `${files}/` });
  expect(await index.candidates('demo')).toMatchObject([
    { version: '1.0', origin: 'download-cache' },
    { version: '1.5', origin: 'find-links', url: join(files, 'demo-1.0.tar.gz') },
  ]);
});

test('warns of a find-links page that can not be read and goes on', async () => {
  addFiles('demo-1.0.tar.gz');
  const index = open({ findLinks: ['http://127.0.0.1:1/page', files] });
  expect(names(await index.candidates('demo'))).toEqual(['demo-1.0.tar.gz']);
  expect(lines()).toContainEqual(
    expect.stringMatching(
      /^warning root: Download error on http:\/\/127\.0\.0\.1:1\/page: .* -- Some packages may not be found!$/,
    ),
  );
});

test('adds dependency links after the others', async () => {
  addFiles('demo-1.0.tar.gz');
  const index = open({});
  expect(await index.candidates('demo')).toEqual([]);
  await index.addLinks([files, files]);
  expect(await index.candidates('demo')).toMatchObject([{ origin: 'dependency-links', version: '1.0' }]);
});

test('obeys allow-hosts and says what it hides; local files are always allowed', async () => {
  addFiles('demo-1.0.tar.gz');
  const server = await serve();
  const hidden = open({ indexUrl: server.indexUrl, findLinks: [files], allowHosts: ['*.example.org'] });
  expect(names(await hidden.candidates('demo'))).toEqual(['demo-1.0.tar.gz']);
  expect(server.requests).toEqual([]);
  expect(hidden.skipped('demo')).toEqual([
    {
      filename: `${server.indexUrl}demo/`,
      reason: `\`allow-hosts\` does not allow \`${new URL(server.url).host}\``,
    },
  ]);
  server.addPage('/simple/far/', '<a href="https://far.example/far-1.0.zip">x</a><a href="far-2.0.zip">');
  const half = open({ indexUrl: server.indexUrl, allowHosts: ['127.0.0.?:*', '[!x]*.org'] });
  expect(names(await half.candidates('far'))).toEqual(['far-2.0.zip']);
  expect(half.skipped('far')).toEqual([
    { filename: 'far-1.0.zip', reason: '`allow-hosts` does not allow `far.example`' },
  ]);
});

test('reads names with dashes with the project known, and says why a file is none', async () => {
  addFiles(
    'foo-2-1.0.tar.gz',
    'foo-1.0-py2.7.tar.gz',
    'foo-latest.zip',
    'foo-1.0.win32.exe',
    'foo-1.0.tar.xz',
  );
  const index = open({ findLinks: [files] });
  expect(await index.candidates('foo-2')).toMatchObject([{ project: 'foo-2', version: '1.0' }]);
  expect(await index.candidates('foo')).toEqual([]);
  expect(
    index
      .skipped('foo')
      .map((file) => file.filename)
      .sort(),
  ).toEqual(['foo-1.0-py2.7.tar.gz', 'foo-1.0.win32.exe', 'foo-2-1.0.tar.gz', 'foo-latest.zip']);
});

test('survives hostile pages', async () => {
  const server = await serve();
  server.addPage(
    '/simple/demo/',
    [
      '<a href="javascript:alert(1)/demo-1.0.zip">',
      '<a href="file:///etc/demo-1.1.zip">x</a>',
      '<a href="data:text/html,/demo-1.2.zip">x</a>',
      '<a href="git+https://host.example/demo-1.25.zip">x</a>',
      '<a href="../../../../up/demo-1.3.zip">x',
      '<a href="/files/..%2F..%2Fetc%2Fdemo-1.4.zip">x</a>',
      '<a href="/files/demo-1.5%00.zip">x</a>',
      '<a href="http://[broken/demo-1.6.zip">x</a>',
      '<!-- <a href="/demo-1.7.zip">x</a> --> \u0000 <a href="/demo-1.8.zip" href="/demo-9.zip"',
      '><script>"<a href=/demo-1.9.zip>"</script><a><a href="">',
    ].join('\n'),
  );
  const index = open({ indexUrl: server.indexUrl });
  expect((await index.candidates('demo')).map((candidate) => candidate.url)).toEqual([
    `${server.url}/up/demo-1.3.zip`,
    `${server.url}/demo-1.8.zip`,
  ]);
  const reasons = Object.fromEntries(index.skipped('demo').map((file) => [file.filename, file.reason]));
  expect(reasons['demo-1.1.zip']).toBe('a `file` link, which is not followed');
  expect(reasons['demo-1.0.zip']).toBe('a `javascript` link, which is not followed');
  expect(reasons['demo-1.6.zip']).toBe('not a URL');
});

test('refuses pages that are too large, no pages, broken JSON and unknown versions of it', async () => {
  const server = await serve();
  const json = 'application/vnd.pypi.simple.v1+json';
  server.addPage('/simple/large/', Buffer.alloc(41 * 1024 * 1024));
  server.addPage('/simple/image/', 'x', 'image/png');
  server.addPage('/simple/broken/', '{"files": [', json);
  server.addPage('/simple/future/', '{"meta": {"api-version": "2.0"}, "files": []}', json);
  server.addPage(
    '/simple/odd/',
    '{"files": [1, {"filename": 2}, {"filename": "odd-1.0.zip", "url": "odd-1.0.zip", "hashes": 3}]}',
    json,
  );
  const index = open({ indexUrl: server.indexUrl });
  await expect(index.candidates('large')).rejects.toMatchObject({ code: 'NET_TOO_LARGE' });
  await expect(index.candidates('image')).rejects.toMatchObject({ code: 'INDEX_PAGE' });
  await expect(index.candidates('broken')).rejects.toMatchObject({ code: 'INDEX_PAGE' });
  await expect(index.candidates('future')).rejects.toMatchObject({ code: 'INDEX_PAGE' });
  expect(names(await index.candidates('odd'))).toEqual(['odd-1.0.zip']);
});

test('asks again only whether a kept page has changed', async () => {
  addFiles('demo-1.0.tar.gz');
  const server = await serve();
  const pages = new Map<string, CachedPage>();
  const pageCache = {
    find: (url: string) => pages.get(url),
    save: (url: string, page: CachedPage) => pages.set(url, page),
  };
  for (let run = 0; run < 2; run += 1) {
    expect(names(await open({ indexUrl: server.indexUrl, pageCache }).candidates('demo'))).toEqual([
      'demo-1.0.tar.gz',
    ]);
  }
  expect(server.requests.map((request) => request.status)).toEqual([200, 304]);
});

test('downloads a file once for all who ask, and stops at a wrong hash', async () => {
  addFiles('demo-1.0.tar.gz', 'demo-2.0.tar.gz');
  const server = await serve({
    describeFile: (file) => (file.includes('2.0') ? { sha256: '0'.repeat(64) } : {}),
  });
  const index = open({ indexUrl: server.indexUrl });
  const good = first(await index.candidates('demo', { version: '1.0' }));
  const bad = first(await index.candidates('demo', { version: '2.0' }));
  const target = join(root, 'to');
  const [one, two] = await Promise.all([index.download(good, target), index.download(good, target)]);
  expect(one).toEqual(two);
  expect(readFileSync(one.path, 'utf8')).toBe('content of demo-1.0.tar.gz');
  expect(one.sha256).toBe(hashBytes('content of demo-1.0.tar.gz'));
  await expect(index.download(bad, target)).rejects.toMatchObject({ code: 'HASH_MISMATCH' });
  expect(server.paths().filter((path) => path.includes('1.0')).length).toBe(1);
});

test('leaves local files in place and checks their hash, and refuses a page instead of a file', async () => {
  addFiles('demo-1.0.tar.gz');
  const file = join(files, 'demo-1.0.tar.gz');
  const local = open({ findLinks: [`file://${file}#md5=${hashBytes('content of demo-1.0.tar.gz', 'md5')}`] });
  expect((await local.download(first(await local.candidates('demo')), root)).path).toBe(file);
  const wrong = open({ findLinks: [`file://${file}#md5=${'0'.repeat(32)}`] });
  await expect(wrong.download(first(await wrong.candidates('demo')), root)).rejects.toMatchObject({
    code: 'HASH_MISMATCH',
  });
  const server = await serve();
  server.addFault({
    path: '/files/demo-1.0.tar.gz',
    body: '<html>',
    contentType: 'text/html; charset=utf-8',
  });
  const remote = open({ findLinks: [`${server.url}/files/demo-1.0.tar.gz`] });
  await expect(remote.download(first(await remote.candidates('demo')), root)).rejects.toThrow(
    `Unexpected HTML page found at ${server.url}/files/demo-1.0.tar.gz`,
  );
});
