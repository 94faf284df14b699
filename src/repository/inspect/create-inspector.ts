// Inspecting without standing still: small files are looked into at once, large ones in a worker.

import { availableParallelism } from 'node:os';
import { BuildError } from '#base';
import { createWorkerPool, workerEntry } from '../worker-pool.ts';
import { inspectDistribution, type InspectedFile, type InspectRequest } from './inspect-distribution.ts';
import type { InspectAnswer } from './inspect-worker.ts';

export interface Inspector {
  /** As `inspectDistribution`; `size` decides where. */
  inspect(request: InspectRequest, size: number): Promise<InspectedFile>;
  close(): Promise<void>;
}

const inlineBytes = 192 * 1024;

export function createInspector(): Inspector {
  const workers = createWorkerPool<InspectRequest, InspectAnswer>({
    entry: workerEntry('inspect-worker', import.meta.url),
    most: Math.max(1, Math.min(4, availableParallelism() - 1)),
  });
  return {
    inspect: async (request, size) => {
      if (size <= inlineBytes) return inspectDistribution(request);
      return unwrap(await workers.ask(request));
    },
    close: () => workers.close(),
  };
}

function unwrap(answer: InspectAnswer): InspectedFile {
  if ('inspected' in answer) return answer.inspected;
  if ('failed' in answer) throw answer.failed;
  const { code, message, hint } = answer.refused;
  throw new BuildError(code, message, hint === undefined ? {} : { hint });
}
