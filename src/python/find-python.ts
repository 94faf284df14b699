// Chooses the interpreter to build for: `BUILDOUT_PYTHON`, else an active virtual environment, else `python3` on the
// PATH. What is found there may be a shim or a wrapper script, so it is asked once which interpreter it stands for.

import { accessSync, closeSync, constants, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { BuildError, expandUser, hasCode, type Environment } from '#base';
import { probePython } from './describe-python.ts';
import { fileState, recall, remember } from './disk-memo.ts';
import { isPyenvShim, resolvePyenvShim, versionFileStates } from './pyenv-shim.ts';

/**
 * The path of the real interpreter (its `sys.executable`). Fails with `PYTHON_NOT_FOUND` or `PYTHON_UNUSABLE`.
 * `keep` false: nothing is remembered on disk.
 */
export async function findPython(environment: Environment = process.env, keep = true): Promise<string> {
  const found = findCommand(environment);
  const head = readHead(found);
  const script = head.startsWith('#!');
  const direct = script && isPyenvShim(head) ? resolvePyenvShim(found, head, environment) : undefined;
  const command = direct ?? found;
  const key = executableKey(command, script && direct === undefined, environment);
  const known = recall(key, environment);
  if (typeof known === 'string' && isExecutableFile(known)) return known;
  const { executable } = await probePython(command, environment, keep);
  if (keep) remember(key, executable, environment);
  return executable;
}

function findCommand(environment: Environment): string {
  const chosen = environment['BUILDOUT_PYTHON'];
  if (chosen !== undefined && chosen !== '') {
    return (
      findNamed(chosen, environment) ?? notFound(`BUILDOUT_PYTHON is \`${chosen}\`, which is no program`)
    );
  }
  const virtual = environment['VIRTUAL_ENV'];
  if (virtual !== undefined && virtual !== '') {
    for (const name of ['python', 'python3']) {
      const path = join(resolve(virtual), 'bin', name);
      if (isExecutableFile(path)) return path;
    }
  }
  return findNamed('python3', environment) ?? notFound('There is no `python3` on the PATH');
}

function notFound(message: string): never {
  throw new BuildError('PYTHON_NOT_FOUND', message, {
    hint: 'install Python 3.9 or newer, or set BUILDOUT_PYTHON to its path',
  });
}

function findNamed(name: string, environment: Environment): string | undefined {
  const expanded = expandUser(name, environment);
  if (isAbsolute(expanded) || expanded.includes('/')) {
    const path = resolve(expanded);
    return isExecutableFile(path) ? path : undefined;
  }
  for (const directory of (environment['PATH'] ?? '').split(delimiter)) {
    const path = join(resolve(directory), expanded);
    if (isExecutableFile(path)) return path;
  }
  return undefined;
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES', 'ENOTDIR', 'ELOOP')) return false;
    throw error;
  }
}

/** A binary answers the same until it changes; a script may look at the PATH, the directory and version files. */
function executableKey(command: string, script: boolean, environment: Environment): readonly string[] {
  const real = realpathSync(command);
  const key = ['executable-1', command, real, fileState(real)];
  if (!script) return key;
  const variables = Object.keys(environment).filter((name) =>
    /^(PYENV|ASDF|MISE|RTX|UV|CONDA)_|^PATH$/.test(name),
  );
  return [
    ...key,
    process.cwd(),
    ...variables.sort().map((name) => `${name}=${environment[name] ?? ''}`),
    ...versionFileStates(environment),
  ];
}

/** The first kilobytes of a file that may not be text; `''` when it may be run but not read. */
function readHead(path: string): string {
  try {
    const buffer = Buffer.alloc(2048);
    const file = openSync(path, 'r');
    try {
      return buffer.toString('latin1', 0, readSync(file, buffer));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (hasCode(error, 'EACCES')) return '';
    throw error;
  }
}
