// Every byte accounted for: archives as honest programs write them pass; those that two readers would read in two ways
// do not (the e2e suite of uploads has many more).

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rawZip } from '../../test/support/raw-zip.ts';
import { checkZipFraming, createZip, memberOf } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'clutch-framing-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const script = `
import io, sys, zipfile
class Pipe(io.RawIOBase):
    def __init__(self): self.data = b''
    def writable(self): return True
    def write(self, data): self.data += bytes(data); return len(data)
def fill(archive, **how):
    archive.writestr('a/', b'')
    archive.writestr('a/b.txt', b'x' * 5000)
    with archive.open('empty.txt', 'w', **how) as file: pass
    with archive.open('c.txt', 'w', **how) as file: file.write(b'y' * 70000)
for name, kind in ('stored', zipfile.ZIP_STORED), ('deflated', zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(f'{name}.zip', 'w', kind) as archive: fill(archive)
    with zipfile.ZipFile(f'{name}-64.zip', 'w', kind) as archive: fill(archive, force_zip64=True)
    pipe = Pipe()
    with zipfile.ZipFile(pipe, 'w', kind) as archive: fill(archive)
    open(f'{name}-piped.zip', 'wb').write(pipe.data)
    pipe = Pipe()
    with zipfile.ZipFile(pipe, 'w', kind) as archive: fill(archive, force_zip64=True)
    open(f'{name}-piped-64.zip', 'wb').write(pipe.data)
with zipfile.ZipFile('comment.zip', 'w') as archive:
    fill(archive)
    archive.comment = b'a comment'
zipfile.ZipFile('nothing.zip', 'w').close()
`;

test('archives of Python, plain, piped, with zip64 and with a comment', () => {
  execFileSync('python3', ['-c', script], { cwd: root });
  for (const name of ['stored', 'deflated']) {
    for (const how of ['', '-64', '-piped', '-piped-64']) checkZipFraming(join(root, `${name}${how}.zip`));
  }
  for (const name of ['comment', 'nothing']) checkZipFraming(join(root, `${name}.zip`));
});

test('our own archives', () => {
  const path = join(root, 'ours.zip');
  writeFileSync(path, createZip([memberOf('a.txt', 'x'), memberOf('b/c.txt', 'y'.repeat(9000))]));
  checkZipFraming(path);
});

test.each([
  ['bytes in front', { before: Buffer.from('MZ') }, /belong to no entry/],
  ['bytes between', { behind: Buffer.from('x') }, /belong to no entry/],
  ['another name', { localName: 'b' }, /another name/],
  ['another size', { localSize: 9 }, /another size/],
  ['another checksum', { localCrc: 9 }, /another checksum/],
])('refuses %s', (name, change, pattern) => {
  const path = join(root, `${name}.zip`);
  writeFileSync(path, rawZip([{ name: 'a', ...change }, { name: 'z' }]));
  expect(() => checkZipFraming(path)).toThrow(pattern);
});
