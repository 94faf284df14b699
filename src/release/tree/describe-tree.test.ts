import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findPython, pythonSourceFile } from '#python';
import {
  array,
  boolean,
  constant,
  constantFrom,
  dictionary,
  oneof,
  record,
  sample,
  string,
  type Arbitrary,
} from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createManifest, describeTree, formatManifest, parseManifest } from './index.ts';
import { unitOf } from './tree.ts';

let base: string;

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'clutch-tree-'));
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

type Content = { text: string; executable: boolean } | { target: string } | 'directory';

function writeTree(name: string, items: Readonly<Record<string, Content>>): string {
  const directory = join(base, name);
  mkdirSync(directory, { recursive: true });
  for (const [path, content] of Object.entries(items)) {
    const place = join(directory, path);
    mkdirSync(content === 'directory' ? place : dirname(place), { recursive: true });
    if (content === 'directory') continue;
    if ('target' in content) symlinkSync(content.target, place);
    else {
      writeFileSync(place, content.text);
      chmodSync(place, content.executable ? 0o700 : 0o600);
    }
  }
  return directory;
}

/** What python/clutch_release says of each directory. */
async function describedByPython(directories: readonly string[]): Promise<string[]> {
  const program = [
    'import json, sys',
    'sys.path.insert(0, sys.argv[1])',
    'from clutch_release.tree import describe_tree',
    'for directory in json.load(sys.stdin):',
    '    tree = describe_tree(directory)',
    '    units = [dict(path=path, hash=tree.hashes[path]) for path in tree.units]',
    '    print(json.dumps(dict(root=tree.root, units=units), indent=1, ensure_ascii=False) + "\\0")',
  ].join('\n');
  const python = await findPython(process.env);
  const { stdout, stderr } = spawnSync(python, ['-B', '-c', program, dirname(pythonSourceFile('probe.py'))], {
    input: JSON.stringify(directories),
    encoding: 'utf8',
    env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
  });
  expect(stderr).toBe('');
  return stdout.split('\0\n').slice(0, -1);
}

function described(directory: string): string {
  const { root, units } = describeTree(directory);
  return JSON.stringify({ root, units: units.map(({ path, hash }) => ({ path, hash })) }, null, 1);
}

const example = {
  'bin/hello': { text: '#!/usr/bin/python3\nprint("hello")\n', executable: true },
  'eggs/hello-1.0-py3.11.egg/hello.py': { text: 'name = "hello"\n', executable: false },
  'eggs/hello-1.0-py3.11.egg/hello-1.0.dist-info': 'directory',
  latest: { target: 'eggs/hello-1.0-py3.11.egg' },
} as const;

test('the worked example of docs/releases.md', async () => {
  const directory = writeTree('example', example);
  const tree = describeTree(directory);
  expect(tree.units.map(({ path }) => path)).toEqual(['.', 'bin', 'eggs', 'eggs/hello-1.0-py3.11.egg']);
  const documented = readFileSync('docs/releases.md', 'utf8');
  expect(documented).toContain(tree.root);
  for (const { path, hash } of tree.units) expect(documented).toContain(`["${path}","${hash}"]`);
  expect(await describedByPython([directory])).toEqual([described(directory)]);
});

test('TypeScript and Python describe any tree alike', async () => {
  const name = constantFrom(
    'a',
    'b.egg',
    'parts',
    'eggs',
    'é',
    '\u{1F40D}',
    '\uFFFD',
    'Icon\r',
    ' x',
    '"\\\n',
    '\x7f',
  );
  const path = array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
  const content = oneof<Arbitrary<Content>[]>(
    record({ text: string({ unit: 'grapheme' }), executable: boolean() }),
    record({ target: constantFrom('a', '../é', '/usr/\u{1F40D}', 'line\nbreak') }),
    constant('directory'),
  );
  const trees = sample(dictionary(path, content, { maxKeys: 8 }), { numRuns: 150, seed: 7 });
  const directories = trees.map((items, index) => writeTree(`random-${index}`, withoutClashes(items)));
  const ours = directories.map(described);
  expect(await describedByPython(directories)).toEqual(ours);
  expect(new Set(ours).size).toBeGreaterThan(100);
});

/** Leaves out what would lie below a file or a link, or be one where a directory is needed. */
function withoutClashes(items: Record<string, Content>): Record<string, Content> {
  const paths = Object.keys(items).sort((left, right) => left.length - right.length);
  const kept: Record<string, Content> = {};
  for (const path of paths) {
    const isBlocked = Object.keys(kept).some(
      (other) => path.startsWith(`${other}/`) && kept[other] !== 'directory',
    );
    if (!isBlocked) kept[path] = items[path] ?? 'directory';
  }
  return kept;
}

test('content, names, modes and link targets count; times and umask do not', () => {
  const first = describeTree(writeTree('first', example));
  const changes: Record<string, Content>[] = [
    { 'bin/hello': { text: '#!/usr/bin/python3\nprint("hullo")\n', executable: true } },
    { 'bin/hello': { ...example['bin/hello'], executable: false } },
    { latest: { target: 'eggs' } },
    { 'eggs/hello-1.0-py3.11.egg/extra': 'directory' },
    { extra: 'directory' },
  ];
  const roots = changes.map(
    (change, index) => describeTree(writeTree(`change-${index}`, { ...example, ...change })).root,
  );
  expect(new Set([first.root, ...roots]).size).toBe(6);
  const again = writeTree('again', example);
  chmodSync(join(again, 'eggs/hello-1.0-py3.11.egg/hello.py'), 0o664);
  chmodSync(join(again, 'bin/hello'), 0o755);
  expect(describeTree(again)).toEqual(first);
});

test.each([
  ['bin/x', false, 'bin'],
  ['x', false, '.'],
  ['x.egg', false, '.'],
  ['x.egg', true, 'x.egg'],
  ['eggs/v5/a.egg/b.egg/c', false, 'eggs/v5/a.egg'],
  ['eggs/v5', true, 'eggs'],
  ['parts/app/etc/zope.conf', false, 'parts/app'],
  ['parts/app', true, 'parts/app'],
  ['parts/app', false, 'parts'],
])('the unit of %s (directory: %s) is %s', (path, isDirectory, unit) => {
  expect(unitOf(path, isDirectory)).toBe(unit);
});

test('a pipe and a name that is no UTF-8 are refused by name', () => {
  const directory = writeTree('unfit', { 'lib/x': { text: '', executable: false } });
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/lib/`), Buffer.from([0xff])]), '');
  expect(() => describeTree(directory)).toThrow('A release cannot hold this: the name "\u00ff" is not UTF-8');
  const piped = writeTree('piped', {});
  spawnSync('mkfifo', [join(piped, 'queue')]);
  expect(() => describeTree(piped)).toThrow('`queue` is neither a file nor a directory nor a link');
});

test('a manifest survives being written and read, and one whose hashes do not fit is refused', () => {
  const tree = describeTree(writeTree('manifest', example));
  const manifest = createManifest({ name: 'hello', version: '1.0', state: ['var'] }, tree);
  expect(parseManifest(formatManifest(manifest), 'manifest.json')).toEqual(manifest);
  const changed = { ...manifest, units: manifest.units.slice(1) };
  expect(() => parseManifest(formatManifest(changed), 'm.json')).toThrow(
    'its units do not give its root hash',
  );
  expect(() => parseManifest('[', 'm.json')).toThrow(
    '`m.json` is no manifest of a release: it is no JSON object',
  );
  expect(() => parseManifest('{"format": 2}', 'm.json')).toThrow('it has format 2; this clutch reads 1');
});
