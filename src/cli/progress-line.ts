// One live line on a terminal while eggs are fetched and built; it leaves no trace. Nobody sees it on a pipe.

import { formatBytes } from '#base';
import type { Event } from '#base';

export interface ProgressLine {
  /** Takes a progress event; anything else is ignored. */
  observe(event: Event): void;
  /** Removes the line, so that a real one can be printed where it stood. */
  clear(): void;
}

interface Counts {
  fetched: number;
  bytes: number;
  built: number;
  placed: number;
  fetching: Set<string>;
  building: Set<string>;
}

const redrawMilliseconds = 80;
const quietMilliseconds = 400;

/** A line drawn by `write` at most every 80 ms, `columns` wide, from 0.4 s after the first event on. */
export function createProgressLine(write: (text: string) => void, columns: () => number): ProgressLine {
  const counts: Counts = {
    fetched: 0,
    bytes: 0,
    built: 0,
    placed: 0,
    fetching: new Set(),
    building: new Set(),
  };
  const started = performance.now();
  let drawn = false;
  let drawnAt = 0;
  const clear = (): void => {
    if (drawn) write('\r\x1b[K');
    drawn = false;
  };
  const observe = (event: Event): void => {
    if (!count(counts, event)) return;
    const now = performance.now();
    if (now - started < quietMilliseconds || now - drawnAt < redrawMilliseconds) return;
    drawnAt = now;
    write(`\r\x1b[K${formatProgress(counts, (now - started) / 1000).slice(0, columns() - 1)}`);
    drawn = true;
  };
  return { observe, clear };
}

function count(counts: Counts, event: Event): boolean {
  switch (event.type) {
    case 'fetch-start':
      counts.fetching.add(event.name);
      return true;
    case 'fetch-bytes':
      counts.bytes += event.bytes;
      return true;
    case 'fetch-end':
      counts.fetching.delete(event.name);
      counts.fetched += 1;
      return true;
    case 'build-start':
      counts.building.add(event.name);
      return true;
    case 'build-end':
      counts.building.delete(event.name);
      counts.built += 1;
      return true;
    case 'placed':
      counts.placed += 1;
      return true;
    default:
      return false;
  }
}

function formatProgress(counts: Counts, seconds: number): string {
  const rate = counts.bytes / Math.max(seconds, 0.001);
  const parts = [
    `${counts.placed} eggs`,
    `${counts.fetched} files, ${formatBytes(counts.bytes)} at ${formatBytes(rate)}/s`,
    `${Math.floor(seconds)} s`,
  ];
  const building = [...counts.building];
  const fetching = [...counts.fetching];
  if (building.length > 0) parts.push(`building ${building.join(', ')}`);
  else if (fetching.length > 0) parts.push(`fetching ${fetching.join(', ')}`);
  return parts.join(' · ');
}
