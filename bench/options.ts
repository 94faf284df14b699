// The benchmark's own command line.

import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Everything is below this directory; a temporary one when not given. Peers in it are kept. */
  work: string | undefined;
  runs: number;
  only: readonly string[] | undefined;
  /** The Python that eggs are for; the workload is pinned for 3.11. */
  python: string;
  /** The program that is measured. */
  program: string | undefined;
  pins: readonly number[];
  /** Also a cold run of zc.buildout, which takes minutes. */
  slow: boolean;
  /** Write table and charts into docs/. */
  docs: boolean;
  /** Measure nothing: print this result, and put it into docs/ when asked to. */
  from: string | undefined;
  keep: boolean;
}

export const usage = `npm run bench -- [--runs N] [--only CASE,…] [--work DIR] [--python PYTHON] [--docs]

  --runs N        runs of each program in each case, of which the median counts (default 5)
  --only CASE,…   cold, hot, shared, no-op, recipe-host, memory, growth (default: all)
  --work DIR      everything goes below DIR, and the peers stay there (default: a temporary directory)
  --keep          leave what was built below DIR
  --python FILE   the Python to build for (default: python3.11 on the PATH)
  --program FILE  what to measure (default: bin/buildout of this checkout)
  --pins N,…      sizes of the synthetic index (default 100,1000,5000)
  --slow          also run zc.buildout cold, once: minutes
  --docs          put table and charts into docs/
  --from FILE     measure nothing, take this result file
`;

/** `undefined`: print the usage. Fails with a sentence of `parseArgs`. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      work: { type: 'string' },
      runs: { type: 'string', default: '5' },
      only: { type: 'string' },
      python: { type: 'string', default: 'python3.11' },
      program: { type: 'string' },
      pins: { type: 'string', default: '100,1000,5000' },
      slow: { type: 'boolean', default: false },
      docs: { type: 'boolean', default: false },
      from: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    work: values.work,
    runs: Math.max(1, Number.parseInt(values.runs, 10)),
    only: values.only?.split(','),
    python: values.python,
    program: values.program,
    pins: values.pins.split(',').map(Number),
    slow: values.slow,
    docs: values.docs,
    from: values.from,
    keep: values.keep,
  };
}
