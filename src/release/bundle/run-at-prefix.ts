// Runs a command with a release's prefix in place, though the prefix need not exist: in a mount namespace of its own
// (python/run_at_prefix.py), or, where the system allows none, in the prefix itself for the time of the run.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError, countAsWork, tryReadText } from '#base';
import { pythonSourceFile } from '#python';

export interface PrefixRun {
  /** Absolute; it holds what `mounts` put there and nothing else. */
  prefix: string;
  /** A directory of this run for its own files. */
  workDirectory: string;
  /** What appears below the prefix; targets are relative to it. */
  mounts: readonly { source: string; target: string }[];
  /** The program and its arguments. */
  command: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Where it starts, absolute. */
  directory: string;
  /** An interpreter to start it with. */
  python: string;
  signal?: AbortSignal | undefined;
}

/** How it ended; `refused`: the system lets nobody make such a file system here, and nothing was run. */
export type PrefixOutcome =
  | { refused: { step: string; path: string; code: string } }
  | { refused?: undefined; code: number | null; signal: NodeJS.Signals | null };

const failedStatus = 125;

/** Runs it in the terminal of this process, and waits for its end also after Ctrl-C, which it hears of itself. */
export async function runInNamespace(run: PrefixRun): Promise<PrefixOutcome> {
  if (process.platform !== 'linux') {
    return { refused: { step: 'unshare', path: process.platform, code: 'ENOSYS' } };
  }
  const { workDirectory, python, signal, ...job } = run;
  const failure = join(workDirectory, 'failure.json');
  const jobFile = join(workDirectory, 'job.json');
  writeFileSync(jobFile, JSON.stringify({ ...job, root: join(workDirectory, 'root'), failure }));
  const script = pythonSourceFile('run_at_prefix.py');
  const ended = await runHere([python, '-I', '-S', '-B', script, jobFile], { signal });
  const refused = ended.code === failedStatus ? tryReadText(failure) : undefined;
  return refused === undefined ? ended : { refused: JSON.parse(refused) as RefusedFacts };
}

type RefusedFacts = { step: string; path: string; code: string };

export interface RunHereOptions {
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
}

/** Runs `command` as it is, in the terminal of this process. An abort asks it to end, and it is waited for. */
export function runHere(
  command: readonly string[],
  { signal, ...options }: RunHereOptions,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  const [program = '', ...words] = command;
  return countAsWork(
    new Promise((resolve, reject) => {
      const child = spawn(program, words, { ...options, stdio: 'inherit' });
      const ask = (): void => void child.kill('SIGTERM');
      signal?.addEventListener('abort', ask, { once: true });
      child.once('error', (error) => reject(cannotStart(program, error)));
      child.once('close', (code, ended) => {
        signal?.removeEventListener('abort', ask);
        resolve({ code, signal: ended });
      });
    }),
  );
}

function cannotStart(program: string, cause: Error): BuildError {
  return new BuildError('RELEASE_NOT_STARTED', `Cannot start \`${program}\`: ${cause.message}`, { cause });
}
