// What a case is, and how its programs are run: in turn, A B A B, so that whatever else the machine does hits all.

import type { Contestants } from './contestants.ts';
import { measure, type Command, type Measurement } from './measure.ts';
import type { BenchOptions } from './options.ts';
import type { Workspace } from './workspace.ts';

export interface Bench {
  options: BenchOptions;
  python: string;
  workspace: Workspace;
  contestants: Contestants;
  /** Says how far it is, on stderr. */
  say(text: string): void;
  /** An untimed run that others build on. */
  prepare(command: Command, label: string): Promise<void>;
}

/** One row of the table. */
export interface CaseResult {
  /** For `--only` and the result file. */
  id: string;
  title: string;
  unit: 'seconds' | 'MB';
  /** Per program the measurement of every run, clutch's under `clutch`. */
  programs: Record<string, readonly Measurement[]>;
  goals: readonly Goal[];
  /** A row of the table of growth instead. */
  growth?: { pins: number; state: 'cold' | 'hot' };
}

export interface Goal {
  /** At most `ratio` times what this program took, and `plus` more; or at most `limit`, both in the case's unit. */
  peer?: string;
  ratio?: number;
  plus?: number;
  limit?: number;
}

export interface BenchCase {
  id: string;
  run(bench: Bench): Promise<readonly CaseResult[]>;
}

/** One program in one case: `prepare` makes what its run needs, outside the clock. */
export interface Entrant {
  name: string;
  readonly prepare: () => Command;
  /** How often it runs, when not as often as the others. */
  runs?: number;
  withMemory?: boolean;
}

/** Every entrant's measurements, one per round. */
export async function runInTurn(
  bench: Bench,
  id: string,
  entrants: readonly Entrant[],
): Promise<Record<string, Measurement[]>> {
  const measured: Record<string, Measurement[]> = {};
  for (let round = 0; round < bench.options.runs; round += 1) {
    for (const { name, prepare, withMemory = false, runs = bench.options.runs } of entrants) {
      if (round >= runs) continue;
      const label = `${id}-${name.replaceAll(/[^a-zA-Z0-9]+/g, '-')}-${round}`;
      const measurement = await measure(prepare(), {
        python: bench.python,
        logDirectory: bench.workspace.logs,
        label,
        withMemory,
      });
      (measured[name] ??= []).push(measurement);
      const { wall, cpu, memory } = measurement;
      const beside = memory === undefined ? '' : `, ${memory.toFixed(0)} MB`;
      bench.say(`${id}: ${name}: ${wall.toFixed(3)} s, ${cpu.toFixed(3)} s of CPU${beside}`);
    }
  }
  return measured;
}
