// A Python that has zc.buildout itself, made once per machine: what we do is compared with what it does.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { acquireFileLock } from '#base';

const requirements = ['zc.buildout==6.0.1', 'zc.recipe.egg==6.0.0', 'setuptools<81', 'wheel'];

/**
 * The path of a Python with zc.buildout 6.0.1, zc.recipe.egg 6.0.0, setuptools below 81 and wheel, in a virtual
 * environment under `${XDG_CACHE_HOME:-~/.cache}/clutch-tests/zc-buildout`. The first call installs them from PyPI;
 * calls of several processes at once wait for each other.
 */
export async function referencePython(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'clutch-tests');
  const directory = join(cache, 'zc-buildout');
  const executable = join(directory, 'bin', 'python');
  const ready = join(directory, 'ready');
  if (existsSync(ready)) return executable;
  mkdirSync(cache, { recursive: true });
  const lock = await acquireFileLock(join(cache, 'zc-buildout.lock'));
  try {
    if (existsSync(ready)) return executable;
    rmSync(directory, { recursive: true, force: true });
    run('python3', ['-m', 'venv', directory]);
    run(executable, ['-m', 'pip', 'install', '--quiet', '--upgrade', 'pip', ...requirements]);
    writeFileSync(ready, `${requirements.join('\n')}\n`);
  } finally {
    lock.release();
  }
  return executable;
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
}
