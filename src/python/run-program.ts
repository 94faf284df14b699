// One run of a program to its end: what goes in, what comes out, and its end when the caller gives up.

import { spawn } from 'node:child_process';
import type { Environment } from '#base';
import { BuildError, hasCode } from '#base';

export interface RunProgramOptions {
  cwd?: string;
  /** The whole environment of the process; this process's own when absent. */
  env?: Environment;
  /** Written to standard input, which is then closed. */
  input?: string | Uint8Array;
  /** Called with each piece of output as it comes, of both streams. */
  onOutput?: (text: string) => void;
  /** Kills the process and everything it started. */
  signal?: AbortSignal;
}

export interface ProgramResult {
  /** The exit status; `null` when a signal ended the process. */
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  /** Both streams in the order in which they came. */
  output: string;
}

/** Ends of the processes that run now: they must not outlive this one. */
const running = new Set<() => void>();
let watched = false;

/** Runs `executable` with `args`. Fails only when it cannot be started or was aborted: the exit status is a result. */
export async function runPython(
  executable: string,
  args: readonly string[],
  options: RunProgramOptions = {},
): Promise<ProgramResult> {
  const result = await tryRunProgram(executable, args, options);
  if (result !== undefined) return result;
  throw new BuildError('PYTHON_NOT_STARTED', `Cannot start Python \`${executable}\``, {
    hint: 'set BUILDOUT_PYTHON to a Python interpreter',
  });
}

/** As `runPython` for any program, by path or name; `undefined`: there is no such program. */
export function tryRunProgram(
  executable: string,
  args: readonly string[],
  options: RunProgramOptions = {},
): Promise<ProgramResult | undefined> {
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    endProcessesAtExit();
    // With a signal, a group of its own: the compilers that a build started die with it. Without one, it stays in
    // ours, so that a Ctrl-C on the terminal ends it.
    const detached = options.signal !== undefined;
    const child = spawn(executable, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached,
    });
    const collected = { stdout: '', stderr: '', output: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        collected[name] += text;
        collected.output += text;
        options.onOutput?.(text);
      });
    }
    const kill = (): void => {
      if (detached) killGroup(child.pid);
      else child.kill('SIGKILL');
    };
    running.add(kill);
    options.signal?.addEventListener('abort', kill, { once: true });
    const finish = (): void => {
      running.delete(kill);
      options.signal?.removeEventListener('abort', kill);
    };
    child.once('error', (error) => {
      finish();
      if (hasCode(error, 'ENOENT', 'EACCES', 'ENOEXEC')) resolve(undefined);
      else reject(error);
    });
    child.once('close', (code, signal) => {
      finish();
      if (options.signal?.aborted === true) reject(options.signal.reason);
      else resolve({ code, signal, ...collected });
    });
    // A process that does not read its input is no error of ours.
    child.stdin?.on('error', () => undefined).end(options.input);
  });
}

function endProcessesAtExit(): void {
  if (watched) return;
  watched = true;
  process.once('exit', () => {
    for (const kill of running) kill();
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!hasCode(error, 'ESRCH', 'EPERM')) throw error;
  }
}
