// The same wheels from PyPI through zc.buildout and through us: the eggs must have the same files with the same bytes.
// What differs on purpose: RECORD tells the names in the egg, direct_url.json is absent, byte code is made elsewhere.

import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashFile } from '#base';
import { eggFromWheel } from '#build';
import { describePython, findPython, runPython } from '#python';

/** C extensions, namespaces of all styles, libraries beside the package, scripts, headers, data, thousands of files. */
const projects = [
  'zope.interface',
  'Products.GenericSetup',
  'lxml',
  'plone.restapi',
  'Pillow',
  'waitress',
  'PyJWT',
  'zope.deprecation',
  'plone.staticresources',
  'jmespath',
  'greenlet',
  'ipython==8.12.3',
  'docutils==0.18.1',
];

const reference = `
import os, shutil, sys, tempfile
import zc.buildout.easy_install
target = sys.argv[1]
os.makedirs(target)
for wheel in sys.argv[2:]:
    place = tempfile.mkdtemp(dir=target)
    [egg] = zc.buildout.easy_install.call_pip_install(wheel, place)
    os.rename(egg, os.path.join(target, os.path.basename(egg)))
    shutil.rmtree(place)
`;

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'clutch-peers-'));
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

async function run(program: string, ...args: string[]): Promise<void> {
  const result = await runPython(program, args);
  expect(result.code, result.output.slice(-2000)).toBe(0);
}

/** `path executable digest` of every file that both must have. */
function listFiles(directory: string): string[] {
  const files: string[] = [];
  for (const path of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const state = statSync(join(directory, path));
    if (!state.isFile() || /__pycache__|\.dist-info\/(RECORD|direct_url\.json)$/.test(path)) continue;
    files.push(`${path} ${(state.mode & 0o111) !== 0} ${hashFile(join(directory, path))}`);
  }
  return files.toSorted();
}

test('makes the same eggs of wheels as zc.buildout 6', async () => {
  const python = await describePython(await findPython());
  const program = join(root, 'env/bin/python');
  await run(python.executable, '-m', 'venv', join(root, 'env'));
  await run(program, '-m', 'pip', 'install', '-q', 'zc.buildout==6.0.1');
  const wheels = join(root, 'wheels');
  await run(
    program,
    '-m',
    'pip',
    'download',
    '-q',
    '--no-deps',
    '--only-binary',
    ':all:',
    '-d',
    wheels,
    ...projects,
  );
  const files = readdirSync(wheels).map((name) => join(wheels, name));
  expect(files.length).toBe(projects.length);
  writeFileSync(join(root, 'reference.py'), reference);
  await run(program, join(root, 'reference.py'), join(root, 'theirs'), ...files);
  for (const wheel of files) await eggFromWheel(wheel, join(root, 'ours'), python);
  expect(readdirSync(join(root, 'ours'))).toEqual(readdirSync(join(root, 'theirs')));
  for (const egg of readdirSync(join(root, 'theirs'))) {
    expect(listFiles(join(root, 'ours', egg)), egg).toEqual(listFiles(join(root, 'theirs', egg)));
  }
}, 600_000);
