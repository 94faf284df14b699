// The result of the benchmark as a document.

import type { Machine } from '../machine.ts';
import { formatGoals } from './goals.ts';
import type { Reading } from './load.ts';

export interface ServerFigures {
  startMilliseconds: number;
  /** Megabytes, after all readings. */
  memory: number;
  root: Reading;
  page: Reading;
  file: Reading;
}

export interface SizeResult {
  files: number;
  servers: Readonly<Record<string, ServerFigures>>;
  install?: { packages: number; seconds: Readonly<Record<string, number>> };
}

export interface RepositoryResult {
  date: string;
  machine: Machine;
  clutch: string;
  /** What a reader must know besides. */
  note?: string;
  sizes: readonly SizeResult[];
  uploads: { perSecond: number; cpu: number; fsyncsPerSecond: number; bytes: number };
}

export function formatResult(result: RepositoryResult): string {
  const { date, machine, clutch, note, sizes, uploads } = result;
  const share = uploads.perSecond / uploads.fsyncsPerSecond;
  return `# The repository beside its peers

Made by \`npm run bench:repository -- --docs\` on ${date.slice(0, 10)} with ${machine.cpu}, ${machine.cores} cores,
Linux ${machine.kernel}, ${machine.fileSystem}, Node ${machine.node}, Python ${machine.python}; clutch at ${clutch}. Everything ran on
one machine over loopback: wrk with 8 connections for 5 seconds each (\`Accept: */*\`). Processor time is that of the server
and all its processes, for one request. nginx lists directories and knows nothing of packages: it is the ceiling. devpi
takes some files a second, so it has the small set only. uv installs Plone's wheels with nothing cached, from each server in
turn; the best of five counts, since what it writes keeps the disk busy.${note === undefined ? '' : ` ${note}`}

${formatGoals(result)}${sizes.map(formatSize).join('')}
## Uploads

Wheels of ${Math.round(uploads.bytes / 1000)} kB over eight connections, each on the disk (fsync) before its 200:
${Math.round(uploads.perSecond)} a second, ${uploads.cpu.toFixed(2)} ms of processor each. In between, measured in turn, the disk took ${Math.round(uploads.fsyncsPerSecond)} files a second
from one writer that calls fsync after each, so uploads are ${share.toFixed(2)} of that.
`;
}

function formatSize({ files, servers, install }: SizeResult): string {
  const rows = Object.entries(servers).map(([name, { root, page, file, memory, startMilliseconds }]) =>
    [
      name,
      ...[root, page, file].map(({ cpu }) => figure(cpu)),
      ...[page, file].map(({ p50, p99 }) => `${figure(p50)} / ${figure(p99)}`),
      memory.toFixed(0),
      figure(startMilliseconds / 1000),
      ...(install === undefined ? [] : [figure(install.seconds[name] ?? Number.NaN)]),
    ].join(' | '),
  );
  const last = install === undefined ? '' : ` | uv installs ${install.packages}, s`;
  return `
## ${files.toLocaleString('en')} files

| server | root, ms CPU | project page, ms CPU | small file, ms CPU | page, ms p50 / p99 | file, ms p50 / p99 | memory, MB | start, s${last} |
|${' --- |'.repeat(install === undefined ? 8 : 9)}
${rows.map((row) => `| ${row} |`).join('\n')}
`;
}

function figure(value: number): string {
  if (Number.isNaN(value)) return '';
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toFixed(3);
}
