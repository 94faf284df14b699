// What one run has asked of a remote cache and been answered, and what its user has been told: each kind of trouble once.

import type { Report } from '#base';
import type { RemoteAnswer, RemoteCounts, RemoteReport } from './remote-contract.ts';

export interface Dealings {
  /** Without a login. */
  readonly url: string;
  readonly eggs: RemoteCounts;
  readonly files: RemoteCounts;
  readonly answers: RemoteAnswer[];
  switchedOff: string | undefined;
  readonly report: Report;
  /** A warning that begins with the cache's URL, the first of its kind only. */
  warn(kind: string, text: string): void;
}

export function startDealings(url: string, report: Report): Dealings {
  const warned = new Set<string>();
  return {
    url,
    eggs: noCounts(),
    files: noCounts(),
    answers: [],
    switchedOff: undefined,
    report,
    warn: (kind, text) => {
      if (warned.has(kind)) return;
      warned.add(kind);
      report({ type: 'log', level: 'warning', text: `Remote cache ${url} ${text}` });
    },
  };
}

/** `undefined`: nothing was asked. */
export function summarize(
  { url, eggs, files, answers, switchedOff }: Dealings,
  measured: { received: number; sent: number; lost: number },
): RemoteReport | undefined {
  const isUsed = [eggs, files].some((counts) => Object.values(counts).some((count) => count > 0));
  if (!isUsed) return undefined;
  return {
    url,
    time: new Date().toISOString(),
    eggs,
    files,
    ...measured,
    ...(switchedOff === undefined ? {} : { switchedOff }),
    answers,
  };
}

function noCounts(): RemoteCounts {
  return { hit: 0, miss: 0, error: 0, rejected: 0, written: 0 };
}
