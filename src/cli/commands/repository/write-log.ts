// The server's log on standard output: a line of text, or of JSON, for each entry. Lines of one moment go out together.

import { hasCode } from '#base';
import type { Log, LogEntry } from '#repository';
import { writeWhole } from '../../standard-output.ts';

const flushMilliseconds = 50;

export function createLogWriter(format: 'text' | 'json'): Log {
  const formatEntry = format === 'json' ? formatJson : formatText;
  let pending = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const lines = pending;
    pending = '';
    try {
      if (lines !== '') writeWhole(1, lines);
    } catch (error) {
      // A log on a full disk loses lines; the repository goes on.
      if (!hasCode(error, 'ENOSPC', 'EDQUOT', 'EIO')) throw error;
    }
  };
  process.once('exit', flush);
  return (entry) => {
    pending += `${formatEntry(entry)}\n`;
    // What somebody may be waiting for is not held back.
    if (entry.event !== 'request') flush();
    else timer ??= setTimeout(flush, flushMilliseconds).unref();
  };
}

function formatJson({ time, ...entry }: LogEntry): string {
  return JSON.stringify({ time: new Date(time).toISOString(), ...entry });
}

function formatText({ time, level, event, ...fields }: LogEntry): string {
  const moment = new Date(time).toISOString();
  if (event === 'request') {
    const { method, path, status, milliseconds, address } = fields;
    return `${moment} ${String(address)} ${String(method)} ${plain(path)} ${String(status)} ${String(milliseconds)}ms`;
  }
  const words = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) =>
      name === 'message' || name === 'stack' ? plain(value) : `${name}=${plain(value)}`,
    );
  const mark = level === 'info' ? '' : ` ${level.toUpperCase()}`;
  return `${moment}${mark} ${event} ${words.join(' ')}`;
}

/** Nobody's upload writes lines of its own into the log. */
function plain(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001f\u007f\u0080-\u009f\u2028\u2029]/g, (character) =>
    character === '\n' ? '\n    ' : '?',
  );
}
