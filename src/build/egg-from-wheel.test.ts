import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { createZip, memberOf } from '#archive';
import { describePython, findPython } from '#python';
import { eggFromEggFile, eggFromWheel, readWheelMetadata } from './index.ts';
import { writeWheel, type WheelFixture } from './wheel-fixture.ts';

const python = { ...(await describePython(await findPython())), minor: '3.11', platform: 'linux-x86_64' };
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'clutch-egg-'));
});

async function eggOf(fixture: WheelFixture): Promise<{ name: string; files: string[]; directory: string }> {
  const egg = await eggFromWheel(writeWheel(root, fixture), join(root, 'eggs'), python);
  const entries = readdirSync(egg.directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(egg.directory.length + 1))
    .sort();
  return { name: egg.eggName, files, directory: egg.directory };
}

const sample = (files: Record<string, string>): WheelFixture => ({
  project: 'my.pkg',
  version: '1.0',
  files,
});
const info = 'my.pkg-1.0-py3.11-linux-x86_64.dist-info';

test('names the egg and its metadata as zc.buildout does, after METADATA and the platform in use', async () => {
  const egg = await eggOf(sample({ 'my/pkg/__init__.py': '' }));
  expect(egg.name).toBe('my.pkg-1.0-py3.11-linux-x86_64.egg');
  expect(egg.files).toEqual([
    ...['INSTALLER', 'METADATA', 'RECORD', 'REQUESTED', 'WHEEL'].map((name) => `${info}/${name}`),
    'my/pkg/__init__.py',
  ]);
});

test('writes a RECORD that is true to the names in the egg', async () => {
  const egg = await eggOf(sample({ 'my/pkg/__init__.py': 'x = 1\n', 'my_pkg-1.0.data/purelib/more.py': '' }));
  const rows = readFileSync(join(egg.directory, info, 'RECORD'), 'utf8')
    .trimEnd()
    .split('\n');
  expect(rows.map((row) => row.split(',')[0])).toEqual(egg.files);
  expect(rows[0]).toBe('more.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0');
});

test('lets only the library into the egg, not scripts, headers and data', async () => {
  const egg = await eggOf(
    sample({
      'my/pkg/__init__.py': '',
      'my_pkg-1.0.data/scripts/run': '#!python\n',
      'my_pkg-1.0.data/headers/my.h': '',
      'my_pkg-1.0.data/data/share/man/my.1': '',
      'my_pkg-1.0.data/platlib/my/fast.so': '',
    }),
  );
  expect(egg.files.filter((name) => !name.startsWith(info))).toEqual(['my/fast.so', 'my/pkg/__init__.py']);
});

test('takes namespace declarations away where nothing else is in the directory', async () => {
  const declaration = "__import__('pkg_resources').declare_namespace(__name__)\n";
  const egg = await eggOf(
    sample({
      'a/__init__.py': `# namespace\n${declaration}`,
      'a/b/__init__.py': 'from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n',
      'a/b/c/__init__.py': declaration,
      'a/b/c/module.py': '',
      'd/__init__.py': '',
    }),
  );
  expect(egg.files.filter((name) => !name.startsWith(info))).toEqual([
    'a/b/c/__init__.py',
    'a/b/c/module.py',
    'd/__init__.py',
  ]);
});

test('keeps executables executable and leaves shipped byte code out', async () => {
  const egg = await eggOf({
    ...sample({ 'my/run.sh': '#!/bin/sh\n', 'my/__pycache__/x.cpython-311.pyc': 'old', 'my/x.py': '' }),
    executables: ['my/run.sh'],
  });
  expect(statSync(join(egg.directory, 'my/run.sh')).mode & 0o111).not.toBe(0);
  expect(existsSync(join(egg.directory, 'my/__pycache__'))).toBe(false);
});

test('names the file that differs from RECORD', async () => {
  const record = 'my/x.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n';
  const wheel = writeWheel(root, sample({ 'my/x.py': 'evil = 1\n', 'my_pkg-1.0.dist-info/RECORD': record }));
  await expect(eggFromWheel(wheel, join(root, 'eggs'), python)).rejects.toMatchObject({
    code: 'WHEEL_INVALID',
    message: 'The wheel my_pkg-1.0-py3-none-any.whl has another my/x.py than its RECORD says',
  });
});

test.each([
  ['another major version of wheels', { 'my_pkg-1.0.dist-info/WHEEL': 'Wheel-Version: 2.0\n' }],
  ['no version of wheels', { 'my_pkg-1.0.dist-info/WHEEL': 'Tag: py3-none-any\n' }],
  ['two .dist-info directories', { 'other-1.0.dist-info/METADATA': '' }],
])('refuses a wheel with %s', async (_, files) => {
  await expect(eggFromWheel(writeWheel(root, sample(files)), root, python)).rejects.toMatchObject({
    code: 'WHEEL_INVALID',
  });
});

test('refuses a wheel that climbs out of its tree', async () => {
  const wheel = join(root, 'my_pkg-1.0-py3-none-any.whl');
  const files = ['METADATA', 'WHEEL', 'RECORD'].map((name) => memberOf(`my_pkg-1.0.dist-info/${name}`, ''));
  const zip = createZip([...files, memberOf('aaaa/evil.py', '')]);
  // The writer refuses such a name, so it is put into the bytes.
  writeFileSync(
    wheel,
    Buffer.from(zip.toString('latin1').replaceAll('aaaa/evil.py', 'x/../../e.py'), 'latin1'),
  );
  await expect(eggFromWheel(wheel, root, python)).rejects.toMatchObject({ code: 'ARCHIVE_REFUSED' });
});

test('reads the metadata of a wheel without unpacking it', () => {
  expect(readWheelMetadata(writeWheel(root, sample({})))).toContain('Name: my.pkg\n');
});

test('unpacks an egg file, zipped or not, under its own name', async () => {
  const name = 'my_old-0.5-py3.11.egg';
  const zipped = join(root, name);
  writeFileSync(zipped, createZip([memberOf('EGG-INFO/PKG-INFO', 'Name: my-old\n'), memberOf('old.py', '')]));
  const egg = await eggFromEggFile(zipped, join(root, 'eggs'));
  expect(egg).toMatchObject({ eggName: name, project: 'my-old', version: '0.5' });
  expect(readdirSync(egg.directory).sort()).toEqual(['EGG-INFO', 'old.py']);
  const copied = await eggFromEggFile(egg.directory, join(root, 'again'));
  expect(readdirSync(copied.directory).sort()).toEqual(['EGG-INFO', 'old.py']);
});

test('refuses an egg file without metadata', async () => {
  const zipped = join(root, 'nothing-1.0-py3.11.egg');
  writeFileSync(zipped, createZip([memberOf('old.py', '')]));
  await expect(eggFromEggFile(zipped, join(root, 'eggs'))).rejects.toMatchObject({ code: 'EGG_INVALID' });
});
