// Storing in the background. A server that lets this machine read may refuse that, and is then not asked again.

import { BuildError, createLimiter } from '#base';
import type { Dealings } from './dealings.ts';
import { isServersFault, loginHint, messageOf } from './failures.ts';
import type { RemoteCounts } from './remote-contract.ts';

export interface Offers {
  /** `name` is what a progress line shows. What fails is counted and told. */
  add(counts: RemoteCounts, name: string, store: () => Promise<boolean>): void;
  finish(): Promise<void>;
}

const simultaneous = 4;
const mostFailures = 3;

export function createOffers(dealings: Dealings): Offers {
  const { report } = dealings;
  const limited = createLimiter(simultaneous);
  const running = new Set<Promise<void>>();
  let failures = 0;

  const noteFailure = (counts: RemoteCounts, error: unknown): void => {
    if (!isServersFault(error)) throw error;
    counts.error += 1;
    const isDenied = error instanceof BuildError && error.code === 'REMOTE_DENIED';
    failures += isDenied ? mostFailures : 1;
    if (failures < mostFailures) return;
    dealings.warn('write', `cannot be written to: ${messageOf(error)}`);
    if (isDenied) report({ type: 'hint', text: loginHint });
  };

  return {
    add: (counts, name, store) => {
      const job = limited(async () => {
        if (failures >= mostFailures || dealings.switchedOff !== undefined) return;
        report({ type: 'fetch-start', name });
        try {
          if (await store()) counts.written += 1;
        } catch (error) {
          noteFailure(counts, error);
        } finally {
          report({ type: 'fetch-end', name });
        }
      });
      running.add(job);
      // Its failure, a bug, is for `finish`.
      job.then(
        () => running.delete(job),
        () => undefined,
      );
    },
    finish: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
