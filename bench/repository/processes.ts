// A server as a process tree: what it takes of the processor and the memory, from /proc.

import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServerProcess {
  /** Milliseconds from its start until it answered. */
  readonly startMilliseconds: number;
  /** Processor time of the whole tree so far, in milliseconds. */
  cpu(): number;
  /** Resident memory of the whole tree, in megabytes. */
  memory(): number;
  stop(): Promise<void>;
}

export interface ServerCommand {
  command: string;
  words: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Asked until it answers with less than 500. */
  probe: string;
}

const ticksPerSecond = 100;

export async function startServer({
  command,
  words,
  env,
  cwd,
  probe,
}: ServerCommand): Promise<ServerProcess> {
  const began = performance.now();
  const child = spawn(command, words, {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
  });
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors = `${errors}${text.toString()}`.slice(-4000)));
  await waitFor(child, probe, () => errors);
  return {
    startMilliseconds: performance.now() - began,
    cpu: () => sum(child, (pid) => (readTicks(pid) * 1000) / ticksPerSecond),
    memory: () => sum(child, readMegabytes),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('close', resolve));
      process.kill(-(child.pid ?? 0), 'SIGTERM');
      await Promise.race([ended, sleep(5000)]);
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        // It has ended, as it should.
      }
    },
  };
}

async function waitFor(child: ChildProcess, url: string, errors: () => string): Promise<void> {
  for (let attempt = 0; attempt < 6000; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} has ended: ${errors()}`);
    try {
      const response = await fetch(url, { headers: { connection: 'close' } });
      await response.arrayBuffer();
      if (response.status < 500) return;
    } catch {
      // Not yet.
    }
    await sleep(10);
  }
  throw new Error(`${url} does not answer`);
}

function sum(child: ChildProcess, measure: (pid: number) => number): number {
  return treeOf(child.pid ?? 0).reduce((total, pid) => total + measure(pid), 0);
}

/** The process and all below it. */
function treeOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const fields = Number.isInteger(pid) ? statOf(pid) : undefined;
    if (fields === undefined) continue;
    const parent = Number(fields[1]);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found: number[] = [];
  const walk = (pid: number): void => {
    found.push(pid);
    for (const child of children.get(pid) ?? []) walk(child);
  };
  walk(root);
  return found;
}

/** The fields after the name in parentheses: state, parent, … */
function statOf(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return undefined;
  }
}

function readTicks(pid: number): number {
  const fields = statOf(pid) ?? [];
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

function readMegabytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
