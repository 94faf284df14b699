// Threads of this process that do named tasks: a file of ours is their entry, tasks and outcomes are plain data, and a
// failure arrives as the error it was.

import type { MessagePort, Worker } from 'node:worker_threads';
import { packError, unpackError, type PackedError } from './pack-error.ts';

/** By name; each takes one value and gives one, both of a kind that `structuredClone` takes. */
export type Tasks = Readonly<Record<string, (input: never) => unknown>>;

export interface Threads<T extends Tasks> {
  /** How many there may be. */
  readonly most: number;
  isStarted(): boolean;
  /** Has a thread ready for the first task; starting one takes some 30 ms. */
  start(): void;
  /** Runs a task in a thread that is free, or a new one, or as soon as one is free. Fails as the task does. */
  run<N extends keyof T & string>(name: N, input: Parameters<T[N]>[0]): Promise<Awaited<ReturnType<T[N]>>>;
}

interface Job {
  message: { name: string; input: unknown };
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
}

interface Thread {
  worker: Worker;
  job: Job | undefined;
}

type Answer = { value: unknown } | { error: PackedError };

/** Tasks leave little behind, so a small nursery does, and clears away their buffers sooner. */
const resourceLimits = { maxYoungGenerationSizeMb: 4 };

/** At most `most` threads that run `entry`, a module that calls `serveTasks`. They end with the process. */
export function createThreads<T extends Tasks>(entry: URL, most: number): Threads<T> {
  const threads: Thread[] = [];
  const waiting: Job[] = [];

  const startThread = (): Thread => {
    // Loading it costs milliseconds, and most runs have no thread.
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const thread: Thread = { worker: new Worker(entry, { resourceLimits }), job: undefined };
    thread.worker.on('message', (answer: Answer) => finish(thread, answer));
    thread.worker.on('error', (error) => {
      threads.splice(threads.indexOf(thread), 1);
      thread.job?.reject(error);
    });
    // An idle thread does not keep the process alive.
    thread.worker.unref();
    threads.push(thread);
    return thread;
  };

  const give = (thread: Thread, job: Job): void => {
    thread.job = job;
    thread.worker.ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    thread.worker.postMessage(job.message);
  };

  const finish = (thread: Thread, answer: Answer): void => {
    const { job } = thread;
    thread.job = undefined;
    thread.worker.unref();
    const next = waiting.shift();
    if (next !== undefined) give(thread, next);
    if ('error' in answer) job?.reject(unpackError(answer.error));
    else job?.resolve(answer.value as never);
  };

  return {
    most,
    isStarted: () => threads.length > 0,
    start: () => {
      if (threads.length === 0) startThread();
    },
    run: (name, input) =>
      new Promise((resolve, reject) => {
        const job: Job = { message: { name, input }, resolve, reject };
        const free = threads.find((thread) => thread.job === undefined);
        if (free !== undefined) give(free, job);
        else if (threads.length < most) give(startThread(), job);
        else waiting.push(job);
      }),
  };
}

/** The other side: does what it is asked for until the process ends. To be called once, by a thread's entry. */
export function serveTasks(tasks: Tasks, port: MessagePort): void {
  port.on('message', ({ name, input }: Job['message']) => {
    void answer(tasks[name], input).then((message) => port.postMessage(message));
  });
}

async function answer(task: Tasks[string] | undefined, input: unknown): Promise<Answer> {
  try {
    return { value: await task?.(input as never) };
  } catch (error) {
    return { error: packError(error) };
  }
}
