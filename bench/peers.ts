// The programs that run beside clutch, fetched from PyPI into the work directory: uv, and zc.buildout 6.0.1 with the
// setuptools it needs. Fetched once; a work directory that is kept keeps them.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Peers {
  uv: string;
  zcBuildout: string;
  versions: { uv: string; zcBuildout: string };
}

const packages = {
  uv: ['uv'],
  'zc.buildout': ['zc.buildout==6.0.1', 'setuptools<82', 'wheel'],
};

export function fetchPeers(directory: string, python: string): Peers {
  const uv = join(makeEnvironment('uv', directory, python), 'bin/uv');
  const zcBuildout = join(makeEnvironment('zc.buildout', directory, python), 'bin/buildout');
  return { uv, zcBuildout, versions: { uv: versionOf(uv), zcBuildout: versionOf(zcBuildout) } };
}

function makeEnvironment(name: keyof typeof packages, directory: string, python: string): string {
  const environment = join(directory, name);
  const complete = join(environment, 'complete');
  if (existsSync(complete)) return environment;
  mkdirSync(directory, { recursive: true });
  execFileSync(python, ['-m', 'venv', '--clear', environment], { stdio: 'inherit' });
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages[name]];
  execFileSync(join(environment, 'bin/python'), install, { stdio: 'inherit' });
  writeFileSync(complete, '');
  return environment;
}

function versionOf(program: string): string {
  const text = execFileSync(program, ['--version'], { cwd: join(program, '..') }).toString();
  return /\d+(\.\d+)+/.exec(text)?.[0] ?? 'unknown';
}
