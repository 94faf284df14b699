// Runs the program as a user would: `bin/buildout` as a child process, in a directory of its own, with a home and
// caches of its own.

import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const repository: string = join(import.meta.dirname, '..', '..');

/** What is under test: `bin/buildout` of this repository, or another build named by `CLUTCH_TEST_PROGRAM`. */
export const program: string = process.env['CLUTCH_TEST_PROGRAM'] ?? join(repository, 'bin', 'buildout');

export interface Workspace {
  /** Holds the buildout's directory and the home; `remove` deletes it. */
  base: string;
  /** The buildout's directory. */
  directory: string;
  home: string;
  /** Writes files below the directory; names may have slashes. */
  write(files: Record<string, string>): void;
  /** Copies a folder of the repository into the directory. */
  copy(folder: string): void;
  run(words?: readonly string[], options?: RunOptions): Promise<RunResult>;
  start(words?: readonly string[], options?: RunOptions): ChildProcess;
  remove(): void;
}

export interface RunOptions {
  environment?: Record<string, string>;
  cwd?: string;
  input?: string;
  /** Run under this command, for example `['unshare', '-Urn']`. */
  prefix?: readonly string[];
  /** Starts a process group of its own, to be killed as a whole. */
  detached?: boolean;
}

export interface RunResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A new directory with a buildout's directory, a home and caches inside. `remove` deletes all of it. */
export function createWorkspace(): Workspace {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'clutch-e2e-')));
  const directory = join(base, 'buildout');
  const home = join(base, 'home');
  mkdirSync(directory);
  mkdirSync(home);
  const start = (words: readonly string[] = [], options: RunOptions = {}): ChildProcess => {
    const [command = '', ...rest] = [...(options.prefix ?? []), program, ...words];
    return spawn(command, rest, {
      cwd: options.cwd ?? directory,
      detached: options.detached ?? false,
      env: { ...cleanEnvironment(home), ...options.environment },
    });
  };
  return {
    base,
    directory,
    home,
    write: (files) => writeFiles(directory, files),
    copy: (folder) => cpSync(join(repository, folder), directory, { recursive: true }),
    run: (words, options) => finish(start(words, options), options?.input),
    start,
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

/** Waits for a child to exit and collects what it printed. */
export function finish(child: ChildProcess, input = ''): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin?.on('error', () => undefined).end(input);
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

function writeFiles(directory: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** The caller's environment without what would lead clutch to other caches, indexes or Pythons. */
function cleanEnvironment(home: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !/^(XDG_|BUILDOUT_|CLUTCH_REMOTE_|PIP_(INDEX|EXTRA|FIND)|VIRTUAL_ENV|PYTHON)/.test(entry[0]),
  );
  const machine = { CLUTCH_MACHINE_CONFIG: '' };
  return { ...Object.fromEntries(kept), ...machine, HOME: home, ...pyenvOf(process.env) };
}

/** pyenv finds its Pythons below HOME unless told. */
function pyenvOf(environment: NodeJS.ProcessEnv): Record<string, string> {
  const root = environment['PYENV_ROOT'] ?? join(environment['HOME'] ?? '', '.pyenv');
  return { PYENV_ROOT: root };
}
