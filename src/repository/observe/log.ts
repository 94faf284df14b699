// What the server says about itself: entries of plain data. Whoever starts it writes them down, as text or JSON.

export type LogLevel = 'info' | 'warning' | 'error';

export interface LogEntry {
  /** Milliseconds since 1970. */
  time: number;
  level: LogLevel;
  /** `request`, `uploaded`, `refused`, `promoted`, `upstream`, … */
  event: string;
  [field: string]: unknown;
}

export type Log = (entry: LogEntry) => void;
