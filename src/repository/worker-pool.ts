// Workers for what would make the server stand still: started when there is work, ended when none has come for a while,
// or when one takes too long.

import { Worker } from 'node:worker_threads';
import { createLimiter } from '#base';

export interface WorkerPool<Request, Answer> {
  /** Fails when the worker does, or when it is ended for taking too long. */
  ask(request: Request): Promise<Answer>;
  close(): Promise<void>;
}

export interface WorkerPoolOptions {
  /** A module that answers each message with one message. */
  entry: URL;
  most: number;
  /** For one request; no limit when absent. */
  deadlineMilliseconds?: number;
  /** Megabytes that one worker may keep: one that wants more is ended, and its request fails. */
  memory?: number;
}

const idleMilliseconds = 15_000;

interface IdleWorker {
  worker: Worker;
  timer: NodeJS.Timeout;
}

export function createWorkerPool<Request, Answer>({
  entry,
  most,
  deadlineMilliseconds,
  memory,
}: WorkerPoolOptions): WorkerPool<Request, Answer> {
  const limited = createLimiter(most);
  const idle: IdleWorker[] = [];
  const take = (): Worker => {
    const known = idle.pop();
    clearTimeout(known?.timer);
    return known?.worker ?? startWorker(entry, memory);
  };
  const giveBack = (worker: Worker): void => {
    const one: IdleWorker = { worker, timer: setTimeout(() => retire(one), idleMilliseconds).unref() };
    idle.push(one);
  };
  const retire = (one: IdleWorker): void => {
    idle.splice(idle.indexOf(one), 1);
    void one.worker.terminate();
  };
  return {
    ask: async (request) =>
      limited(async () => {
        const worker = take();
        const deadline =
          deadlineMilliseconds === undefined
            ? undefined
            : setTimeout(() => void worker.terminate(), deadlineMilliseconds);
        try {
          const answer = await ask<Answer>(worker, request);
          giveBack(worker);
          return answer;
        } catch (error) {
          await worker.terminate();
          throw error;
        } finally {
          clearTimeout(deadline);
        }
      }),
    close: async () => {
      await Promise.all(idle.splice(0).map(({ worker }) => worker.terminate()));
    },
  };
}

/** A file beside `base`: the source when that runs as it is, else what the bundler made of it. */
export function workerEntry(name: string, base: string): URL {
  return new URL(base.endsWith('.ts') ? `./${name}.ts` : `./${name}.js`, base);
}

const youngMegabytes = 6;

function startWorker(entry: URL, memory: number | undefined): Worker {
  const limits = { maxOldGenerationSizeMb: memory, maxYoungGenerationSizeMb: youngMegabytes };
  const worker = new Worker(entry, memory === undefined ? {} : { resourceLimits: limits });
  worker.unref();
  return worker;
}

async function ask<Answer>(worker: Worker, request: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settle = (action: () => void): void => {
      worker.removeListener('message', onMessage);
      worker.removeListener('error', onError);
      worker.removeListener('exit', onExit);
      worker.unref();
      action();
    };
    const onMessage = (answer: Answer): void => settle(() => resolve(answer));
    const onError = (error: unknown): void => settle(() => reject(asError(error)));
    const onExit = (code: number): void =>
      settle(() => reject(new Error(`the worker ended with ${code} before it had answered`)));
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
    worker.ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    worker.postMessage(request);
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
