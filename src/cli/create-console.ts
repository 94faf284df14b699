// Events become lines. zc.buildout's own lines go to standard output as Python's logging prints them there
// (buildout.py, `_setup_logging`); before its logging is set up only warnings show, on standard error.

import { LogLevel, type Event, type Report } from '#base';
import { createProgressLine, type ProgressLine } from './progress-line.ts';
import { writeWhole } from './standard-output.ts';

export interface Console {
  report: Report;
  /** Takes the live line away before somebody else writes to the terminal. */
  clear(): void;
}

interface LogSettings {
  level: number;
  format: string;
}

/**
 * The console of this process. `terminal`: standard error is one, so live progress may be drawn there; `hints` may be
 * wanted without.
 */
export function createConsole(terminal: boolean, hints: boolean = terminal): Console {
  const progress: ProgressLine | undefined = terminal
    ? createProgressLine(
        (text) => writeWhole(2, text),
        () => process.stderr.columns ?? 80,
      )
    : undefined;
  let settings: LogSettings | undefined;
  const clear = (): void => progress?.clear();
  const report = (event: Event): void => {
    if (event.type === 'log-settings') settings = { level: event.level, format: event.format };
    else if (event.type === 'log') printLog(event, settings, clear);
    else if (event.type === 'print') {
      clear();
      writeWhole(1, event.text);
    } else if (event.type === 'hint') {
      if (hints) {
        clear();
        writeWhole(2, `hint: ${event.text}\n`);
      }
    } else progress?.observe(event);
  };
  return { report, clear };
}

type LogEvent = Extract<Event, { type: 'log' }>;

function printLog(event: LogEvent, settings: LogSettings | undefined, clear: () => void): void {
  const level = LogLevel[event.level];
  if (settings === undefined) {
    if (level < LogLevel.warning) return;
    clear();
    writeWhole(2, `${event.text}\n`);
  } else if (level >= settings.level) {
    clear();
    writeWhole(1, `${formatLog(event, settings.format)}\n`);
  }
}

function formatLog(event: LogEvent, format: string): string {
  const logger = event.logger ?? '';
  if (format === '') return logger === '' ? event.text : `${logger}: ${event.text}`;
  const values: Readonly<Record<string, string>> = {
    message: event.text,
    name: logger === '' ? 'zc.buildout' : logger,
    levelname: event.level.toUpperCase(),
    asctime: new Date().toISOString().replace('T', ' ').replace('.', ',').slice(0, 23),
  };
  return format.replaceAll(/%\((\w+)\)s/g, (whole, name: string) => values[name] ?? whole);
}
