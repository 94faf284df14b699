// Virtual environments made once per machine and kept: what tests compare us with, installed from PyPI.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { acquireFileLock } from '#base';

export interface CachedVenv {
  /** The name of its directory in `${XDG_CACHE_HOME:-~/.cache}/clutch-tests`. */
  name: string;
  requirements: readonly string[];
  /** Makes it; `python3` when absent. */
  python?: string;
}

/**
 * The `bin` directory of an environment with these requirements. The first call makes it, and so does one with other
 * requirements; calls of several processes at once wait for each other.
 */
export async function cachedVenv({ name, requirements, python = 'python3' }: CachedVenv): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'clutch-tests');
  const directory = join(cache, name);
  const bin = join(directory, 'bin');
  const ready = join(directory, 'ready');
  const content = `${[python, ...requirements].join('\n')}\n`;
  const isReady = (): boolean => existsSync(ready) && readFileSync(ready, 'utf8') === content;
  if (isReady()) return bin;
  mkdirSync(cache, { recursive: true });
  const lock = await acquireFileLock(join(cache, `${name}.lock`));
  try {
    if (isReady()) return bin;
    rmSync(directory, { recursive: true, force: true });
    run(python, ['-m', 'venv', directory]);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--upgrade'];
    run(join(bin, 'python'), [...install, 'pip', ...requirements]);
    writeFileSync(ready, content);
  } finally {
    lock.release();
  }
  return bin;
}

/** The setuptools of old that has easy_install and `setup.py upload`; its Python is older than 3.12. */
export async function oldSetuptools(): Promise<string> {
  const pyenv = join(homedir(), '.pyenv', 'versions');
  const names = existsSync(pyenv) ? readdirSync(pyenv).filter((name) => /^3\.(?:9|10|11)\./.test(name)) : [];
  const [oldest] = names.sort((one, other) => Number(one.split('.')[1]) - Number(other.split('.')[1]));
  return cachedVenv({
    name: 'client-setuptools-51',
    requirements: ['setuptools==51.3.3', 'wheel<0.38'],
    ...(oldest !== undefined && { python: join(pyenv, oldest, 'bin', 'python3') }),
  });
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
}
