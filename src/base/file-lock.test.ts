import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireFileLock, tryAcquireFileLock } from './file-lock.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clutch-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('one holder at a time; the next one waits', async () => {
  const path = join(directory, 'locks', 'a');
  const first = await acquireFileLock(path);
  expect(await tryAcquireFileLock(path)).toBeUndefined();
  const second = acquireFileLock(path);
  first.release();
  (await second).release();
});

test('the lock of a killed process is free', async () => {
  const path = join(directory, 'b');
  const holder = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { acquireFileLock } from ${JSON.stringify(new URL('./file-lock.ts', import.meta.url).href)};
     await acquireFileLock(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000);`,
  ]);
  await once(holder.stdout, 'data');
  expect(await tryAcquireFileLock(path)).toBeUndefined();
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const lock = await acquireFileLock(path);
  lock.release();
});
