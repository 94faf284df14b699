// A client of the repository as a child process: somebody else's program, with a home of its own.

import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { Workspace } from './run-clutch.ts';

export interface Ran {
  code: number;
  /** Standard output, then standard error. */
  output: string;
}

export interface ClientOptions {
  /** The workspace's base when absent. */
  cwd?: string;
  env?: Record<string, string>;
}

/** Runs `command` with the workspace's home; that it fails is a result. Build tools keep their caches of this machine. */
export async function runClient(
  { base, home }: Workspace,
  [command = '', ...words]: readonly string[],
  { cwd = base, env = {} }: ClientOptions = {},
): Promise<Ran> {
  const caches = { XDG_CACHE_HOME: join(homedir(), '.cache'), PIP_NO_CACHE_DIR: '1', UV_NO_CACHE: '1' };
  const environment: NodeJS.ProcessEnv = { ...process.env, HOME: home, ...caches, ...env };
  delete environment['PIP_FIND_LINKS'];
  try {
    const { stdout, stderr } = await promisify(execFile)(command, words, { cwd, env: environment });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const {
      code = 1,
      stdout = '',
      stderr = '',
    } = error as { code?: number; stdout?: string; stderr?: string };
    return { code, output: stdout + stderr };
  }
}

/** The same, for what must succeed; its output. */
export async function expectClient(...order: Parameters<typeof runClient>): Promise<string> {
  const ran = await runClient(...order);
  expect(ran.code, ran.output).toBe(0);
  return ran.output;
}
