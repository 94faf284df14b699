// Everything that a hostile or broken upload can try. Each is refused with the check that failed, or stored where it
// harms nobody; afterwards the repository has what was accepted and nothing else.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorkspace, type Workspace } from '../../support/run-clutch.ts';
import { rawTarGz, rawWheel, wheelName, type RawTarMember, type RawWheel } from '../../support/raw-wheel.ts';
import { rawZip, zip64Extra, type RawEntry } from '../../support/raw-zip.ts';
import { createTestToken, launchRepository, type TestRepository } from '../../support/repository-server.ts';
import { upload, type HandUpload } from '../../support/upload.ts';

let workspace: Workspace;
let repository: TestRepository;
let token = '';

beforeAll(async () => {
  workspace = createWorkspace();
  repository = await launchRepository(workspace, { words: ['--max-file-size', '3M'] });
  token = await createTestToken(workspace, repository.directory);
});

afterAll(async () => {
  await repository.stop('SIGKILL');
  workspace.remove();
});

const wheel = (parts: RawWheel): Pick<HandUpload, 'filename' | 'bytes'> => ({
  filename: wheelName(parts),
  bytes: rawWheel(parts),
});
const withEntry = (entry: RawEntry): Pick<HandUpload, 'filename' | 'bytes'> => wheel({ entries: [entry] });
/** Changes what the member `demo.py` says of itself. */
const changed = (fields: Partial<RawEntry>): Pick<HandUpload, 'filename' | 'bytes'> =>
  wheel({ change: (entry) => (entry.name === 'demo.py' ? { ...entry, ...fields } : entry) });
const metadata = (...lines: string[]): Pick<HandUpload, 'filename' | 'bytes'> =>
  wheel({ metadata: [...lines, '', ''].join('\n') });
const sdist = (members: readonly RawTarMember[], after?: Buffer): Pick<HandUpload, 'filename' | 'bytes'> => ({
  filename: 'demo-1.0.tar.gz',
  bytes: rawTarGz(members, after === undefined ? {} : { after }),
});
const pkgInfo = { name: 'demo-1.0/PKG-INFO', content: 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n' };
const egg = (entries: RawEntry[]): Pick<HandUpload, 'filename' | 'bytes'> => ({
  filename: 'demo-1.0-py3.11.egg',
  bytes: rawZip(entries),
});
const good = rawWheel();
const goodHash = createHash('sha256').update(good).digest('hex');
const unicodePath = Buffer.concat([Buffer.from([0x75, 0x70, 10, 0, 1, 0, 0, 0, 0]), Buffer.from('other')]);
const endRecord = Buffer.from('504b0506000000000000000000000000000000000000', 'hex');
const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
const trueRows = [
  `demo.py,sha256=${digestOf('x = 1\n')},6`,
  `demo-1.0.dist-info/METADATA,sha256=${digestOf('Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n\nText.\n')},`,
  `demo-1.0.dist-info/WHEEL,sha256=${digestOf('Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n')},`,
  'demo-1.0.dist-info/RECORD,,',
];
const record = (...rows: string[]): Pick<HandUpload, 'filename' | 'bytes'> =>
  wheel({ record: `${rows.join('\n')}\n` });

/** A member of 300 MB in a few hundred kilobytes: gzip files may follow one another. */
function tarBomb(): Buffer {
  const zeros = gzipSync(Buffer.alloc(1 << 20));
  const size = 300;
  return Buffer.concat([
    rawTarGz([{ name: 'demo-1.0/x', size: size << 20 }], { end: false }),
    ...Array.from({ length: size }, () => zeros),
  ]);
}

type Case = [string, Pick<HandUpload, 'filename' | 'bytes'> & Partial<HandUpload>, RegExp];

const archives: Case[] = [
  ['a member that climbs', withEntry({ name: '../x.py' }), /check of the zip.*leaves the tree/],
  ['a member that climbs inside', withEntry({ name: 'a/../../x' }), /leaves the tree/],
  ['an absolute member', withEntry({ name: '/etc/cron.d/x' }), /absolute/],
  ['a member with a backslash', withEntry({ name: '..\\x' }), /backslash/],
  ['a member with a drive letter', withEntry({ name: 'C:/x' }), /drive letter/],
  ['a member with a NUL', withEntry({ name: 'x.py\0.txt' }), /NUL/],
  ['a member with a line end', withEntry({ name: 'x\nPWNED.py' }), /don't show/],
  ['a member that reads backwards', withEntry({ name: 'x\u202eyp.exe' }), /don't show/],
  ['a member name that is no UTF-8', withEntry({ name: Buffer.from([0xff, 0xfe]) }), /don't show/],
  ['a member twice', wheel({ hidden: [{ name: 'demo.py', content: 'evil' }] }), /occurs twice/],
  [
    'a member twice in two Unicode forms',
    wheel({ entries: [{ name: '\u00e9' }, { name: 'e\u0301' }] }),
    /occurs twice/,
  ],
  [
    'a member that is a file and a directory',
    wheel({ entries: [{ name: 'a' }, { name: 'a/b' }] }),
    /below a file/,
  ],
  ['bytes after the end', wheel({ end: { after: Buffer.from('MZ') } }), /bytes after its end/],
  [
    'a second end record in the comment',
    wheel({ end: { comment: endRecord.toString('latin1') } }),
    /not where its end record says|more than one end record/,
  ],
  [
    'a directory that is not where it should be',
    wheel({ end: { startShift: 1 } }),
    /not where its end record says/,
  ],
  [
    'more entries than it declares',
    wheel({ end: { count: 3, countHere: 3 } }),
    /more than the entries it declares/,
  ],
  ['a part of several disks', wheel({ end: { disk: 1 } }), /several disks/],
  ['another name in the local header', changed({ localName: 'evil.py' }), /another name/],
  ['another method in the local header', changed({ localMethod: 8 }), /compression method/],
  ['another size in the local header', changed({ localSize: 5 }), /another size/],
  ['another checksum in the local header', changed({ localCrc: 5 }), /another checksum/],
  ['other flags in the local header', changed({ localFlags: 0 }), /another flag/],
  [
    'a member that the directory does not know',
    changed({ behind: rawZip([{ name: 'evil.py' }]).subarray(0, 38) }),
    /belong to no entry/,
  ],
  [
    'a program in front of the archive',
    changed({ before: Buffer.from('#!/bin/sh\n') }),
    /(belong to no entry|its bytes are nothing known)/,
  ],
  ['members that overlap', wheel({ entries: [{ name: 'a', offset: 0 }] }), /overlaps|belong to no entry/],
  [
    'a false data descriptor',
    changed({ flags: 0x808, behind: Buffer.alloc(16, 1) }),
    /not its checksum and size/,
  ],
  ['a bomb that says so', changed({ method: 8, size: 2 ** 31 }), /holds more than/],
  ['a wrong checksum', changed({ crc: 1 }), /checksum/],
  ['an encrypted member', changed({ flags: 0x801 }), /encrypted/],
  ['a member of another method', changed({ method: 12, localMethod: 12 }), /method 12/],
  ['a link', withEntry({ name: 'link', content: '/etc/passwd', mode: 0o120777 }), /is a link/],
  ['a device', withEntry({ name: 'device', mode: 0o020644 }), /neither a file/],
  ['a directory with content', withEntry({ name: 'd/', content: 'x' }), /has content/],
  ['a second name in Unicode', changed({ localExtra: unicodePath }), /second name/],
  [
    'zip64 sizes that lie',
    changed({ size: 0xffffffff, centralExtra: zip64Extra(2n ** 60n) }),
    /impossible|size/,
  ],
  ['half an archive', { filename: wheelName(), bytes: good.subarray(0, good.length / 2) }, /no end record/],
  [
    'no archive at all',
    { filename: wheelName(), bytes: Buffer.from('hello') },
    /its bytes are nothing known/,
  ],
  ['nothing at all', { filename: wheelName(), bytes: Buffer.alloc(0) }, /its bytes are nothing known/],
  ['an archive of nothing', { filename: wheelName(), bytes: endRecord }, /no \.dist-info/],
  [
    'a tar that calls itself a wheel',
    { ...sdist([pkgInfo]), filename: wheelName() },
    /its bytes are a gzip file/,
  ],
  [
    'a wheel that calls itself a tar',
    { filename: 'demo-1.0.tar.gz', bytes: good },
    /its bytes are a zip archive/,
  ],
];

const wheels: Case[] = [
  [
    'a wheel without .dist-info',
    { filename: wheelName(), bytes: rawZip([{ name: 'demo.py' }]) },
    /no \.dist-info/,
  ],
  ['a wheel with two .dist-info', withEntry({ name: 'other-1.0.dist-info/METADATA' }), /has two/],
  ['a .dist-info of another project', wheel({ distInfo: 'other-1.0.dist-info' }), /another project/],
  [
    'a .dist-info of another version',
    wheel({ distInfo: 'demo-2.0.dist-info' }),
    /another project or version/,
  ],
  ['a wheel without METADATA', wheel({ metadata: null }), /has no .*METADATA/],
  ['a wheel without WHEEL', wheel({ wheel: null }), /has no .*WHEEL/],
  ['a wheel without RECORD', wheel({ record: null }), /has no .*RECORD/],
  ['a RECORD that lacks a file', wheel({ hidden: [{ name: 'evil.py' }] }), /does not name `evil\.py`/],
  [
    'a RECORD with a wrong hash',
    record(trueRows[0]?.replace('sha256=', 'sha256=A') ?? '', ...trueRows.slice(1)),
    /is not what RECORD says/,
  ],
  [
    'a RECORD with a wrong size',
    record(trueRows[0]?.replace(/6$/, '7') ?? '', ...trueRows.slice(1)),
    /has 6 bytes/,
  ],
  [
    'a RECORD with a file that is not there',
    record(...trueRows, 'ghost.py,sha256=x,1'),
    /`ghost\.py`, which is not/,
  ],
  ['a RECORD that names a file twice', record(...trueRows, trueRows[0] ?? ''), /names a file twice/],
  ['a RECORD without hashes', record('demo.py,,', ...trueRows.slice(1)), /no hash for `demo\.py`/],
  ['a RECORD with weak hashes', record('demo.py,md5=x,6', ...trueRows.slice(1)), /is `md5`/],
  ['a RECORD that climbs', record(...trueRows, '../evil.py,,'), /not in the archive/],
  [
    'tags that differ',
    wheel({ wheel: 'Wheel-Version: 1.0\nTag: cp311-cp311-linux_x86_64\n' }),
    /in WHEEL but not in the file name/,
  ],
  [
    'a wheel of tomorrow',
    wheel({ wheel: 'Wheel-Version: 2.0\nTag: py3-none-any\n' }),
    /Wheel-Version `2\.0`/,
  ],
  [
    'metadata of another project',
    metadata('Metadata-Version: 2.1', 'Name: victim', 'Version: 1.0'),
    /of the project `victim`/,
  ],
  [
    'metadata of another version',
    metadata('Metadata-Version: 2.1', 'Name: demo', 'Version: 9.9'),
    /has the version `9\.9`/,
  ],
  ['metadata without a name', metadata('Metadata-Version: 2.1', 'Version: 1.0'), /no field `Name`/],
  ['metadata without a version', metadata('Metadata-Version: 2.1', 'Name: demo'), /no field `Version`/],
  [
    'a script for a name',
    metadata('Metadata-Version: 2.1', 'Name: <script>alert(1)</script>', 'Version: 1.0'),
    /no name of a project/,
  ],
  [
    'metadata that is no UTF-8',
    wheel({ metadata: Buffer.from('Name: demo\nVersion: 1.0\nSummary: \xff\n', 'latin1') }),
    /not UTF-8/,
  ],
  [
    'metadata of tomorrow',
    metadata('Metadata-Version: 3.0', 'Name: demo', 'Version: 1.0'),
    /Metadata-Version `3\.0`/,
  ],
  [
    'a Requires-Python of nonsense',
    wheel({ headers: ['Requires-Python: banana'] }),
    /Requires-Python: banana/,
  ],
  ['a Requires-Dist of nonsense', wheel({ headers: ['Requires-Dist: ???'] }), /Requires-Dist: \?\?\?/],
  [
    'metadata that is far too long',
    wheel({
      change: (entry) =>
        String(entry.name).endsWith('METADATA')
          ? { ...entry, method: 8, localMethod: 8, content: Buffer.alloc(9 << 20, 'x') }
          : entry,
    }),
    /larger than/,
  ],
  [
    'no version that PEP 440 knows',
    { filename: 'demo-banana-py3-none-any.whl', bytes: good },
    /not the name of a wheel/,
  ],
];

const others: Case[] = [
  [
    'a source archive that climbs',
    sdist([pkgInfo, { name: '../evil' }]),
    /check of the tar.*leaves the tree/,
  ],
  ['a source archive with an absolute name', sdist([pkgInfo, { name: '/etc/evil' }]), /absolute/],
  [
    'a link out of a source archive',
    sdist([pkgInfo, { name: 'demo-1.0/l', type: '2', link: '../../etc/passwd' }]),
    /points out of the tree/,
  ],
  [
    'a hard link out of a source archive',
    sdist([pkgInfo, { name: 'demo-1.0/l', type: '1', link: '/etc/passwd' }]),
    /absolute/,
  ],
  [
    'a file through a link',
    sdist([pkgInfo, { name: 'demo-1.0/l', type: '2', link: '.' }, { name: 'demo-1.0/l/x' }]),
    /below a file/,
  ],
  ['a device in a source archive', sdist([pkgInfo, { name: 'demo-1.0/d', type: '3' }]), /character-device/],
  [
    'two files of one name',
    sdist([pkgInfo, { name: 'demo-1.0/a', content: '1' }, { name: 'demo-1.0/a', content: '2' }]),
    /two different files/,
  ],
  [
    'a source archive with two directories',
    sdist([pkgInfo, { name: 'other/x' }]),
    /not everything in it lies in one directory/,
  ],
  [
    'a source archive of another project',
    sdist([{ ...pkgInfo, name: 'other-1.0/PKG-INFO' }]),
    /another project or version/,
  ],
  [
    'a source archive without PKG-INFO',
    sdist([{ name: 'demo-1.0/setup.py' }]),
    /has no `demo-1\.0\/PKG-INFO`/,
  ],
  [
    'PKG-INFO of another project',
    sdist([{ ...pkgInfo, content: 'Name: victim\nVersion: 1.0\n' }]),
    /of the project `victim`/,
  ],
  ['bytes after a source archive', sdist([pkgInfo], Buffer.from('x'.repeat(512))), /damaged/],
  [
    'bytes after the compressed part',
    { filename: 'demo-1.0.tar.gz', bytes: Buffer.concat([rawTarGz([pkgInfo]), Buffer.from('evil')]) },
    /damaged/,
  ],
  [
    'a source archive cut short',
    { filename: 'demo-1.0.tar.gz', bytes: rawTarGz([pkgInfo]).subarray(0, 60) },
    /damaged/,
  ],
  ['a bomb of a source archive', { filename: 'demo-1.0.tar.gz', bytes: tarBomb() }, /holds more than/],
  ['an egg without EGG-INFO', egg([{ name: 'demo.py' }]), /no `EGG-INFO\/PKG-INFO`/],
  [
    'an egg of another project',
    egg([{ name: 'EGG-INFO/PKG-INFO', content: 'Name: victim\nVersion: 1.0\n' }]),
    /of the project `victim`/,
  ],
  [
    'a bomb that hides it',
    egg([
      { name: 'EGG-INFO/PKG-INFO', content: 'Name: demo\nVersion: 1.0\n' },
      { name: 'x', method: 8, content: Buffer.alloc(100_000), size: 10, localSize: 10 },
    ]),
    /inflates to more/,
  ],
  [
    'an egg with a broken member',
    egg([
      { name: 'EGG-INFO/PKG-INFO', content: 'Name: demo\nVersion: 1.0\n' },
      { name: 'x', crc: 7 },
    ]),
    /checksum/,
  ],
];

const whole = { filename: wheelName(), bytes: good };
const forms: Case[] = [
  [
    'a wrong sha256',
    { ...whole, fields: { sha256_digest: goodHash.replace(/^./, 'x') } },
    /check of the hash.*sha256_digest/,
  ],
  ['a wrong md5', { ...whole, fields: { md5_digest: '0'.repeat(32) } }, /md5_digest/],
  ['a wrong blake2', { ...whole, fields: { blake2_256_digest: '0'.repeat(64) } }, /blake2_256_digest/],
  ['another name in the form', { ...whole, fields: { name: 'victim' } }, /field `name` is `victim`/],
  ['another version in the form', { ...whole, fields: { version: '2.0' } }, /field `version` is `2\.0`/],
  ['another kind in the form', { ...whole, fields: { filetype: 'sdist' } }, /field `filetype`/],
  ['a kind that nobody knows', { ...whole, fields: { filetype: 'constructor' } }, /field `filetype`/],
  ['another summary in the form', { ...whole, fields: { summary: 'free money' } }, /field `summary`/],
  [
    'another Python in the form',
    { ...whole, fields: { requires_python: '>=3.99' } },
    /field `requires_python`/,
  ],
  [
    'a requirement more in the form',
    { ...whole, fields: { requires_dist: ['evil'] } },
    /field `requires_dist` is `evil`/,
  ],
  [
    'a requirement less in the form',
    { ...wheel({ headers: ['Requires-Dist: a', 'Requires-Dist: b'] }), fields: { requires_dist: ['a'] } },
    /lack `b`/,
  ],
  ['a form without an action', { ...whole, fields: { ':action': null } }, /`:action`/],
  ['a registration', { ...whole, fields: { ':action': 'submit' } }, /not registered here/],
  ['a form without a name', { ...whole, fields: { name: null } }, /no field `name`/],
  ['a form without a version', { ...whole, fields: { version: null } }, /no field `version`/],
  ['two names in one form', { ...whole, fields: { name: ['demo', 'victim'] } }, /two values for `name`/],
  [
    'a field that is far too long',
    { ...whole, fields: { description: 'x'.repeat(5 << 20) } },
    /fields are larger/,
  ],
  [
    'thousands of fields',
    { ...whole, fields: { classifiers: Array.from({ length: 5000 }, () => 'x') } },
    /more parts/,
  ],
  [
    'a path for a file name',
    { ...whole, filename: '../../../etc/demo-1.0-py3-none-any.whl' },
    /not the name of a file/,
  ],
  [
    'a path of Windows for a file name',
    { ...whole, filename: '..\\demo-1.0-py3-none-any.whl' },
    /not the name of a file/,
  ],
  ['a file name of dots', { ...whole, filename: '..' }, /check of the file name/],
  ['a hidden file name', { ...whole, filename: '.demo-1.0.whl' }, /characters other than/],
  [
    'a file name in Cyrillic',
    { ...whole, filename: 'd\u0435mo-1.0-py3-none-any.whl' },
    /characters other than/,
  ],
  [
    'a script for a file name',
    { ...whole, filename: '<script>-1.0-py3-none-any.whl' },
    /characters other than/,
  ],
  ['a file name with spaces', { ...whole, filename: 'demo 1.0-py3-none-any.whl' }, /characters other than/],
  [
    'a file name without end',
    { ...whole, filename: `${'a'.repeat(300)}-1.0-py3-none-any.whl` },
    /characters, and may have/,
  ],
  ['a Windows installer', { ...whole, filename: 'demo-1.0.exe' }, /is no wheel/],
  ['a page', { ...whole, filename: 'demo-1.0.html' }, /is no wheel/],
  [
    'thousands of tags',
    {
      ...whole,
      filename: `demo-1.0-${Array.from({ length: 12 }, (_, i) => `p${i}`).join('.')}-${Array.from({ length: 12 }, (_, i) => `a${i}`).join('.')}-${Array.from({ length: 12 }, (_, i) => `l${i}`).join('.')}.whl`,
    },
    /more than 1000 tags/,
  ],
];

const all = [...archives, ...wheels, ...others, ...forms];

test('there are enough of them', () => {
  expect(all.length).toBeGreaterThanOrEqual(100);
});

test.each(all)('refuses %s', async (_, order, pattern) => {
  const { status, text, reason } = await upload(repository.url, { token, ...order });
  expect({ status, text }).toEqual({ status: 400, text: expect.stringMatching(pattern) as string });
  expect(text).toMatch(/^Refused by the check of the /);
  // Twine and poetry show the reason phrase and nothing else.
  expect(reason).toMatch(/^Refused by the check of the /);
});

test('refuses a file that is larger than it may be, told before or found out', async () => {
  const bytes = Buffer.alloc(4 << 20);
  const { status, text } = await upload(repository.url, { token, filename: wheelName(), bytes });
  expect([status, text]).toEqual([413, expect.stringMatching(/^Refused by the check of the size/)]);
  const head = await sendRaw(
    'POST /legacy/ HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n' +
      `Authorization: Bearer ${token}\r\nContent-Length: 99999999999\r\n\r\n--b\r\n`,
  );
  expect(head).toMatch(/^HTTP\/1\.1 413 Refused by the check of the size/);
});

test.each([
  ['no form', 'Content-Type: application/json', '{}', /form of the type multipart/],
  ['a form without a boundary', 'Content-Type: multipart/form-data', '--x--', /can't be read/],
  ['an empty form', 'Content-Type: multipart/form-data; boundary=b', '', /can't be read|`:action`/],
  [
    'a form without its end',
    'Content-Type: multipart/form-data; boundary=b',
    '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\ndemo',
    /can't be read/,
  ],
  [
    'a form of headers',
    'Content-Type: multipart/form-data; boundary=b',
    `--b\r\n${'X: y\r\n'.repeat(5000)}\r\n\r\n--b--`,
    /no field|`:action`|can't be read/,
  ],
])('refuses %s', async (...[, header, body, pattern]) => {
  const answer = await sendRaw(
    `POST /legacy/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n${header}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 400/);
  expect(answer).toMatch(pattern);
});

test('an upload that ends in the middle leaves nothing', async () => {
  const body =
    '--b\r\nContent-Disposition: form-data; name="content"; filename="demo-1.0-py3-none-any.whl"\r\n\r\nPK';
  const request =
    'POST /legacy/ HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n' +
    `Authorization: Bearer ${token}\r\nContent-Length: 1000000\r\n\r\n${body}`;
  const sockets = await Promise.all(Array.from({ length: 20 }, () => openRaw(request)));
  await expect.poll(() => temporaryFiles().length).toBe(20);
  for (const socket of sockets) socket.destroy();
  await expect.poll(() => temporaryFiles()).toEqual([]);
});

test('a slow upload holds up nobody', async () => {
  const socket = await openRaw(
    `POST /legacy/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b`,
  );
  const { status } = await upload(repository.url, {
    token,
    filename: 'quick-1.0-py3-none-any.whl',
    bytes: rawWheel({ name: 'quick' }),
  });
  expect(status).toBe(200);
  socket.destroy();
});

test('of several uploads under one name at once one is taken, whatever their bytes', async () => {
  const parts: RawWheel = { name: 'race', version: '1.0' };
  const contents = Array.from({ length: 12 }, (_, index) =>
    rawWheel({ ...parts, entries: [{ name: 'x.py', content: `${index}` }] }),
  );
  const answers = await Promise.all(
    contents.map((bytes) => upload(repository.url, { token, filename: wheelName(parts), bytes })),
  );
  expect(answers.map(({ status }) => status).sort((one, other) => one - other)).toEqual([
    200,
    ...Array.from({ length: 11 }, () => 409),
  ]);
  const winner = contents[answers.findIndex(({ status }) => status === 200)] ?? Buffer.alloc(0);
  const again = await Promise.all(
    Array.from({ length: 6 }, () =>
      upload(repository.url, { token, filename: wheelName(parts), bytes: winner }),
    ),
  );
  expect(again.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
  const otherSpelling = {
    filename: 'Race-1.0.0-py3-none-any.whl',
    bytes: rawWheel({ name: 'Race', version: '1.0.0' }),
  };
  const spelled = await upload(repository.url, { token, ...otherSpelling });
  expect([spelled.status, spelled.text]).toEqual([
    409,
    expect.stringContaining('as `race-1.0-py3-none-any.whl`'),
  ]);
});

test('HTML and scripts in metadata are stored, and show up nowhere as such', async () => {
  const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'"&lt;`;
  const fields = [
    'Summary',
    'Keywords',
    'Home-page',
    'Author',
    'Author-email',
    'License',
    'Platform',
    'Classifier',
    'Project-URL',
    'Maintainer',
    'Download-URL',
  ];
  const parts: RawWheel = {
    name: 'evil',
    headers: [
      ...fields.map((field) => `${field}: ${evil}`),
      'Project-URL: x, javascript:alert(1)',
      'Requires-Dist: a; python_version > "3"',
    ],
  };
  const { status } = await upload(repository.url, { token, ...wheel(parts), fields: { summary: evil } });
  expect(status).toBe(200);
  const yanked = await fetch(`${repository.url}api/projects/evil/versions/1.0/yank`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ reason: evil }),
  });
  expect(yanked.status).toBe(200);
  for (const path of ['staging/simple/evil/', 'staging/simple/', 'staging/links/', 'dev/']) {
    const page = await fetch(repository.url + path, { headers: { accept: 'text/html' } });
    const text = await page.text();
    expect(text).not.toMatch(/<script|<img|javascript:/);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  }
  const page = await (await fetch(`${repository.url}staging/simple/evil/`)).text();
  const [, href = ''] = /href="\.\.\/\.\.\/\.\.\/([^"#]+)/.exec(page) ?? [];
  const sibling = await fetch(`${repository.url}${href}.metadata`);
  expect(sibling.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(sibling.headers.get('content-security-policy')).toContain('sandbox');
  expect(await sibling.text()).toContain(evil);
});

test('a path in a request stays in the repository', async () => {
  for (const path of [
    '/files/../../etc/passwd',
    '/files/..%2f..%2f..%2fetc%2fpasswd',
    '/files/aa/../../records.sqlite',
    `/files/${goodHash.slice(0, 2)}/${goodHash}/..%2f..%2frecords.sqlite`,
    '/simple/..%2f..%2fetc/',
    '/simple/%00/',
    '/simple/<script>/',
    '//etc/passwd',
    '/%',
  ]) {
    const answer = await sendRaw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer, path).toMatch(/^HTTP\/1\.1 (?:400|404) /);
    expect(answer).not.toMatch(/root:|SQLite format/);
    if (answer.includes('<script')) expect(answer).toMatch(/content-type: text\/plain[^]*nosniff/i);
  }
});

test('a page of another site changes nothing', async () => {
  const headers = { authorization: `Bearer ${token}` };
  const url = `${repository.url}api/projects/evil/versions/1.0/promote`;
  for (const more of [
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ]) {
    const answer = await fetch(url, { method: 'POST', headers: { ...headers, ...more } });
    expect(answer.status).toBe(403);
  }
});

test('afterwards the repository holds what was accepted, and nothing is lying about', async () => {
  expect(temporaryFiles()).toEqual([]);
  const check = await workspace.run(['serve', '--data', repository.directory, '--check']);
  expect(check.stdout).toMatch(/^3 files, .* KB: all fit their records\n$/);
  const { projects } = (await (await fetch(`${repository.url}api/projects`)).json()) as {
    projects: { name: string }[];
  };
  expect(projects.map(({ name }) => name)).toEqual(['evil', 'quick', 'race']);
  expect(repository.output()).not.toMatch(/ ERROR |^ +at .*\.js:/m);
  expect((await fetch(`${repository.url}health`)).status).toBe(200);
});

function temporaryFiles(): string[] {
  return readdirSync(join(repository.directory, 'tmp'));
}

async function openRaw(text: string): Promise<Socket> {
  const { port, hostname } = new URL(repository.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

/** What the server says to these bytes, until it ends the connection or two seconds are over. */
async function sendRaw(text: string): Promise<string> {
  const socket = await openRaw(text);
  const pieces: string[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece.toString('latin1')));
  await Promise.race([once(socket, 'close'), sleep(2000)]);
  socket.destroy();
  return pieces.join('');
}
