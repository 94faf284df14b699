// Tar archives as Python's tarfile writes them, in every compression; hostile ones; and our own, read back by tarfile.

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  collectMembers,
  createTar,
  createZip,
  extractArchive,
  extractTar,
  gzipFile,
  memberOf,
  openZip,
} from './index.ts';
import type { NewMember } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'clutch-tar-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const prelude = `
import io, sys, tarfile
def add(archive, name, content=b'', **fields):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in fields.items():
        setattr(info, key, value)
    archive.addfile(info, io.BytesIO(content))
`;

const wanted: { path: string; mode: string; body: string }[] = [];

/** The path of a tar that Python makes before the tests run: `body` has `archive` and `add` at hand. */
function pythonTar(name: string, mode: string, body: string): string {
  const path = join(root, name);
  wanted.push({ path, mode, body });
  return path;
}

beforeAll(() => {
  const script = `${prelude}
import json
for item in json.load(sys.stdin):
    with tarfile.open(item['path'], item['mode']) as archive:
        exec(item['body'])
`;
  execFileSync('python3', ['-c', script], { input: JSON.stringify(wanted) });
});

const sample = `
add(archive, 'demo-1.0', type=tarfile.DIRTYPE, mode=0o755)
add(archive, 'demo-1.0/setup.py', b'print(1)' * 40000, mode=0o4755)
add(archive, 'demo-1.0/' + 'deep/' * 30 + 'file.txt', b'long name')
add(archive, 'demo-1.0/\\u00e9t\\u00e9.txt', b'summer', mode=0o600)
add(archive, 'demo-1.0/link', type=tarfile.SYMTYPE, linkname='setup.py')
add(archive, 'demo-1.0/hard', type=tarfile.LNKTYPE, linkname='demo-1.0/setup.py')
add(archive, './demo-1.0/dotted.txt', b'dot')
`;

const variants: [string, string][] = [
  ['plain.tar', 'w'],
  ['sample.tar.gz', 'w:gz'],
  ['sample.tgz', 'w:gz'],
  ['sample.tar.bz2', 'w:bz2'],
  ['sample.tar.xz', 'w:xz'],
];

const extracted = variants.map(([name, mode]): [string, string] => [name, pythonTar(name, mode, sample)]);

test.each(extracted)('extracts %s', async (name, path) => {
  const target = join(root, `out-${name}`);
  const files = await extractTar(path, target, { hash: true });
  const demo = join(target, 'demo-1.0');
  expect(readFileSync(join(demo, 'setup.py'), 'utf8')).toBe('print(1)'.repeat(40_000));
  expect(lstatSync(join(demo, 'setup.py')).mode & 0o7777).toBe(0o755 & ~process.umask());
  expect(lstatSync(join(demo, 'été.txt')).mode & 0o7777).toBe(0o644 & ~process.umask());
  expect(readFileSync(join(demo, 'deep/'.repeat(30), 'file.txt'), 'utf8')).toBe('long name');
  expect(readlinkSync(join(demo, 'link'))).toBe('setup.py');
  expect(lstatSync(join(demo, 'hard')).nlink).toBe(1);
  expect(readFileSync(join(demo, 'hard')).equals(readFileSync(join(demo, 'setup.py')))).toBe(true);
  expect(files.map((file) => file.path)).toContain('demo-1.0/dotted.txt');
  expect(files.every((file) => file.sha256?.length === 64)).toBe(true);
});

test('extracts zstd, and a zip under any name', async () => {
  const plain = readFileSync(join(root, 'plain.tar'));
  const path = join(root, 'sample.tar.zst');
  writeFileSync(path, zstdCompressSync(plain));
  expect(await extractArchive(path, join(root, 'out-zstd'))).toHaveLength(5);
  const zip = join(root, 'zip-inside.tar.gz');
  writeFileSync(zip, createZip([memberOf('a.py', 'x')]));
  expect(await extractArchive(zip, join(root, 'out-zip'))).toMatchObject([{ path: 'a.py', size: 1 }]);
});

test('renames and leaves out while extracting', async () => {
  const path = join(root, 'sample.tar.gz');
  const rename = (name: string): string | undefined => (name.endsWith('.txt') ? undefined : name.slice(9));
  const files = await extractTar(path, join(root, 'out-rename'), { rename });
  expect(files.map((file) => file.path)).toEqual(['setup.py', 'hard']);
});

const same = pythonTar('same.tar', 'w', `add(archive, 'a', b'one')\nadd(archive, 'a', b'one')`);
const other = pythonTar('other.tar', 'w', `add(archive, 'a', b'one')\nadd(archive, 'a', b'two')`);

test('accepts a file that is there twice when it is the same', async () => {
  expect(await extractTar(same, join(root, 'out-same'))).toHaveLength(1);
  await expect(extractTar(other, join(root, 'out-other'))).rejects.toThrow(/two different files/);
});

const hostile: [string, string, RegExp][] = [
  ['a name that climbs', `add(archive, '../x', b'x')`, /leaves the tree/],
  ['an absolute name', `add(archive, '/x', b'x')`, /absolute/],
  ['a backslash', `add(archive, 'a\\\\x', b'x')`, /backslash/],
  ['a long name that climbs', `add(archive, 'a/' * 80 + '../' * 81 + 'x', b'x')`, /leaves the tree/],
  ['a link that climbs', `add(archive, 'a/l', type=tarfile.SYMTYPE, linkname='../../x')`, /out of the tree/],
  ['an absolute link', `add(archive, 'l', type=tarfile.SYMTYPE, linkname='/etc')`, /points to/],
  [
    'a file through a link',
    `add(archive, 'l', type=tarfile.SYMTYPE, linkname='d')\nadd(archive, 'l/x', b'x')`,
    /below a file or link/,
  ],
  [
    'a file in place of a link',
    `add(archive, 'l', type=tarfile.SYMTYPE, linkname='d')\nadd(archive, 'l', b'x')`,
    /link and a file/,
  ],
  [
    'a hard link to outside',
    `add(archive, 'l', type=tarfile.LNKTYPE, linkname='../../etc/passwd')`,
    /leaves the tree/,
  ],
  [
    'a hard link to nothing',
    `add(archive, 'l', type=tarfile.LNKTYPE, linkname='nothing')`,
    /no file before it/,
  ],
  [
    'a hard link to a link',
    `add(archive, 's', type=tarfile.SYMTYPE, linkname='d')\nadd(archive, 'l', type=tarfile.LNKTYPE, linkname='s')`,
    /no file before it/,
  ],
  ['a device', `add(archive, 'd', type=tarfile.CHRTYPE)`, /character-device/],
  ['a fifo', `add(archive, 'd', type=tarfile.FIFOTYPE)`, /fifo/],
  ['a sparse file', `add(archive, 's', b'x', pax_headers={'GNU.sparse.major': '1'})`, /sparse/],
];

const hostileFiles = hostile.map(([label, body, reason]): [string, string, RegExp] => [
  label,
  pythonTar(`${label.replaceAll(' ', '-')}.tar.gz`, 'w:gz', body),
  reason,
]);

test.each(hostileFiles)('refuses %s', async (label, path, reason) => {
  const target = join(root, 'hostile', label.replaceAll(' ', '-'));
  mkdirSync(join(root, 'hostile'), { recursive: true });
  await expect(extractTar(path, target)).rejects.toThrow(reason);
  expect(existsSync(join(root, 'hostile', 'x'))).toBe(false);
});

test('refuses what is cut short or changed', async () => {
  const bytes = readFileSync(join(root, 'sample.tar.gz'));
  const path = join(root, 'broken.tar.gz');
  writeFileSync(path, bytes.subarray(0, bytes.length - 40));
  await expect(extractTar(path, join(root, 'cut'))).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' });
  const plain = gunzipSync(bytes);
  writeFileSync(path, gzipSync(plain.subarray(0, 20_000)));
  await expect(extractTar(path, join(root, 'cut2'))).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' });
  plain.write('evil', 0);
  writeFileSync(path, gzipSync(plain));
  await expect(extractTar(path, join(root, 'cut3'))).rejects.toThrow(/checksum/);
  writeFileSync(path, '<html>not found</html>'.repeat(100));
  await expect(extractTar(path, join(root, 'cut4'))).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' });
});

test.each(['bz2', 'xz'])('refuses a .%s file that is cut short', async (kind) => {
  const bytes = readFileSync(join(root, `sample.tar.${kind}`));
  const path = join(root, `broken.tar.${kind}`);
  writeFileSync(path, bytes.subarray(0, bytes.length - 60));
  await expect(extractTar(path, join(root, `cut-${kind}`))).rejects.toMatchObject({
    code: 'ARCHIVE_DAMAGED',
  });
});

const bomb = pythonTar('bomb.tar.gz', 'w:gz', `add(archive, 'a', b'\\0' * 3_000_000)`);
const many = pythonTar('many.tar.gz', 'w:gz', `for index in range(9): add(archive, str(index))`);

test('refuses more bytes or entries than the limits allow, before writing them', async () => {
  const limits = { maximumBytes: 1_000_000 };
  await expect(extractTar(bomb, join(root, 'bomb'), { limits })).rejects.toThrow(/holds more than/);
  expect(existsSync(join(root, 'bomb', 'a'))).toBe(false);
  await expect(extractTar(many, join(root, 'many'), { limits: { maximumEntries: 8 } })).rejects.toThrow(
    /entries/,
  );
});

test('a missing file is an error of the file system', async () => {
  await expect(extractTar(join(root, 'nowhere.tar.gz'), join(root, 'nothing'))).rejects.toMatchObject({
    code: 'ENOENT',
  });
});

const members: NewMember[] = [
  memberOf('pkg/b.py', 'b = 1\n'),
  memberOf('pkg/a.py', 'text '.repeat(5000)),
  memberOf('bin/run', '#!/bin/sh\n', 0o755),
  memberOf(`${'long-directory-name/'.repeat(12)}é.txt`, 'unicode'),
  { path: 'pkg/sub', kind: 'directory', mode: 0o755, size: 0, read: () => new Uint8Array() },
  { path: 'pkg/link', kind: 'symlink', mode: 0o755, size: 4, read: () => Buffer.from('b.py') },
];

test.each(['none', 'gzip', 'zstd'] as const)(
  'writes the same tar (%s) for the same members, in any order',
  async (kind) => {
    const first = await createTar(members, kind);
    const second = await createTar([...members].reverse(), kind);
    expect(first.equals(second)).toBe(true);
    if (kind === 'gzip') expect(first.subarray(0, 10).toString('hex')).toBe('1f8b08000000000002ff');
    const path = join(root, `written.${kind}`);
    writeFileSync(path, first);
    const files = await extractTar(path, join(root, `written-out-${kind}`));
    expect(files.map((file) => file.path)).toEqual([
      'bin/run',
      expect.stringContaining('é.txt'),
      'pkg/a.py',
      'pkg/b.py',
    ]);
  },
);

test('Python reads our tar and our zip', async () => {
  const tar = join(root, 'ours.tar.gz');
  const zip = join(root, 'ours.zip');
  writeFileSync(tar, await createTar(members, 'gzip'));
  writeFileSync(zip, createZip(members));
  const script = `
import json, sys, tarfile, zipfile
with tarfile.open(sys.argv[1]) as archive:
    print(json.dumps([[m.name, oct(m.mode), m.mtime, m.uid, m.gid, m.uname, m.issym(), m.size] for m in archive.getmembers()]))
with zipfile.ZipFile(sys.argv[2]) as archive:
    assert archive.testzip() is None
    print(json.dumps([[i.filename, oct(i.external_attr >> 16), list(i.date_time), i.file_size] for i in archive.infolist()]))
`;
  const output = execFileSync('python3', ['-c', script, tar, zip], { encoding: 'utf8' });
  expect(output.replaceAll('], [', '],\n[')).toMatchInlineSnapshot(`
    "[["bin/run", "0o755", 1577836800, 0, 0, "", false, 10],
    ["long-directory-name/long-directory-name/long-directory-name/long-directory-name/long-directory-name/long-directory-name/long-directory-name/long-directory-name/long-directory-name/long-directory-name/long-directory-name/long-directory-name/\\u00e9.txt", "0o644", 1577836800, 0, 0, "", false, 7],
    ["pkg/a.py", "0o644", 1577836800, 0, 0, "", false, 25000],
    ["pkg/b.py", "0o644", 1577836800, 0, 0, "", false, 6],
    ["pkg/link", "0o755", 1577836800, 0, 0, "", true, 0],
    ["pkg/sub", "0o755", 1577836800, 0, 0, "", false, 0]]
    [["bin/run", "0o100755", [2020, 1, 1, 0, 0, 0], 10],
    ["long-directory-name/long-directory-name/long-directory-name/long-directory-name/long-directory-name/long-directory-name/long-directory-name/long-directory-name/long-directory-name/long-directory-name/long-directory-name/long-directory-name/\\u00e9.txt", "0o100644", [2020, 1, 1, 0, 0, 0], 7],
    ["pkg/a.py", "0o100644", [2020, 1, 1, 0, 0, 0], 25000],
    ["pkg/b.py", "0o100644", [2020, 1, 1, 0, 0, 0], 6],
    ["pkg/link", "0o120755", [2020, 1, 1, 0, 0, 0], 4],
    ["pkg/sub/", "0o40755", [2020, 1, 1, 0, 0, 0], 0]]
    "
  `);
});

test('a directory is collected and packed the same way twice', async () => {
  const directory = join(root, 'collect');
  mkdirSync(join(directory, 'sub/empty'), { recursive: true });
  writeFileSync(join(directory, 'sub/x.py'), 'x');
  writeFileSync(join(directory, 'run'), '#!', { mode: 0o700 });
  const collected = collectMembers(directory, 'demo-1.0');
  expect(collected.map((member) => `${member.mode.toString(8)} ${member.path}`)).toEqual([
    '755 demo-1.0',
    '755 demo-1.0/run',
    '755 demo-1.0/sub',
    '755 demo-1.0/sub/empty',
    '644 demo-1.0/sub/x.py',
  ]);
  const zip = openZip(createZip(collected));
  expect(zip.entries.map((entry) => entry.path)).toEqual(collected.map((member) => member.path));
});

test('a .tar.gz with a file that was compressed before is the same archive, and the same each time', async () => {
  for (const size of [0, 1, 511, 512, 100_000]) {
    const path = join(root, 'large');
    writeFileSync(path, Buffer.alloc(size, 'large '));
    const before = `${'a/'.repeat(60)}before`;
    const plain = [
      memberOf(before, 'before'),
      { ...memberOf('m/large', readFileSync(path), 0o755), gzipped: () => gzipFile(path) },
      memberOf('n', 'after'),
    ];
    const archive = await createTar(plain, 'gzip');
    expect(await createTar(plain, 'gzip')).toEqual(archive);
    const whole = await createTar(
      plain.map(({ gzipped: _gzipped, ...member }: NewMember) => member),
      'none',
    );
    expect(gunzipSync(archive).equals(whole)).toBe(true);
    expect(archive[9]).toBe(255);
  }
});
