// Byte-compiles eggs off the critical path, in long-lived interpreters that are fed directories over their standard
// input (`python/compile_worker.py` says how the bytes come out the same everywhere).

import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { BuildError } from '#base';
import { pythonSourceFile } from './python-source-file.ts';

/** A `.pyc` that was written: read-only, mode 0444. */
export interface CompiledFile {
  /** Below the directory, with `/`. */
  path: string;
  size: number;
  /** Hexadecimal. */
  sha256: string;
}

export interface Compiler {
  /**
   * Compiles every `.py` below `directory` (an egg's root, which nobody else sees yet), each `.pyc` with the modification
   * time `mtime` (seconds). Resolves when the last one is on disk; a file that is no valid Python is passed over.
   */
  compile(directory: string, mtime: number): Promise<readonly CompiledFile[]>;
  /** Ends the workers; what is under way or waiting is finished first. */
  close(): Promise<void>;
}

interface Job {
  directory: string;
  mtime: number;
  resolve: (files: readonly CompiledFile[]) => void;
  reject: (error: Error) => void;
}

interface Worker {
  process: ChildProcess;
  job: Job | undefined;
  diagnostics: string;
}

/** A compiler that starts at most `workers` processes of `executable`, when they are first needed. */
export function createCompiler(executable: string, workers: number): Compiler {
  const waiting: Job[] = [];
  const started = new Set<Worker>();
  let idle: (() => void)[] = [];

  const feed = (): void => {
    while (waiting.length > 0) {
      const worker = [...started].find((one) => one.job === undefined) ?? startWorker();
      if (worker === undefined) return;
      worker.job = waiting.shift();
      hold(worker.process, true);
      const { directory, mtime } = worker.job ?? {};
      worker.process.stdin?.write(`${JSON.stringify({ id: 0, directory, mtime })}\n`);
    }
    if ([...started].every((worker) => worker.job === undefined)) {
      for (const tell of idle) tell();
      idle = [];
    }
  };

  const startWorker = (): Worker | undefined => {
    if (started.size >= Math.max(1, workers)) return undefined;
    const worker: Worker = { process: spawnWorker(executable), job: undefined, diagnostics: '' };
    started.add(worker);
    worker.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      worker.diagnostics = (worker.diagnostics + text).slice(-2000);
    });
    worker.process.stdin?.on('error', () => undefined);
    if (worker.process.stdout) {
      createInterface({ input: worker.process.stdout }).on('line', (line) =>
        finish(worker, readAnswer(line)),
      );
    }
    const end = (): void => {
      if (!started.delete(worker)) return;
      finish(worker, { error: worker.diagnostics.trim() || 'the compiling Python ended' });
    };
    worker.process.once('error', end).once('close', end);
    return worker;
  };

  const finish = (worker: Worker, answer: Answer): void => {
    const job = worker.job;
    worker.job = undefined;
    hold(worker.process, false);
    if ('files' in answer) job?.resolve(answer.files);
    else job?.reject(compileError(job.directory, answer.error));
    feed();
  };

  return {
    compile: (directory, mtime) =>
      new Promise((resolve, reject) => {
        waiting.push({ directory, mtime, resolve, reject });
        feed();
      }),
    close: async () => {
      if ([...started].some((worker) => worker.job !== undefined) || waiting.length > 0) {
        await new Promise<void>((resolve) => idle.push(resolve));
      }
      await Promise.all([...started].map(endWorker));
    },
  };
}

function spawnWorker(executable: string): ChildProcess {
  const environment: NodeJS.ProcessEnv = { PYTHONHASHSEED: '0', PYTHONUTF8: '1' };
  for (const name of ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH']) {
    if (process.env[name] !== undefined) environment[name] = process.env[name];
  }
  const script = pythonSourceFile('compile_worker.py');
  return spawn(executable, ['-s', '-S', '-B', '-W', 'ignore', script], {
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** An idle worker must not keep the run alive when nobody closes it; its input ends with our process. */
function hold(child: ChildProcess, held: boolean): void {
  const change = held ? 'ref' : 'unref';
  child[change]();
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    const socket: unknown = stream;
    if (typeof socket === 'object' && socket !== null && change in socket) {
      const method: unknown = Reflect.get(socket, change);
      if (typeof method === 'function') Reflect.apply(method, socket, []);
    }
  }
}

type Answer = { files: readonly CompiledFile[] } | { error: string };

/** What our own worker wrote. */
function readAnswer(line: string): Answer {
  const answer = JSON.parse(line) as {
    error?: string;
    files?: readonly (readonly [string, number, string])[];
  };
  if (answer.error !== undefined) return { error: answer.error };
  return { files: (answer.files ?? []).map(([path, size, sha256]) => ({ path, size, sha256 })) };
}

function compileError(directory: string, problem: string): BuildError {
  return new BuildError('COMPILE_FAILED', `Cannot byte-compile ${directory}: ${problem}`);
}

function endWorker(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    hold(worker.process, true);
    worker.process.once('close', () => resolve());
    worker.process.stdin?.end();
  });
}
