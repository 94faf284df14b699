// A table of archives that lie, climb or bomb: none of them may be opened, or read, without a refusal.

import { deflateRawSync } from 'node:zlib';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rawZip, zip64Extra, type RawEntry } from '../../test/support/raw-zip.ts';
import { extractZip, openZip } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'clutch-hostile-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const link = (name: string, target: string): RawEntry => ({ name, content: target, mode: 0o120777 });
const overlong = Buffer.alloc(200_000);

const hostile: [string, Buffer, RegExp][] = [
  ['a name that climbs', rawZip([{ name: '../x' }]), /leaves the tree/],
  ['a name that climbs inside', rawZip([{ name: 'a/../../x' }]), /leaves the tree/],
  ['a name that climbs and stays', rawZip([{ name: 'a/../b' }]), /leaves the tree/],
  ['a bare dot-dot', rawZip([{ name: '..' }]), /leaves the tree/],
  ['a dot', rawZip([{ name: '.' }]), /no name for a file/],
  ['an absolute name', rawZip([{ name: '/etc/x' }]), /absolute/],
  ['a drive letter', rawZip([{ name: 'C:/x' }]), /drive letter/],
  ['a backslash', rawZip([{ name: 'a\\..\\x' }]), /backslash/],
  ['a NUL', rawZip([{ name: 'a\0.py' }]), /NUL/],
  ['an empty name', rawZip([{ name: '' }]), /empty name/],
  ['a name twice', rawZip([{ name: 'a' }, { name: 'a' }]), /occurs twice/],
  ['a name twice after normalising', rawZip([{ name: 'd/a' }, { name: './d//a' }]), /occurs twice/],
  ['a name twice in two Unicode forms', rawZip([{ name: '\u00e9' }, { name: 'e\u0301' }]), /occurs twice/],
  ['a file that is also a directory', rawZip([{ name: 'a' }, { name: 'a/b' }]), /lies below a file/],
  ['a directory that is also a file', rawZip([{ name: 'a/b' }, { name: 'a' }]), /occurs twice/],
  [
    'a directory twice',
    rawZip([
      { name: 'a/', content: '' },
      { name: 'a/', content: '' },
    ]),
    /occurs twice/,
  ],
  ['a directory with content', rawZip([{ name: 'a/', content: 'x' }]), /has content/],
  ['a link with a directory name', rawZip([{ ...link('a/', ''), content: '' }]), /directory's name/],
  ['a device', rawZip([{ name: 'a', mode: 0o020644 }]), /neither a file/],
  ['a fifo', rawZip([{ name: 'a', mode: 0o010644 }]), /neither a file/],
  ['encryption', rawZip([{ name: 'a', flags: 0x801 }]), /encrypted/],
  ['masked headers', rawZip([{ name: 'a', flags: 0x2800 }]), /encrypted/],
  ['bzip2 inside', rawZip([{ name: 'a', method: 12 }]), /method 12/],
  ['two entries over the same bytes', rawZip([{ name: 'a' }, { name: 'b', offset: 0 }]), /overlaps/],
  [
    'an entry inside another',
    rawZip([
      { name: 'a', content: overlong },
      { name: 'b', offset: 40 },
    ]),
    /overlaps/,
  ],
  [
    'a compressed size into the directory',
    rawZip([{ name: 'a', method: 8, compressedSize: 900 }]),
    /overlaps/,
  ],
  [
    'a local extra field that shifts the data',
    rawZip([{ name: 'a', localExtra: Buffer.alloc(4) }, { name: 'b' }], {}).fill(200, 28, 29),
    /overlaps|after its end|differs/,
  ],
  [
    'another name in the local header',
    rawZip([{ name: 'a.py', localName: 'b.py' }]),
    /differs from the directory/,
  ],
  ['a longer name in the local header', rawZip([{ name: 'a.py', localName: 'a.py.py' }]), /differs|overlaps/],
  ['another method in the local header', rawZip([{ name: 'a', method: 8, localMethod: 0 }]), /differs/],
  [
    'more bytes than declared',
    rawZip([{ name: 'a', method: 8, content: overlong, size: 5 }]),
    /inflates to more/,
  ],
  [
    'fewer bytes than declared',
    rawZip([{ name: 'a', method: 8, content: 'abc', size: 500 }]),
    /declares 500 bytes/,
  ],
  [
    'no bytes declared, some inside',
    rawZip([{ name: 'a', method: 8, content: 'abc', size: 0 }]),
    /declares 0|more than the 0/,
  ],
  ['a stored size that lies', rawZip([{ name: 'a', content: 'abc', size: 9 }]), /two sizes/],
  ['a wrong checksum', rawZip([{ name: 'a', content: 'abc', crc: 1 }]), /checksum/],
  [
    'a deflate stream of nonsense',
    rawZip([{ name: 'a', method: 8, data: Buffer.from('ffffff', 'hex') }]),
    /does not inflate/,
  ],
  [
    'a deflate stream cut short',
    rawZip([{ name: 'a', method: 8, data: deflateRawSync(Buffer.from('abcabc'.repeat(9))).subarray(0, 5) }]),
    /does not inflate/,
  ],
  ['bytes after the end', rawZip([{ name: 'a' }], { after: Buffer.from('zz') }), /bytes after its end/],
  [
    'an end record inside the comment',
    rawZip([{ name: 'a' }], { comment: `PK\u0005\u0006${'y'.repeat(30)}` }),
    /bytes after its end/,
  ],
  ['bytes before the end record', rawZip([{ name: 'a' }], { between: Buffer.from('zz') }), /not where/],
  [
    'bytes before the archive',
    Buffer.concat([Buffer.from('#!/bin/sh\n'), rawZip([{ name: 'a' }])]),
    /not where/,
  ],
  ['a directory that starts elsewhere', rawZip([{ name: 'a' }], { startShift: -1 }), /not where/],
  [
    'a directory longer than declared',
    rawZip([{ name: 'a' }, { name: 'b' }], { count: 1 }),
    /more than the entries/,
  ],
  ['more entries declared than there are', rawZip([{ name: 'a' }], { count: 2 }), /cut short|too short/],
  ['several disks', rawZip([{ name: 'a' }], { disk: 1 }), /several disks/],
  ['no end record', rawZip([{ name: 'a' }]).subarray(0, -1), /no end record/],
  ['an HTML page', Buffer.from('<html>'.repeat(20)), /no end record/],
  ['nothing', Buffer.alloc(0), /too short/],
  [
    'zip64 sizes that are missing',
    rawZip([{ name: 'a', size: 0xffffffff, compressedSize: 0xffffffff, centralExtra: zip64Extra(1n) }]),
    /zip64 sizes|two sizes/,
  ],
  [
    'zip64 sizes beyond reason',
    rawZip([
      {
        name: 'a',
        size: 0xffffffff,
        compressedSize: 0xffffffff,
        centralExtra: zip64Extra(1n << 62n, 1n << 62n),
      },
    ]),
    /impossible size/,
  ],
  [
    'a zip64 bomb of declared bytes',
    rawZip([{ name: 'a', method: 8, size: 0xffffffff, centralExtra: zip64Extra(1n << 40n) }]),
    /holds more than/,
  ],
  ['a link that climbs', rawZip([link('a/l', '../../x')]), /points out of the tree/],
  ['a link that climbs late', rawZip([link('l', 'a/../../x')]), /points out of the tree/],
  ['an absolute link', rawZip([link('l', '/etc/passwd')]), /points to/],
  ['an empty link', rawZip([link('l', '')]), /points to/],
  ['a file below a link', rawZip([link('l', 'd'), { name: 'l/x' }]), /lies below a file or link/],
];

test.each(hostile)('refuses %s', (label, bytes, reason) => {
  const target = join(root, label.replaceAll(' ', '-'));
  expect(() => extractZip(bytes, target)).toThrow(reason);
  expect(existsSync(join(root, 'x'))).toBe(false);
});

test('refuses with a code, and names the archive', () => {
  expect(() => openZip(rawZip([{ name: '../x' }]), { name: 'bad-1.0.whl' })).toThrow(
    expect.objectContaining({ code: 'ARCHIVE_REFUSED', message: expect.stringContaining('`bad-1.0.whl`') }),
  );
});

test('refuses more entries or bytes than the limits allow', () => {
  const bytes = rawZip([
    { name: 'a', content: 'abc' },
    { name: 'b', content: 'abc' },
  ]);
  expect(() => openZip(bytes, { limits: { maximumEntries: 1 } })).toThrow(/more than 1 entries/);
  expect(() => openZip(bytes, { limits: { maximumBytes: 5 } })).toThrow(/more than 5 bytes/);
});

test('a link through another link stays inside', () => {
  const target = join(root, 'links');
  // After normalising, `..` can stand only in front, where it means real directories.
  extractZip(rawZip([{ name: 'z/f' }, link('x/y/b', '../../z'), link('c', 'x/y/b/../../q')]), target);
  expect(readdirSync(join(target, 'x/y/b'))).toEqual(['f']);
  expect(existsSync(join(target, 'c'))).toBe(false);
});

test('refuses to write over what exists below the target', () => {
  const target = join(root, 'twice');
  extractZip(rawZip([{ name: 'a' }]), target);
  expect(() => extractZip(rawZip([{ name: 'a' }]), target)).toThrow(/exists already/);
});
