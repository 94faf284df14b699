// The tables of a benchmark in Markdown: medians, the ratio to each peer, and the goal beside it.

import type { CaseResult, Goal } from '../bench-case.ts';
import { median } from '../median.ts';
import type { BenchResult } from './result-file.ts';

export function formatTables(result: BenchResult): string {
  const { machine, programs, runs, date } = result;
  const versions = Object.entries(programs).map(([name, version]) => `${name} ${version}`);
  const about = [
    `${date.slice(0, 10)}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.fileSystem}`,
    `Linux ${machine.kernel}; Node ${machine.node}, Python ${machine.python}; ${versions.join(', ')}`,
    `medians of ${runs} ${runs === 1 ? 'run' : 'runs'}, in turn.`,
  ].join('; ');
  const cases = result.cases.filter(({ growth }) => growth === undefined);
  return [about, formatCases(cases), formatGrowth(result.cases)].filter((text) => text !== '').join('\n\n');
}

function formatCases(cases: readonly CaseResult[]): string {
  if (cases.length === 0) return '';
  const rows = cases.map((result) => [
    result.title,
    formatOwn(result),
    peersOf(result)
      .map((name) => `${name}: ${formatFigure(result, name)}`)
      .join('<br>'),
    peersOf(result)
      .map((name) => `${formatRatio(figureOf(result, 'clutch') / figureOf(result, name))} × ${name}`)
      .join('<br>'),
    result.goals.map((goal) => formatGoal(result, goal)).join('<br>') || '–',
  ]);
  return formatMarkdown(['case', 'clutch', 'beside it', 'clutch takes', 'goal'], rows);
}

/** The median that counts: time until all is done, or memory. */
export function figureOf({ programs, unit }: CaseResult, program: string): number {
  const measurements = programs[program] ?? [];
  return median(measurements.map((one) => (unit === 'MB' ? (one.memory ?? Number.NaN) : one.wall)));
}

export function peersOf({ programs }: CaseResult): string[] {
  return Object.keys(programs).filter((name) => name !== 'clutch');
}

function formatOwn(result: CaseResult): string {
  return `**${formatFigure(result, 'clutch')}**`;
}

function formatFigure(result: CaseResult, program: string): string {
  const figure = figureOf(result, program);
  if (result.unit === 'MB') return `${figure.toFixed(0)} MB`;
  const cpu = median((result.programs[program] ?? []).map((one) => one.cpu));
  return `${formatSeconds(figure)} (CPU ${formatSeconds(cpu)})`;
}

export function formatSeconds(seconds: number): string {
  const digits = seconds < 1 ? 3 : seconds < 20 ? 2 : 0;
  return `${seconds.toFixed(digits)} s`;
}

function formatRatio(ratio: number): string {
  return ratio.toFixed(ratio < 10 ? 2 : 0);
}

function formatGoal(result: CaseResult, goal: Goal): string {
  const own = figureOf(result, 'clutch');
  if (goal.limit !== undefined) return mark(`≤ ${goal.limit} ${result.unit}`, own <= goal.limit);
  const { peer = '', ratio = 1, plus = 0 } = goal;
  const bound = plus === 0 ? `≤ ${ratio} × ${peer}` : `≤ ${peer} + ${Math.round(plus * 1000)} ms`;
  return mark(bound, own <= ratio * figureOf(result, peer) + plus);
}

function mark(goal: string, met: boolean): string {
  return `${goal}: ${met ? 'met' : '**missed**'}`;
}

/** The most that a pin may cost at the largest size, in pins of the smallest. */
const growthGoal = 1.3;

function formatGrowth(cases: readonly CaseResult[]): string {
  const tables = (['cold', 'hot'] as const).map((state) => {
    const sizes = cases.filter(({ growth }) => growth?.state === state);
    const [first] = sizes;
    if (first === undefined) return '';
    const names = Object.keys(first.programs);
    const rows = sizes.map((size) => [
      String(size.growth?.pins),
      ...names.map((name) => {
        const growth = perPin(size, name) / perPin(first, name);
        return `${(perPin(size, name) * 1000).toFixed(2)} ms (${formatRatio(growth)})`;
      }),
      size === first
        ? '–'
        : mark(`≤ ${growthGoal}`, perPin(size, 'clutch') <= growthGoal * perPin(first, 'clutch')),
    ]);
    const header = names.map((name) => `${name}, per pin`);
    return formatMarkdown([`pins, ${state}`, ...header, 'goal'], rows);
  });
  return tables.filter((table) => table !== '').join('\n\n');
}

/** Seconds. */
export function perPin(size: CaseResult, program: string): number {
  return figureOf(size, program) / (size.growth?.pins ?? 1);
}

function formatMarkdown(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
