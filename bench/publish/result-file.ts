// The result of a benchmark as a file: what was measured, on what, when. Table and charts are made from it alone.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { CaseResult } from '../bench-case.ts';
import { machineSlug, type Machine } from '../machine.ts';

export interface BenchResult {
  /** Day and time, UTC. */
  date: string;
  machine: Machine;
  programs: Record<string, string>;
  runs: number;
  cases: readonly CaseResult[];
}

const directory = join(import.meta.dirname, '../results');

/** One file per day and machine. The path it was written to. */
export function writeResult(result: BenchResult): string {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `${result.date.slice(0, 10)}-${machineSlug(result.machine)}.json`);
  writeFileSync(path, `${JSON.stringify(result, roundFigures, 1)}\n`);
  return path;
}

export function readResult(path: string): BenchResult {
  return JSON.parse(readFileSync(path, 'utf8')) as BenchResult;
}

/** Tenths of a millisecond are noise enough. */
function roundFigures(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Math.round(value * 1e4) / 1e4 : value;
}
