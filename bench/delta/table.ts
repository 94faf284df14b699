// The table of `npm run bench:delta` in Markdown.

import type { Machine } from '../machine.ts';
import type { ToolResult } from './tools.ts';

export interface DeltaRow {
  id: string;
  title: string;
  goal: number;
  /** By program. */
  results: Record<string, ToolResult>;
}

export interface DeltaFigures {
  date: string;
  machine: Machine;
  programs: Record<string, string>;
  rows: readonly DeltaRow[];
}

export function formatTable({ date, machine, programs, rows }: DeltaFigures): string {
  const names = Object.keys(rows[0]?.results ?? {});
  const used = Object.entries(programs).map(([name, version]) => `${name} ${version}`);
  return [
    `${date.slice(0, 10)}; ${machine.cpu}, ${machine.cores} cores, ${machine.fileSystem}; Node ${machine.node}, Python ${machine.python}; ${used.join(', ')}.`,
    '',
    `| sent, in KB | ${names.join(' | ')} | goal |`,
    `| --- |${' --- |'.repeat(names.length + 1)}`,
    ...rows.map(({ title, goal, results }) =>
      line([
        title,
        ...names.map((name) => kilobytes(results[name]?.bytes)),
        `≤ ${kilobytes(goal)}: ${verdict(results['clutch'], goal)}`,
      ]),
    ),
    '',
    `| apply: seconds, peak MB | ${names.join(' | ')} |`,
    `| --- |${' --- |'.repeat(names.length)}`,
    ...rows.map(({ title, results }) => line([title, ...names.map((name) => taken(results[name]?.apply))])),
    '',
    `| make: seconds, peak MB | ${names.join(' | ')} |`,
    `| --- |${' --- |'.repeat(names.length)}`,
    ...rows.map(({ title, results }) => line([title, ...names.map((name) => taken(results[name]?.make))])),
  ].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function kilobytes(bytes: number | undefined): string {
  if (bytes === undefined) return '–';
  return bytes < 1e5
    ? (bytes / 1e3).toFixed(1).replace(/\.0$/, '')
    : Math.round(bytes / 1e3).toLocaleString('en');
}

function verdict(result: ToolResult | undefined, goal: number): string {
  return result !== undefined && result.bytes <= goal ? 'met' : '**missed**';
}

function taken(measurement: ToolResult['apply'] | undefined): string {
  if (measurement === undefined || measurement.wall === 0) return '–';
  return `${measurement.wall.toFixed(1)} s, ${Math.round(measurement.memory ?? 0)}`;
}
