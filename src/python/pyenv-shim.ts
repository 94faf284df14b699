// pyenv puts a bash script before every interpreter, which costs 150 ms at each start. Where it is plain which
// interpreter the script would start, it is not run.

import { accessSync, constants } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Environment, hasCode, homeDirectory, tryReadText } from '#base';
import { fileState } from './disk-memo.ts';

const versionFiles = ['.python-version', '.tool-versions', 'mise.toml', '.mise.toml'];

export function isPyenvShim(head: string): boolean {
  return head.includes('PYENV_ROOT=') && /exec .*pyenv.* exec /.test(head);
}

/**
 * The interpreter that `shim`, whose text begins with `head`, would start; `undefined` when only pyenv itself can say
 * (`system`, a prefix such as `3.12`).
 */
export function resolvePyenvShim(shim: string, head: string, environment: Environment): string | undefined {
  const root = /PYENV_ROOT="([^"]+)"/.exec(head)?.[1] ?? dirname(dirname(shim));
  const [name] = (environment['PYENV_VERSION'] ?? nameInFile(root, environment) ?? '')
    .split(/[:\s]+/)
    .filter(Boolean);
  if (name === undefined || name === 'system' || name.includes('/')) return undefined;
  const candidate = join(root, 'versions', name, 'bin', basename(shim));
  try {
    accessSync(candidate, constants.X_OK);
    return candidate;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** The first line that counts in the nearest `.python-version`, else in pyenv's own `version`. */
function nameInFile(root: string, environment: Environment): string | undefined {
  const starts = [environment['PYENV_DIR'], process.cwd()].filter(
    (start) => start !== undefined && start !== '',
  );
  const local = starts.flatMap((start) =>
    foldersUp(resolve(start ?? '.')).map((folder) => join(folder, '.python-version')),
  );
  for (const file of [...local, join(root, 'version')]) {
    const text = tryReadText(file, 'EACCES');
    const line = text
      ?.split('\n')
      .map((part) => part.trim())
      .find((part) => part !== '' && !part.startsWith('#'));
    if (line !== undefined) return line;
  }
  return undefined;
}

/** The states of the files that tell version managers which Python to start. */
export function versionFileStates(environment: Environment): string[] {
  const folders = [...foldersUp(process.cwd()), homeDirectory(environment)];
  const files = folders.flatMap((folder) => versionFiles.map((name) => join(folder, name)));
  files.push(join(environment['PYENV_ROOT'] ?? join(homeDirectory(environment), '.pyenv'), 'version'));
  return files.map(fileState);
}

function foldersUp(start: string): string[] {
  const folders: string[] = [];
  for (let folder = start; ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === dirname(folder)) return folders;
  }
}
