// One timed run of one program, by `measure.py`, with a home and caches of its own.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { sampleMemory, type MemoryPeak } from './sample-memory.ts';

export interface Measurement {
  /** Seconds until the program and all it started had ended. */
  wall: number;
  /** Seconds of CPU, user and system, of all of them. */
  cpu: number;
  /** The highest sum of resident memory, in MB, when it was asked for. */
  memory?: number;
}

export interface Command {
  /** The program by its full path, and its arguments. */
  argv: readonly string[];
  cwd: string;
  environment: Readonly<Record<string, string>>;
}

export interface MeasureOptions {
  /** The Python that runs `measure.py`. */
  python: string;
  /** Where results and outputs go; names in it begin with `label`. */
  logDirectory: string;
  label: string;
  /** Sampling costs CPU, so runs that are timed go without. */
  withMemory?: boolean;
}

/** Fails with the end of the program's output when it does. */
export async function measure(command: Command, options: MeasureOptions): Promise<Measurement> {
  const result = join(options.logDirectory, `${options.label}.json`);
  const output = join(options.logDirectory, `${options.label}.log`);
  const script = join(import.meta.dirname, 'measure.py');
  const child = spawn(options.python, ['-I', '-S', script, result, output, ...command.argv], {
    cwd: command.cwd,
    env: command.environment,
    stdio: 'inherit',
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const sampler: MemoryPeak | undefined =
    options.withMemory === true && child.pid !== undefined ? sampleMemory(child.pid) : undefined;
  const wrapperCode = await ended;
  const peak = sampler?.stop();
  const usage: unknown = wrapperCode === 0 ? JSON.parse(readFileSync(result, 'utf8')) : undefined;
  const taken = usage as { wall: number; user: number; system: number; code: number } | undefined;
  if (taken === undefined || taken.code !== 0) throw failure(command, output);
  const measurement = { wall: taken.wall, cpu: taken.user + taken.system };
  return peak === undefined ? measurement : { ...measurement, memory: peak };
}

function failure(command: Command, output: string): Error {
  const lines = readFileSync(output, 'utf8').trimEnd().split('\n').slice(-15);
  return new Error(`\`${command.argv.join(' ')}\` failed:\n${lines.join('\n')}`);
}
