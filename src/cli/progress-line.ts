// One live line on a terminal while eggs are fetched, built and sent, and releases packed; it leaves no trace. Nobody sees it on a pipe.

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
  sent: number;
  sentBytes: number;
  built: number;
  placed: number;
  sending: Set<string>;
  fetching: Set<string>;
  building: Set<string>;
  /** The piece of work that is under way, and when it began. */
  phase?: { name: string; bytes: number; totalBytes: number; started: number };
}

const redrawMilliseconds = 80;
const quietMilliseconds = 400;

/** A line drawn by `write` at most every 80 ms, `columns` wide, from 0.4 s after the first event on. */
export function createProgressLine(write: (text: string) => void, columns: () => number): ProgressLine {
  const counts: Counts = {
    fetched: 0,
    bytes: 0,
    sent: 0,
    sentBytes: 0,
    built: 0,
    placed: 0,
    sending: new Set(),
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
    case 'send-start':
      counts.sending.add(event.name);
      return true;
    case 'send-bytes':
      counts.sentBytes += event.bytes;
      return true;
    case 'send-end':
      counts.sending.delete(event.name);
      counts.sent += 1;
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
    case 'phase': {
      const { phase: name, totalBytes } = event;
      counts.phase = { name, totalBytes, bytes: 0, started: performance.now() };
      return true;
    }
    case 'phase-bytes':
      if (counts.phase !== undefined) counts.phase.bytes += event.bytes;
      return true;
    default:
      return false;
  }
}

function formatProgress(counts: Counts, seconds: number): string {
  if (counts.phase !== undefined) {
    const { name, bytes, totalBytes, started } = counts.phase;
    const spent = Math.floor((performance.now() - started) / 1000);
    return `${name} · ${formatBytes(bytes)} of ${formatBytes(totalBytes)} · ${spent} s`;
  }
  const speed = (bytes: number): string =>
    `${formatBytes(bytes)} at ${formatBytes(bytes / Math.max(seconds, 0.001))}/s`;
  const { sending, building, fetching, sent, sentBytes } = counts;
  const isSending = sending.size > 0 || sent > 0;
  const parts = [
    ...(isSending
      ? [`${sent} files sent, ${speed(sentBytes)}`]
      : [`${counts.placed} eggs`, `${counts.fetched} files, ${speed(counts.bytes)}`]),
    `${Math.floor(seconds)} s`,
  ];
  if (sending.size > 0) parts.push(`sending ${[...sending].join(', ')}`);
  else if (building.size > 0) parts.push(`building ${[...building].join(', ')}`);
  else if (fetching.size > 0) parts.push(`fetching ${[...fetching].join(', ')}`);
  return parts.join(' · ');
}
