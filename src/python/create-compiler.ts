// Byte-compiles eggs off the critical path, in long-lived interpreters that are fed directories over their standard
// input (`python/compile_worker.py` says how the bytes come out the same everywhere).

import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { BuildError } from '#base';
import { pythonSourceFile } from './python-source-file.ts';

export interface Compiler {
  /**
   * Compiles every `.py` below `directory` (an egg's root). Resolves when its last `.pyc` is on disk; a file that is
   * no valid Python is passed over.
   */
  compile(directory: string): Promise<void>;
  /** Ends the workers; what is under way or waiting is finished first. */
  close(): Promise<void>;
}

interface Job {
  directory: string;
  resolve: () => void;
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
      worker.process.stdin?.write(`${JSON.stringify({ id: 0, directory: worker.job?.directory })}\n`);
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
      createInterface({ input: worker.process.stdout }).on('line', (line) => finish(worker, errorIn(line)));
    }
    const end = (): void => {
      if (!started.delete(worker)) return;
      finish(worker, worker.diagnostics.trim() || 'the compiling Python ended');
    };
    worker.process.once('error', end).once('close', end);
    return worker;
  };

  const finish = (worker: Worker, problem: string | undefined): void => {
    const job = worker.job;
    worker.job = undefined;
    hold(worker.process, false);
    if (problem === undefined) job?.resolve();
    else job?.reject(compileError(job.directory, problem));
    feed();
  };

  return {
    compile: (directory) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ directory, resolve, reject });
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

function errorIn(line: string): string | undefined {
  const answer: unknown = JSON.parse(line);
  const problem: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'error') : undefined;
  return typeof problem === 'string' ? problem : undefined;
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
