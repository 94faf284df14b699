// Somebody else's server as a child process, until it says where it listens.

import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** Starts it and waits until `url` answers; ends with the test, or when the function it gives is called. */
export async function startListening(
  [command = '', ...words]: readonly string[],
  url: string,
  home: string,
): Promise<() => Promise<void>> {
  const child = spawn(command, words, { env: { ...process.env, HOME: home } });
  let output = '';
  const hear = (text: Buffer): void => void (output = `${output}${text.toString()}`.slice(-4000));
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  onTestFinished(() => void child.kill('SIGKILL'));
  for (let attempt = 0; ; attempt += 1) {
    if (child.exitCode !== null || attempt > 600) throw new Error(`${command} does not answer: ${output}`);
    try {
      const response = await fetch(url);
      await response.arrayBuffer();
      if (response.status < 500) break;
    } catch {
      // Not yet.
    }
    await sleep(100);
  }
  return async () => {
    child.kill('SIGTERM');
    await ended;
  };
}
