// A fake interpreter is a shell script that counts its starts and hands over to the real one.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { describePython, findPython } from './index.ts';

const real = await findPython(process.env);
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'clutch-python-'));
});

function environment(more: Record<string, string>): Record<string, string> {
  return { PATH: '/usr/bin:/bin', HOME: root, XDG_CACHE_HOME: join(root, 'cache'), ...more };
}

function writeScript(path: string, body: string): string {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

const starts = (): number => {
  const log = join(root, 'starts');
  return existsSync(log) ? readFileSync(log, 'utf8').length : 0;
};

test('asks a wrapper script once which interpreter it stands for', async () => {
  const wrapper = writeScript(join(root, 'bin/wrapper'), `printf x >> ${root}/starts; exec ${real} "$@"`);
  const variables = environment({ BUILDOUT_PYTHON: wrapper });
  expect(await findPython(variables)).toBe(real);
  expect(await findPython(variables)).toBe(real);
  expect(starts()).toBe(1);
});

test('asks again when the wrapper changes', async () => {
  const wrapper = writeScript(join(root, 'bin/wrapper'), `printf x >> ${root}/starts; exec ${real} "$@"`);
  const variables = environment({ BUILDOUT_PYTHON: wrapper });
  await findPython(variables);
  writeScript(wrapper, `printf x >> ${root}/starts;  exec ${real} "$@"`);
  await findPython(variables);
  expect(starts()).toBe(2);
});

test('prefers BUILDOUT_PYTHON, then the virtual environment, then the PATH', async () => {
  const path = join(root, 'path');
  mkdirSync(path);
  symlinkSync(real, join(path, 'python3'));
  const virtual = join(root, 'venv');
  mkdirSync(join(virtual, 'bin'), { recursive: true });
  writeFileSync(join(virtual, 'pyvenv.cfg'), `home = ${join(real, '..')}\n`);
  symlinkSync(real, join(virtual, 'bin/python'));
  const variables = environment({ PATH: path });
  expect(await findPython(variables)).toBe(join(path, 'python3'));
  expect(await findPython({ ...variables, VIRTUAL_ENV: virtual })).toBe(join(virtual, 'bin/python'));
  expect(await findPython({ ...variables, VIRTUAL_ENV: virtual, BUILDOUT_PYTHON: real })).toBe(real);
});

test('resolves a pyenv shim without running it where a version file says which', async () => {
  const pyenv = join(root, 'pyenv');
  mkdirSync(join(pyenv, 'versions/9.9.9/bin'), { recursive: true });
  symlinkSync(real, join(pyenv, 'versions/9.9.9/bin/python3'));
  const shim = writeScript(
    join(pyenv, 'shims/python3'),
    `export PYENV_ROOT="${pyenv}"\nprintf x >> ${root}/starts\nexec "${pyenv}/libexec/pyenv" exec "python3" "$@"`,
  );
  const variables = environment({ PATH: join(shim, '..'), PYENV_VERSION: '9.9.9' });
  expect(await findPython(variables)).toBe(join(pyenv, 'versions/9.9.9/bin/python3'));
  expect(starts()).toBe(0);
});

test('says how to name a Python when there is none', async () => {
  await expect(findPython(environment({ PATH: root }))).rejects.toMatchObject({ code: 'PYTHON_NOT_FOUND' });
  await expect(findPython(environment({ BUILDOUT_PYTHON: '/no/python' }))).rejects.toMatchObject({
    message: 'BUILDOUT_PYTHON is `/no/python`, which is no program',
  });
});

test('refuses a program that is no Python', async () => {
  const script = writeScript(join(root, 'bin/other'), 'echo hello');
  await expect(findPython(environment({ BUILDOUT_PYTHON: script }))).rejects.toMatchObject({
    code: 'PYTHON_UNUSABLE',
  });
});

test('describes the interpreter, from disk the second time', async () => {
  const variables = environment({});
  const description = await describePython(real, variables);
  expect(description.version.startsWith(`${description.minor}.`)).toBe(true);
  expect(description.facts[`python${description.minor.replace('.', '')}`]).toBe(true);
  expect(description.markers.python_version).toBe(description.minor);
  expect(description.sitePackages.length).toBeGreaterThan(0);
  expect(await describePython(real, variables)).toEqual(description);
});

test('works without a cache directory that it may write', async () => {
  writeFileSync(join(root, 'file'), '');
  const variables = environment({ XDG_CACHE_HOME: join(root, 'file'), BUILDOUT_PYTHON: real });
  expect(await findPython(variables)).toBe(real);
});
