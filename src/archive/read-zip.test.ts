// What Python's zipfile writes is read alike by us, by yauzl and by zipfile itself.

import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRangeSource, extractZip, MissingRange, openZip } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'clutch-zip-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const archive = join(root, 'sample.zip');
let listing: Record<string, { size: number; sha256: string; mode: number }>;

const script = `
import hashlib, json, random, sys, zipfile
random.seed(7)
path = sys.argv[1]
with zipfile.ZipFile(path, 'w') as archive:
    for index in range(60):
        content = random.randbytes(random.choice([0, 1, 100, 5000])) + b'text ' * random.choice([0, 3, 9000])
        info = zipfile.ZipInfo('pkg%d/module_%d.py' % (index % 7, index), (2024, 5, 6, 7, 8, 10))
        info.compress_type = random.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
        info.external_attr = (0o100755 if index % 5 == 0 else 0o100644) << 16
        archive.writestr(info, content)
    archive.writestr(zipfile.ZipInfo('empty/'), b'')
    archive.writestr('na\\u00efve/\\u4e2d.txt', b'unicode')
    with archive.open(zipfile.ZipInfo('large-header.bin'), 'w', force_zip64=True) as out:
        out.write(b'zip64 in the local header')
    archive.comment = b'a comment'
with zipfile.ZipFile(path) as archive:
    print(json.dumps({info.filename: {'size': info.file_size, 'mode': info.external_attr >> 16 & 0o777,
        'sha256': hashlib.sha256(archive.read(info)).hexdigest()} for info in archive.infolist()}))
`;

beforeAll(() => {
  listing = JSON.parse(
    execFileSync('python3', ['-c', script, archive], { encoding: 'utf8' }),
  ) as typeof listing;
});

const sha256 = (bytes: Buffer): string => hash('sha256', bytes, 'hex');

test('reads the same entries and bytes as zipfile', () => {
  const zip = openZip(archive);
  const ours = zip.entries.map((entry) => [
    entry.name,
    { size: entry.size, mode: entry.mode, sha256: sha256(zip.read(entry)) },
  ]);
  expect(Object.fromEntries(ours)).toEqual(listing);
  zip.close();
});

test('reads the same entries and bytes as yauzl', async () => {
  const theirs = new Map<string, string>();
  const file = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(archive, {
    lazyEntries: true,
  });
  const openStream = promisify<yauzl.Entry, NodeJS.ReadableStream>(file.openReadStream.bind(file));
  await new Promise<void>((resolve, reject) => {
    file.on('error', reject).on('end', resolve);
    file.on('entry', (entry: yauzl.Entry) => {
      const read = async (): Promise<void> => {
        const chunks: Buffer[] = [];
        if (!entry.fileName.endsWith('/'))
          for await (const chunk of await openStream(entry)) chunks.push(chunk as Buffer);
        theirs.set(entry.fileName, sha256(Buffer.concat(chunks)));
        file.readEntry();
      };
      read().catch(reject);
    });
    file.readEntry();
  });
  const zip = openZip(readFileSync(archive));
  expect(new Map(zip.entries.map((entry) => [entry.name, sha256(zip.read(entry))]))).toEqual(theirs);
});

test('extracts files, empty directories and modes', () => {
  const target = join(root, 'out');
  const files = extractZip(archive, target, { hash: true });
  for (const file of files) {
    const expected = listing[file.from];
    expect(file.sha256).toBe(expected?.sha256);
    expect(sha256(readFileSync(join(target, file.path)))).toBe(expected?.sha256);
    expect(statSync(join(target, file.path)).mode & 0o111).toBe(
      (expected?.mode ?? 0) & 0o111 & ~process.umask(),
    );
  }
  expect(files).toHaveLength(Object.keys(listing).length - 1);
  expect(statSync(join(target, 'empty')).isDirectory()).toBe(true);
});

test('renames and leaves out while extracting, and checks the new names', () => {
  const target = join(root, 'renamed');
  const rename = (path: string): string | undefined =>
    path.startsWith('pkg1/') ? `lib/${path.slice(5)}` : undefined;
  const files = extractZip(archive, target, { rename });
  expect(files.every((file) => file.path.startsWith('lib/') && file.from.startsWith('pkg1/'))).toBe(true);
  expect(() => extractZip(archive, join(root, 'bad'), { rename: () => 'same' })).toThrow(/occurs twice/);
  expect(() => extractZip(archive, join(root, 'bad2'), { rename: (path) => `../${path}` })).toThrow(
    /leaves the tree/,
  );
});

test('reads one entry from fetched ranges only', () => {
  const { size } = statSync(archive);
  const source = createRangeSource(size);
  const file = openSync(archive, 'r');
  let fetched = 0;
  const withRanges = <T>(action: () => T): T => {
    for (;;) {
      try {
        return action();
      } catch (error) {
        if (!(error instanceof MissingRange)) throw error;
        const bytes = Buffer.alloc(error.end - error.start);
        readSync(file, bytes, 0, bytes.length, error.start);
        source.add(error.start, bytes);
        fetched += bytes.length;
      }
    }
  };
  const zip = withRanges(() => openZip(source, { name: 'sample.zip' }));
  const bytes = withRanges(() => zip.read('large-header.bin'));
  closeSync(file);
  expect(bytes.toString()).toBe('zip64 in the local header');
  expect(fetched).toBeLessThan(size / 2 + 66_000);
});

test('reads code page 437 as zipfile does', () => {
  const path = join(root, 'cp437.zip');
  const make = `
import zipfile, sys
with zipfile.ZipFile(sys.argv[1], 'w') as archive:
    archive.writestr('XXX.txt', b'old')
data = open(sys.argv[1], 'rb').read().replace(b'XXX', bytes([0x81, 0xe1, 0x9b]))
open(sys.argv[1], 'wb').write(data)
print(zipfile.ZipFile(sys.argv[1]).namelist()[0].encode('unicode_escape').decode())
`;
  const theirs = execFileSync('python3', ['-c', make, path], { encoding: 'utf8' }).trim();
  const zip = openZip(path);
  expect(zip.entries[0]?.name).toBe('üß¢.txt');
  expect(theirs).toBe(String.raw`\xfc\xdf\xa2.txt`);
  expect(zip.read('üß¢.txt').toString()).toBe('old');
});

test('reads an archive with a zip64 end record', () => {
  const path = join(root, 'many.zip');
  const make = `
import zipfile, sys
with zipfile.ZipFile(sys.argv[1], 'w') as archive:
    for index in range(66000):
        archive.writestr('f%d' % index, b'')
`;
  execFileSync('python3', ['-c', make, path]);
  const zip = openZip(path);
  expect(zip.entries).toHaveLength(66_000);
  expect(zip.read('f65999')).toHaveLength(0);
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 22 - 20 - 56 + 32) + 1, bytes.length - 22 - 20 - 56 + 32);
  writeFileSync(path, bytes);
  expect(() => openZip(path)).toThrow(/several disks/);
});

test('answers an unknown name with an error that names it', () => {
  expect(() => openZip(archive).read('nothing.py')).toThrow(/has no `nothing.py`/);
  expect(openZip(archive).find('nothing.py')).toBeUndefined();
});
