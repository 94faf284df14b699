import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createPatience, type Patience, type Watch } from './patience.ts';

function patience(budgetMilliseconds = 400): { patience: Patience; reasons: string[] } {
  const reasons: string[] = [];
  const options = {
    budgetMilliseconds,
    failures: 3,
    onSwitchedOff: (reason: string) => reasons.push(reason),
  };
  return { patience: createPatience(options), reasons };
}

/** A request that nobody answers. */
const silence = ({ signal }: Watch): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

test('waiting for nothing again and again stays within the budget, and ends it', async () => {
  const { patience: watched, reasons } = patience();
  const waited = await elapsed(async () => {
    while (!watched.isOff) await watched.attempt(silence).catch(() => undefined);
  });
  // Timers are late on a busy machine.
  expect(waited).toBeLessThan(400 + 500);
  expect(watched.lostMilliseconds).toBeLessThan(400 + 500);
  expect(reasons).toEqual(['it does not answer in time']);
});

test('waiting at the same time counts once', async () => {
  const { patience: watched } = patience();
  const all = Array.from({ length: 20 }, () => watched.attempt(silence).catch(() => undefined));
  expect(await elapsed(() => Promise.all(all))).toBeLessThan(800);
  expect(watched.lostMilliseconds).toBeLessThan(800);
});

test('a request that goes on may take as long as it wants', async () => {
  const { patience: watched } = patience(800);
  const slow = watched.attempt(async (watch) => {
    for (let count = 0; count < 12; count += 1) {
      await sleep(35);
      watch.progress(100_000);
      watch.signal.throwIfAborted();
    }
    return 'done';
  });
  expect(await slow).toBe('done');
  expect(watched.lostMilliseconds).toBe(0);
});

test('a trickle is no progress', async () => {
  const { patience: watched } = patience(200);
  const trickle = watched.attempt(async (watch) => {
    for (;;) {
      await sleep(5);
      watch.progress(1);
      watch.signal.throwIfAborted();
    }
  });
  await expect(trickle).rejects.toThrow('it does not answer in time');
});

test('this process being busy is not taken for silence', async () => {
  const { patience: watched } = patience(200);
  const answer = watched.attempt(async (watch) => {
    const until = performance.now() + 300;
    while (performance.now() < until);
    await new Promise((resolve) => setImmediate(resolve));
    watch.signal.throwIfAborted();
    return 'answer';
  });
  expect(await answer).toBe('answer');
});

test('three failures end it, with the last reason, once', async () => {
  const { patience: watched, reasons } = patience();
  for (const text of ['one', 'two', 'three', 'four'])
    await watched.attempt(() => Promise.reject(new Error(text))).catch(() => undefined);
  expect(watched.isOff).toBe(true);
  expect(reasons).toEqual(['three']);
});
