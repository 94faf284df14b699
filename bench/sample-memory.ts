// The peak of the sum of resident memory over a process tree, read from /proc. Compilers of sdists are left out, with
// what they start: what they take is the same whoever starts them. Pages that two processes share count twice.

import { readdirSync, readFileSync } from 'node:fs';

export interface MemoryPeak {
  /** Ends the sampling; the peak in MB. */
  stop(): number;
}

const intervalMilliseconds = 15;
const pageBytes = 4096;
const compilers =
  /^(cc|c\+\+|gcc|g\+\+|cc1|cc1plus|collect2|as|ld|lto1|clang|rustc|cargo|cython|make|ninja)\b/;

/** Samples everything below the process `root`, which is not counted itself. */
export function sampleMemory(root: number): MemoryPeak {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, sumBelow(root, readProcesses()));
  }, intervalMilliseconds);
  return {
    stop: () => {
      clearInterval(timer);
      return peak / 1e6;
    },
  };
}

interface Process {
  name: string;
  bytes: number;
}

/** By the process that started them. */
type Children = ReadonlyMap<number, readonly { pid: number; process: Process }[]>;

function readProcesses(): Children {
  const children = new Map<number, { pid: number; process: Process }[]>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const stat = tryRead(`/proc/${pid}/stat`);
    const match = /^\d+ \((.*)\) \S (\d+) (?:\S+ ){19}(\d+)/s.exec(stat);
    if (match === null) continue;
    const process = { name: match[1] ?? '', bytes: Number(match[3]) * pageBytes };
    const parent = Number(match[2]);
    children.set(parent, [...(children.get(parent) ?? []), { pid, process }]);
  }
  return children;
}

function sumBelow(pid: number, children: Children): number {
  let sum = 0;
  for (const { pid: child, process } of children.get(pid) ?? []) {
    if (!compilers.test(process.name)) sum += process.bytes + sumBelow(child, children);
  }
  return sum;
}

/** A process may end between being listed and being read. */
function tryRead(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
