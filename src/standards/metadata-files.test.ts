// Core metadata, requires.txt, entry_points.txt and RECORD.

import { expect, test } from 'vitest';

import { parseCoreMetadata } from './core-metadata.ts';
import { parseEntryPoints } from './entry-points.ts';
import { formatRecord, parseRecord } from './record.ts';
import { parseRequiresTxt, requiresTxtExtras } from './requires-txt.ts';

test('reads core metadata with folded lines and a body', () => {
  const text = [
    'Metadata-Version: 2.4',
    'Name: foo',
    'Version: 1.0',
    'summary: one',
    '  two',
    'Requires-Python: >=3.9',
    'Requires-Dist: bar>=1;',
    '  python_version < "4"',
    'Requires-Dist: baz; extra == "test"',
    'Provides-Extra: test',
    'X-Unknown: kept',
    '',
    '# Foo',
    'Name: not a field',
  ].join('\r\n');
  const metadata = parseCoreMetadata(text);
  expect(metadata).toMatchObject({
    name: 'foo',
    version: '1.0',
    summary: 'one two',
    requiresPython: '>=3.9',
    requiresDist: ['bar>=1; python_version < "4"', 'baz; extra == "test"'],
    providesExtra: ['test'],
    description: '# Foo\r\nName: not a field',
  });
  expect(metadata.headers.get('x-unknown')).toEqual(['kept']);
});

test('takes the description of old metadata out of its indentation', () => {
  const text =
    'Name: a\nVersion: 1\nDescription: One\n        Two\n          three\n        \n       |Four\nAuthor: x\n';
  expect(parseCoreMetadata(text).description).toBe('One\nTwo\n  three\n\nFour');
});

test.each(['', 'Name: a\n', 'Version: 1\n', 'nothing\nName: a\nVersion: 1\n'])(
  'refuses metadata %j',
  (text) => {
    expect(() => parseCoreMetadata(text)).toThrow('The metadata has no field');
  },
);

test('turns the headings of requires.txt into markers', () => {
  const text = [
    'a>=1',
    '[:python_version < "3" or os_name == "nt"]',
    'b',
    '[test]',
    'c ; os_name == "posix"',
    '[Doc_X:sys_platform == "linux"]',
    'd[e]<2,>1 # why',
    '[empty]',
    '[bad:nonsense]',
    'never',
  ].join('\n');
  expect(parseRequiresTxt(text)).toEqual([
    'a>=1',
    'b; python_version < "3" or os_name == "nt"',
    'c; os_name == "posix" and extra == "test"',
    'd[e]<2,>1; sys_platform == "linux" and extra == "doc-x"',
  ]);
  expect(requiresTxtExtras(text)).toEqual(['test', 'doc_x', 'empty', 'bad']);
});

test('keeps the parentheses that a joined marker needs', () => {
  expect(
    parseRequiresTxt('[x:os_name == "a" or os_name == "b"]\nc; os_name == "d" or os_name == "e"'),
  ).toEqual([
    'c; (os_name == "d" or os_name == "e") and (os_name == "a" or os_name == "b") and extra == "x"',
  ]);
});

test('reads entry points', () => {
  const text =
    '# all\n[console_scripts]\nrun = pkg.cli:main\nother=pkg.cli : App.run [a, B]\n\n[zc.buildout]\ndefault = pkg\n';
  expect([...parseEntryPoints(text)]).toEqual([
    [
      'console_scripts',
      [
        { name: 'run', module: 'pkg.cli', attributes: ['main'], extras: [] },
        { name: 'other', module: 'pkg.cli', attributes: ['App', 'run'], extras: ['a', 'b'] },
      ],
    ],
    ['zc.buildout', [{ name: 'default', module: 'pkg', attributes: [], extras: [] }]],
  ]);
});

test.each([
  ['a = b', 'Entry points must be listed in groups'],
  ['[g]\na = b\na = c', 'Duplicate entry point `a` in `g`'],
  ['[g]\na=b\n[g]\nc=d', 'Duplicate group name `g`'],
  ['[a-b]\na = b', 'Invalid group name `a-b`'],
  ['[g]\nnothing', "EntryPoint must be in 'name=module:attrs [extras]' format"],
  ['[g]\na = b:c [x>1]', 'Invalid extras of an entry point: `[x>1]`'],
  ['[g\na = b', 'Invalid section heading'],
])('refuses the entry points %j', (text, message) => {
  expect(() => parseEntryPoints(text)).toThrow(message);
});

test('reads and writes RECORD with quotes', () => {
  const text = 'a/b.py,sha256=abc,12\n"odd, ""name"".py",sha256=x,0\nx.dist-info/RECORD,,\n';
  const rows = [
    { path: 'a/b.py', hash: 'sha256=abc', size: 12 },
    { path: 'odd, "name".py', hash: 'sha256=x', size: 0 },
    { path: 'x.dist-info/RECORD' },
  ];
  expect(parseRecord(text)).toEqual(rows);
  expect(parseRecord(text.replaceAll('\n', '\r\n'))).toEqual(rows);
  expect(formatRecord(rows)).toBe(text);
});
