// `clutch serve` as a child process with a data directory of its own, on a port that the system picks.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RunResult, Workspace } from './run-clutch.ts';

export interface TestRepository {
  /** `http://127.0.0.1:PORT/` */
  url: string;
  directory: string;
  child: ChildProcess;
  /** Everything the server has printed so far. */
  output(): string;
  /** Ends it as `signal` does and gives its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface RepositoryOptions {
  /** Options of `serve` besides --data and --listen. */
  words?: readonly string[];
  directory?: string;
  environment?: Record<string, string>;
  /** Run under this command. */
  prefix?: readonly string[];
}

/** Starts a server that ends with the test. */
export async function startRepository(
  workspace: Workspace,
  options: RepositoryOptions = {},
): Promise<TestRepository> {
  const repository = await launchRepository(workspace, options);
  onTestFinished(async () => {
    const { exitCode, signalCode } = repository.child;
    if (exitCode === null && signalCode === null) await repository.stop('SIGKILL');
  });
  return repository;
}

/** Starts a server that its caller stops. */
export async function launchRepository(
  workspace: Workspace,
  {
    words = [],
    directory = join(workspace.base, 'data'),
    environment = {},
    prefix = [],
  }: RepositoryOptions = {},
): Promise<TestRepository> {
  const child = workspace.start(['serve', '--data', directory, '--listen', '127.0.0.1:0', ...words], {
    environment,
    prefix,
  });
  let output = '';
  const exited = once(child, 'close') as Promise<[number | null]>;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const hear = (text: string): void => {
    output += text;
    const [, url] = /^Serving .* at (http:\S+)$/m.exec(output) ?? [];
    if (url !== undefined) resolve(url);
  };
  child.stdout?.setEncoding('utf8').on('data', hear);
  child.stderr?.setEncoding('utf8').on('data', hear);
  void exited.then(() => reject(new Error(`the server has ended: ${output}`)));
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    child.kill(signal);
    const [code] = await exited;
    return code;
  };
  const url = await promise;
  return { url, directory, child, output: () => output, stop };
}

/** A new token; every action unless told otherwise. */
export async function createTestToken(
  workspace: Workspace,
  directory: string,
  words: readonly string[] = ['--action', 'admin'],
): Promise<string> {
  const result = await workspace.run(['token', 'create', 'test', '--data', directory, ...words]);
  if (result.code !== 0) throw new Error(result.stderr);
  return result.stdout.trim();
}

/** Runs clutch with the repository and the token in its environment. */
export async function runWithToken(
  workspace: Workspace,
  { url }: Pick<TestRepository, 'url'>,
  { token, words }: { token: string; words: readonly string[] },
): Promise<RunResult> {
  const environment = { CLUTCH_REPOSITORY: url, CLUTCH_REPOSITORY_TOKEN: token };
  return workspace.run(words, { environment });
}
