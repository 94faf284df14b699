// Puts a result into docs/: the tables between the markers of performance.md, the charts beside it.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { drawCases } from './draw-cases.ts';
import { drawGrowth } from './draw-growth.ts';
import type { BenchResult } from './result-file.ts';
import { formatTables } from './table.ts';

const documents = join(import.meta.dirname, '../../docs');
const markers = { start: '<!-- bench: table -->', end: '<!-- bench: end -->' };

export function writeDocuments(result: BenchResult): void {
  const page = join(documents, 'performance.md');
  writeFileSync(page, replaceBetween(readFileSync(page, 'utf8'), formatTables(result)));
  const charts = join(documents, 'performance');
  mkdirSync(charts, { recursive: true });
  const ofGrowth = result.cases.filter(({ growth }) => growth !== undefined);
  const others = result.cases.filter(({ growth }) => growth === undefined);
  const timed = others.filter(({ unit }) => unit === 'seconds');
  if (timed.length > 0) writeFileSync(join(charts, 'cases.svg'), drawCases(timed));
  const memory = others.filter(({ unit }) => unit === 'MB');
  if (memory.length > 0) writeFileSync(join(charts, 'memory.svg'), drawCases(memory));
  if (ofGrowth.length > 0) writeFileSync(join(charts, 'growth.svg'), drawGrowth(ofGrowth));
}

function replaceBetween(text: string, tables: string): string {
  const start = text.indexOf(markers.start);
  const end = text.indexOf(markers.end);
  if (start === -1 || end < start) throw new Error('docs/performance.md lost the markers of its table');
  return `${text.slice(0, start + markers.start.length)}\n${tables}\n${text.slice(end)}`;
}
