// Fault injection by strace: a program is killed at each of its system calls of some kinds, or each of them fails, one
// run per call. `strace` counts calls of each kind on its own, so a fault is "the third rename".

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { finish, type RunResult } from './run-clutch.ts';

export interface Fault {
  call: string;
  /** Which one of them, from 1 on. */
  number: number;
  /** `signal=KILL`, before the call is carried out, or `error=ENOSPC` instead of it. */
  effect: string;
}

/** Every call that changes what is on the disk: a kill at one that only looks finds the disk as the next of these does. */
export const changingCalls = [
  'openat',
  'mkdir',
  'rmdir',
  'rename',
  'link',
  'linkat',
  'symlink',
  'unlink',
  'unlinkat',
  'write',
  'pwrite64',
  'ftruncate',
  'fchmod',
  'chmod',
  'utimensat',
  'fsync',
  'syncfs',
  'flock',
  'copy_file_range',
  'sendfile',
] as const;

/**
 * One fault for each call of these kinds that `command` makes, but for files that are opened to be read; it is run once
 * for that, with its log at `log`.
 */
export async function listFaults(
  command: readonly string[],
  { calls, effect, log }: { calls: readonly string[]; effect: string; log: string },
): Promise<Fault[]> {
  const result = await trace(command, ['-o', log, '-e', `trace=${calls.join(',')}`]);
  if (result.code !== 0) throw new Error(`the run without faults failed: ${result.stderr}`);
  const counts = new Map<string, number>();
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const call = /^(\w+)\(/.exec(line)?.[1];
      if (call === undefined) return [];
      const number = (counts.get(call) ?? 0) + 1;
      counts.set(call, number);
      if (call === 'openat' && !/O_CREAT|O_TRUNC/.test(line)) return [];
      return [{ call, number, effect }];
    });
}

/** Runs `command` with one fault. Only the program itself is hit, not what it starts. */
export function runWithFault(
  command: readonly string[],
  { call, number, effect }: Fault,
): Promise<RunResult> {
  return trace(command, [
    '-o',
    '/dev/null',
    '-e',
    `trace=${call}`,
    '-e',
    `inject=${call}:${effect}:when=${number}`,
  ]);
}

function trace(command: readonly string[], words: readonly string[]): Promise<RunResult> {
  return finish(spawn('strace', ['-qq', ...words, ...command]));
}
