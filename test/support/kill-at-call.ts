// A program that strace kills at one of its file-system calls: the third rename, the tenth write. Unlike
// `fail-at-each-call.ts` it follows threads and children, and each of them counts for itself.

import { readFileSync } from 'node:fs';

export interface Moment {
  call: string;
  /** The how-manieth of one process or thread. */
  number: number;
}

/** To be put before the command whose calls are written to `log`. */
export function tracePrefix(calls: readonly string[], log: string): string[] {
  return ['strace', '-f', '-qq', '-e', 'signal=none', '-e', `trace=${calls.join(',')}`, '-o', log];
}

/** Every moment at which some thread of the traced program made one of the calls. */
export function readMoments(log: string): Moment[] {
  const most = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const [, thread, call = ''] of readFileSync(log, 'utf8').matchAll(/^(\d+) +(\w+)\(/gm)) {
    const count = (counts.get(`${thread} ${call}`) ?? 0) + 1;
    counts.set(`${thread} ${call}`, count);
    most.set(call, Math.max(most.get(call) ?? 0, count));
  }
  return [...most].flatMap(([call, count]) =>
    Array.from({ length: count }, (_, index) => ({ call, number: index + 1 })),
  );
}

/** To be put before the command that dies at this moment. */
export function killPrefix({ call, number }: Moment): string[] {
  const inject = `inject=${call}:signal=KILL:when=${number}`;
  return ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject];
}

/** Every sixth, from another one each day; all of them with CLUTCH_TEST_STRIDE=1. */
export function someMoments(moments: readonly Moment[], usualStride = 6): Moment[] {
  const stride = Number(process.env['CLUTCH_TEST_STRIDE'] ?? usualStride);
  const first = Math.floor(Date.now() / 86_400_000) % stride;
  return moments.filter((_, position) => position % stride === first);
}
