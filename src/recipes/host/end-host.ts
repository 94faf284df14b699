// Ending the recipe host step by step: politely, then by signals, each given some time before the next.

import { setTimeout as sleep } from 'node:timers/promises';
import type { HostProcess } from './spawn-host.ts';

const patience = { stop: 10_000, interrupt: 1000, terminate: 5000, kill: 3000 } as const;

/** Waits for a process that was asked to stop; a recipe's thread or exit handler may keep it from doing so. */
export async function endHost(host: HostProcess): Promise<void> {
  if (await hasEnded(host, patience.stop)) return;
  host.kill('SIGTERM');
  if (await hasEnded(host, patience.kill)) return;
  host.kill('SIGKILL');
  await host.ended;
}

/**
 * Interrupts a recipe until `isIdle`. On a terminal the process got the interrupt itself, so it has some time first;
 * then come signals, for a program that was interrupted otherwise or a recipe that takes no notice.
 */
export async function interruptHost(host: HostProcess, isIdle: () => boolean): Promise<void> {
  const steps = [
    { wait: patience.interrupt, signal: 'SIGINT' },
    { wait: patience.terminate, signal: 'SIGTERM' },
    { wait: patience.kill, signal: 'SIGKILL' },
  ] as const;
  for (const { wait, signal } of steps) {
    if ((await hasEnded(host, wait)) || isIdle()) return;
    host.kill(signal);
  }
}

function hasEnded(host: HostProcess, milliseconds: number): Promise<boolean> {
  return Promise.race([
    host.ended.then(() => true),
    sleep(milliseconds, undefined, { ref: false }).then(() => false),
  ]);
}
