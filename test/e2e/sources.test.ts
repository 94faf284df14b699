// Source distributions, checkouts and `.egg` files become eggs; what cannot be built says why and what to do.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';

import {
  buildEggDirectory,
  buildEggFile,
  buildSdistFile,
  buildWheel,
} from '../support/build-distribution.ts';
import { buildLegacySdist } from '../support/build-legacy-sdist.ts';
import {
  eggsIn,
  expectFailure,
  expectSuccess,
  indexForTest,
  pathsBelow,
  simpleConfiguration,
  workspaceForTest,
  type TestWorkspace,
} from '../support/for-test.ts';

const extensionSource = `
#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *nothing) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "speedups", "", -1, methods};
PyMODINIT_FUNC PyInit_speedups(void) { return PyModule_Create(&module); }
`;
const extension = {
  name: 'withext',
  version: '1.0',
  files: {
    'setup.py': `from setuptools import Extension, setup
setup(name='withext', version='1.0', ext_modules=[Extension('speedups', ['speedups.c'])])
`,
    'speedups.c': extensionSource,
  },
};
const modernProject = `
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "modern"
version = "1.0"
dependencies = ["needed"]
[project.scripts]
modern = "modern:main"
[tool.setuptools]
package-dir = {"" = "src"}
py-modules = ["modern"]
`;
const buildTools = { setuptools: '80.9.0', wheel: '0.45.1' };

const evaluate = (workspace: TestWorkspace, code: string): string =>
  execFileSync(join(workspace.directory, 'bin', 'py'), ['-c', code], { encoding: 'utf8' }).trim();

/** With `index` for what a test makes, build tools come from PyPI, pip's default index. */
function writeApp(workspace: TestWorkspace, eggs: readonly string[], buildout: readonly string[] = []): void {
  const configuration = { index: workspace.links, eggs, buildout, versions: buildTools };
  workspace.write({ 'buildout.cfg': simpleConfiguration(configuration) });
}

test('an sdist with a back end of its own is built, once for two buildouts', async () => {
  const workspace = workspaceForTest();
  await buildSdistFile(workspace.links, { name: 'source.dist', version: '1.0' });
  const index = await indexForTest({ directory: workspace.links });
  workspace.write({ 'buildout.cfg': simpleConfiguration({ index: index.indexUrl, eggs: ['source.dist'] }) });
  expectSuccess(await workspace.run());
  expect(evaluate(workspace, 'import source_dist; print(source_dist.version)')).toBe('1.0');
  const second = join(workspace.base, 'second');
  mkdirSync(second);
  index.addFault({ path: '/files/source.dist-1.0.tar.gz', status: 500 });
  const configuration = join(workspace.directory, 'buildout.cfg');
  expectSuccess(await workspace.run(['-c', configuration, `buildout:directory=${second}`], { cwd: second }));
  expect(eggsIn(second)).toEqual(eggsIn(workspace.directory));
});

test('a setup.py with a C extension is built with setuptools from PyPI', async () => {
  const workspace = workspaceForTest();
  await buildLegacySdist(workspace.links, extension);
  writeApp(workspace, ['withext']);
  const result = await workspace.run();
  expectSuccess(result);
  expect(evaluate(workspace, 'import speedups; print(speedups.answer())')).toBe('42');
  expect(eggsIn(workspace.directory)).toContainEqual(
    expect.stringMatching(/^withext-1\.0-py3\.\d+-.+\.egg$/),
  );
});

test('without a compiler the message names the distribution and says what to install', async () => {
  const workspace = workspaceForTest();
  await buildLegacySdist(workspace.links, extension);
  writeApp(workspace, ['withext']);
  const environment = { PATH: pathWithoutCompiler(workspace) };
  const said = expectFailure(await workspace.run([], { environment }));
  expect(said).toContain('withext');
  expect(said).toMatch(/install .*(compiler|gcc|build-essential)/i);
  expect(eggsIn(workspace.directory).filter((name) => name.startsWith('withext'))).toEqual([]);
  expectSuccess(await workspace.run());
});

test('a build that fails names the distribution and shows what its tools said', async () => {
  const workspace = workspaceForTest();
  const setup = "import sys\nprint('a cry for help')\nsys.exit('the moon is not full')\n";
  await buildLegacySdist(workspace.links, { name: 'broken', version: '0.3', files: { 'setup.py': setup } });
  writeApp(workspace, ['broken']);
  const said = expectFailure(await workspace.run());
  expect(said).toContain('a cry for help');
  expect(said).toContain('the moon is not full');
  expect(said).toMatch(/broken.0\.3/);
  expect(eggsIn(workspace.directory).filter((name) => name.startsWith('broken'))).toEqual([]);
  expect(pathsBelow(workspace.eggCache).filter((name) => name.includes('broken'))).toEqual([]);
});

test('egg files and egg directories are taken, those for another Python are not', async () => {
  const workspace = workspaceForTest();
  const python = execFileSync('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
    encoding: 'utf8',
  }).trim();
  buildEggFile(workspace.links, { name: 'zipped', version: '1.0', python });
  buildEggFile(workspace.links, { name: 'zipped', version: '2.0', python: '2.7' });
  buildEggDirectory(workspace.links, { name: 'flat', version: '1.0', python, requires: ['zipped'] });
  writeApp(workspace, ['flat']);
  expectSuccess(await workspace.run());
  expect(evaluate(workspace, 'import flat, zipped; print(flat.version, zipped.version)')).toBe('1.0 1.0');
});

test('a checkout with pyproject.toml and one with setup.py are developed', async () => {
  const workspace = workspaceForTest();
  buildWheel(workspace.links, { name: 'needed', version: '3.0' });
  workspace.write({
    'src/modern/pyproject.toml': modernProject,
    'src/modern/src/modern.py': 'import needed\ndef main():\n    print("modern", needed.version)\n',
    'src/old/setup.py':
      "from setuptools import setup\nsetup(name='old', version='0.1', py_modules=['oldmodule'])\n",
    'src/old/oldmodule.py': 'answer = 1\n',
  });
  writeApp(workspace, ['modern', 'old'], ['develop = src/*']);
  const result = await workspace.run();
  expectSuccess(result);
  expect(result.stdout).toContain(`Develop: '${join(workspace.directory, 'src', 'old')}'\n`);
  expect(evaluate(workspace, 'import oldmodule; print(oldmodule.answer)')).toBe('1');
  workspace.write({ 'src/old/oldmodule.py': 'answer = 2222\n' });
  expect(evaluate(workspace, 'import oldmodule; print(oldmodule.answer)')).toBe('2222');
  expect(execFileSync(join(workspace.directory, 'bin', 'modern'), { encoding: 'utf8' })).toBe('modern 3.0\n');
  expect(readdirSync(join(workspace.directory, 'develop-eggs')).join(' ')).toContain('old');
});

/** A directory with links to every program on the PATH but compilers. */
function pathWithoutCompiler(workspace: TestWorkspace): string {
  const directory = join(workspace.base, 'programs');
  mkdirSync(directory);
  const seen = new Set<string>();
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of pathsIn(folder)) {
      if (seen.has(name) || /(^|-)(cc|gcc|g\+\+|c\+\+|clang|c89|c99|cpp)(-[\d.]+)?$/.test(name)) continue;
      seen.add(name);
      symlinkSync(join(folder, name), join(directory, name));
    }
  }
  return directory;
}

function pathsIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
