// Inspecting without standing still: small files are looked into at once, large ones in a worker that is started for
// them and ends when nothing has come for a while.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { BuildError, createLimiter } from '#base';
import { inspectDistribution, type InspectedFile, type InspectRequest } from './inspect-distribution.ts';
import type { InspectAnswer } from './inspect-worker.ts';

export interface Inspector {
  /** As `inspectDistribution`; `size` decides where. */
  inspect(request: InspectRequest, size: number): Promise<InspectedFile>;
  close(): Promise<void>;
}

const inlineBytes = 192 * 1024;
const idleMilliseconds = 15_000;

export function createInspector(): Inspector {
  const workers = Math.max(1, Math.min(4, availableParallelism() - 1));
  const limited = createLimiter(workers);
  const idle: IdleWorker[] = [];
  const take = (): Worker => {
    const known = idle.pop();
    clearTimeout(known?.timer);
    return known?.worker ?? startWorker();
  };
  const giveBack = (worker: Worker): void => {
    const entry: IdleWorker = { worker, timer: setTimeout(() => retire(entry), idleMilliseconds).unref() };
    idle.push(entry);
  };
  const retire = (entry: IdleWorker): void => {
    idle.splice(idle.indexOf(entry), 1);
    void entry.worker.terminate();
  };
  return {
    inspect: async (request, size) => {
      if (size <= inlineBytes) return inspectDistribution(request);
      return limited(async () => {
        const worker = take();
        try {
          const answer = await ask(worker, request);
          giveBack(worker);
          return unwrap(answer);
        } catch (error) {
          if (!idle.some((entry) => entry.worker === worker)) await worker.terminate();
          throw error;
        }
      });
    },
    close: async () => {
      await Promise.all(idle.splice(0).map(({ worker }) => worker.terminate()));
    },
  };
}

interface IdleWorker {
  worker: Worker;
  timer: NodeJS.Timeout;
}

/** Beside this file: the source when it runs as it is, else what the bundler made of it. */
function startWorker(): Worker {
  const file = import.meta.url.endsWith('.ts') ? './inspect-worker.ts' : './inspect-worker.js';
  const worker = new Worker(new URL(file, import.meta.url));
  worker.unref();
  return worker;
}

async function ask(worker: Worker, request: InspectRequest): Promise<InspectAnswer> {
  return new Promise((resolve, reject) => {
    const settle = (action: () => void): void => {
      worker.removeListener('message', onMessage);
      worker.removeListener('error', onError);
      worker.removeListener('exit', onExit);
      worker.unref();
      action();
    };
    const onMessage = (answer: InspectAnswer): void => settle(() => resolve(answer));
    const onError = (error: unknown): void => settle(() => reject(asError(error)));
    const onExit = (code: number): void =>
      settle(() => reject(new Error(`the inspecting worker ended with ${code}`)));
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

function unwrap(answer: InspectAnswer): InspectedFile {
  if ('inspected' in answer) return answer.inspected;
  if ('failed' in answer) throw answer.failed;
  const { code, message, hint } = answer.refused;
  throw new BuildError(code, message, hint === undefined ? {} : { hint });
}
