// The chart of the cases: a group of bars each, with a scale of its own, since they lie two orders of magnitude apart.

import type { CaseResult } from '../bench-case.ts';
import { drawBar, drawSvg, drawText } from './svg.ts';
import { figureOf, formatSeconds } from './table.ts';

const width = 760;
const labelWidth = 190;
const barWidth = 440;
const barHeight = 18;
const barStep = 25;

export function drawCases(cases: readonly CaseResult[]): string {
  const shapes: string[] = [];
  let y = 24;
  for (const result of cases) {
    shapes.push(drawText(result.title, { x: 0, y, class: 'title' }));
    y += 12;
    const names = Object.keys(result.programs);
    const longest = Math.max(...names.map((name) => figureOf(result, name)));
    for (const [index, name] of names.entries()) {
      shapes.push(...drawRow(result, { name, y, length: figureOf(result, name) / longest, series: index }));
      y += barStep;
    }
    y += 28;
  }
  const description = `Medians of clutch and its peers: ${cases.map(describe).join('; ')}`;
  return drawSvg({ width, height: y - 20, description, shapes });
}

function drawRow(
  result: CaseResult,
  row: { name: string; y: number; length: number; series: number },
): string[] {
  const { name, y, length } = row;
  const own = name === 'clutch' ? 'own' : 'quiet';
  const bar = Math.max(2, length * barWidth);
  return [
    drawText(name, { x: labelWidth - 12, y: y + 14, class: own, anchor: 'end' }),
    drawBar({ x: labelWidth, y, width: bar, height: barHeight }, `s${Math.min(row.series, 3)}`),
    drawText(formatFigure(result, name), { x: labelWidth + bar + 8, y: y + 14, class: own }),
  ];
}

function formatFigure(result: CaseResult, name: string): string {
  const figure = figureOf(result, name);
  return result.unit === 'MB' ? `${figure.toFixed(0)} MB` : formatSeconds(figure);
}

function describe(result: CaseResult): string {
  const figures = Object.keys(result.programs).map((name) => `${name} ${formatFigure(result, name)}`);
  return `${result.title}: ${figures.join(', ')}`;
}
