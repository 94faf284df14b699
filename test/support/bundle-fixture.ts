// What tests of bundles share: an application of every kind of egg, bundles of it, and a bundle unpacked where it belongs.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseManifest, type ReleaseManifest } from '#release';
import { expect } from 'vitest';

import { buildWheel } from './build-distribution.ts';
import { buildLegacySdist } from './build-legacy-sdist.ts';
import { expectSuccess, type TestWorkspace } from './for-test.ts';
import { runPython } from './release-fixture.ts';
import type { RunOptions, RunResult } from './run-clutch.ts';

/** A wheel with a script `demo`; `buildout.cfg` installs it. */
export function writeWheelApp(workspace: TestWorkspace, lines: readonly string[] = []): void {
  buildWheel(workspace.links, {
    name: 'demo',
    version: '1.0',
    entryPoints: '[console_scripts]\ndemo = demo:main\n',
    files: { 'demo.py': 'def main():\n    print("demo", __file__)\n' },
  });
  workspace.write({
    'buildout.cfg': [
      '[buildout]',
      'parts = app',
      `index = ${workspace.links}`,
      ...lines,
      '[app]',
      'recipe = zc.recipe.egg',
      'eggs = demo',
      '',
    ].join('\n'),
  });
}

const speedups = `
#include <Python.h>
#include <unistd.h>
static PyObject *answer(PyObject *self, PyObject *nothing) { return PyLong_FromLong(getpid() > 0 ? 42 : 0); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, __FILE__}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "speedups", "", -1, methods};
PyMODINIT_FUNC PyInit_speedups(void) { return PyModule_Create(&module); }
`;

const recipe = `
import os, zc.buildout
class Recipe:
    def __init__(self, buildout, name, options):
        self.options = options
        options['location'] = os.path.join(buildout['buildout']['parts-directory'], name)
        self.var = os.path.join(buildout['buildout']['directory'], 'var')
    def install(self):
        os.makedirs(os.path.join(self.options['location'], 'etc'))
        os.makedirs(os.path.join(self.var, 'log'), exist_ok=True)
        with open(os.path.join(self.options['location'], 'etc', 'app.conf'), 'w') as file:
            file.write('log %s\\nplugins %s\\n' % (os.path.join(self.var, 'log', 'app.log'), self.options['location']))
        with open(os.path.join(self.options['location'], 'plugin.py'), 'w') as file:
            file.write('name = "plugin"\\n')
        with open(os.path.join(self.options['location'], 'etc', 'set'), 'w') as file:
            file.write(' '.join({'a', 'set', 'is', 'in', 'no', 'order', 'of', 'its', 'own'}))
        import compileall
        compileall.compile_dir(self.options['location'], quiet=1)
        return [self.options['location']]
    update = install
`;

/** A wheel, a C extension from its source, a developed package that is a Python recipe, and what that recipe writes. */
export async function writeMixedApp(workspace: TestWorkspace): Promise<void> {
  writeWheelApp(workspace);
  await buildLegacySdist(workspace.links, {
    name: 'withext',
    version: '1.0',
    files: {
      'setup.py': `from setuptools import Extension, setup
setup(name='withext', version='1.0', ext_modules=[Extension('speedups', ['speedups.c'])])
`,
      'speedups.c': speedups,
    },
  });
  workspace.write({
    'src/policy/setup.py': `from setuptools import setup
setup(name='policy', version='2.0', py_modules=['policy', 'policy_recipe'],
      entry_points={'zc.buildout': ['default = policy_recipe:Recipe'],
                    'console_scripts': ['policy = policy:main']})
`,
    'src/policy/policy.py':
      'import demo, speedups\ndef main():\n    print("policy", speedups.answer(), demo.__name__, __file__)\n',
    'src/policy/policy_recipe.py': recipe,
    'buildout.cfg': `[buildout]
parts = app conf
develop = src/*
find-links = ../links
[versions]
setuptools = 80.9.0
wheel = 0.45.1
[app]
recipe = zc.recipe.egg
eggs = policy
    demo
    withext
interpreter = py
[conf]
recipe = policy
`,
  });
}

export interface BundleOptions extends RunOptions {
  /** More words after the command. */
  words?: readonly string[];
}

/** Builds a bundle `app` 1.0 of the workspace's configuration; the path of the archive. */
export async function bundleOf(
  workspace: TestWorkspace,
  prefix: string,
  { words = [], ...options }: BundleOptions = {},
): Promise<string> {
  expectSuccess(await runBundle(workspace, prefix, { words, ...options }));
  return join(workspace.directory, 'app-1.0.tar.zst');
}

export function runBundle(
  workspace: TestWorkspace,
  prefix: string,
  { words = [], ...options }: BundleOptions = {},
): Promise<RunResult> {
  const line = ['release', 'bundle', '--prefix', prefix, '-n', 'app', '--release-version', '1.0', ...words];
  return workspace.run(line, options);
}

export interface Installed {
  /** The unpacked bundle. */
  bundle: string;
  /** `PREFIX/releases/<root hash>`, which `PREFIX/current` names. */
  release: string;
  manifest: ReleaseManifest;
  /** What install.py printed. */
  stdout: string;
}

/** Unpacks a bundle and runs its install.py; `prefix` is where the release lands. */
export async function installBundle(
  archive: string,
  prefix: string,
  words: readonly string[] = [],
): Promise<Installed> {
  const scratch = mkdtempSync(join(dirname(archive), '..', 'unpacked-'));
  execFileSync('tar', ['--zstd', '-xf', archive, '-C', scratch]);
  const bundle = join(scratch, 'app-1.0');
  const manifest = parseManifest(readFileSync(join(bundle, 'manifest.json'), 'utf8'), 'manifest.json');
  const { code, stdout, stderr } = await runPython([join(bundle, 'install.py'), ...words]);
  expect(code, stderr).toBe(0);
  return { bundle, release: join(prefix, 'releases', manifest.root), manifest, stdout };
}

const scan = `
import os, sys
needles = [os.fsencode(needle) for needle in sys.argv[2:]]
for folder, directories, files in os.walk(os.fsencode(sys.argv[1])):
    for name in directories + files:
        path = os.path.join(folder, name)
        if os.path.islink(path):
            content = os.readlink(path)
        elif os.path.isdir(path):
            continue
        else:
            with open(path, 'rb') as file:
                content = file.read()
        for needle in needles:
            if needle in content or needle in name:
                print(os.fsdecode(path), os.fsdecode(needle))
`;

/** Files below `directory` that have one of the texts in them, found without anything of clutch. */
export function scanFor(directory: string, needles: readonly string[]): string {
  return execFileSync('python3', ['-c', scan, directory, ...needles], { encoding: 'utf8' });
}
