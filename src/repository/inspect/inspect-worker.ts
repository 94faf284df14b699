// The worker that looks into large files, so that the server goes on answering meanwhile. An entry of its own in the
// bundle; see create-inspector.ts for the other side.

import { parentPort } from 'node:worker_threads';
import { BuildError } from '#base';
import { inspectDistribution, type InspectedFile, type InspectRequest } from './inspect-distribution.ts';

export type InspectAnswer =
  | { inspected: InspectedFile }
  | { refused: { code: string; message: string; hint?: string } }
  | { failed: unknown };

parentPort?.on('message', (request: InspectRequest) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  void answer(request).then((message) => parentPort?.postMessage(message));
});

async function answer(request: InspectRequest): Promise<InspectAnswer> {
  try {
    return { inspected: await inspectDistribution(request) };
  } catch (error) {
    if (!(error instanceof BuildError)) return { failed: error };
    const { code, message, hint } = error;
    return { refused: { code, message, ...(hint !== undefined && { hint }) } };
  }
}
