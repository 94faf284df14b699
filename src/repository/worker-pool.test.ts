import { expect, test } from 'vitest';
import { createWorkerPool, type WorkerPool } from './worker-pool.ts';

const code = `
import { parentPort } from 'node:worker_threads';
let count = 0;
parentPort.on('message', (request) => {
  if (request === 'loop') for (;;);
  if (request === 'grow') { const kept = []; for (;;) kept.push(new Array(1000).fill(request + kept.length)); }
  if (request === 'throw') throw new Error('on purpose');
  parentPort.postMessage(request + ' ' + (count += 1));
});`;

const poolFor = (options: { deadlineMilliseconds?: number; memory?: number }): WorkerPool<string, string> =>
  createWorkerPool({
    entry: new URL(`data:text/javascript,${encodeURIComponent(code)}`),
    most: 1,
    ...options,
  });

test('keeps a worker for the next request, and has a new one after a failure', async () => {
  const pool = poolFor({});
  expect(await pool.ask('a')).toBe('a 1');
  expect(await pool.ask('b')).toBe('b 2');
  await expect(pool.ask('throw')).rejects.toThrow('on purpose');
  expect(await pool.ask('c')).toBe('c 1');
  await pool.close();
});

test('ends a worker that takes too long, or too much memory', async () => {
  const pool = poolFor({ deadlineMilliseconds: 150 });
  await expect(pool.ask('loop')).rejects.toThrow('ended');
  await pool.close();
  const small = poolFor({ memory: 8 });
  await expect(small.ask('grow')).rejects.toThrow('memory');
  await small.close();
});
