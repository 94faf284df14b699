// Runs the program as on a user's terminal, by a pseudo terminal of Python's.

import { join } from 'node:path';

import type { RunOptions, Workspace } from './run-clutch.ts';

export interface TerminalRun {
  code: number | null;
  /** Everything the terminal got, escape codes too. */
  output: string;
}

export interface TerminalOptions extends RunOptions {
  words?: readonly string[];
  /** Ctrl-C is typed as soon as this regular expression was seen. */
  interruptAt?: string;
}

export async function runOnTerminal(
  workspace: Workspace,
  { words, interruptAt, ...options }: TerminalOptions = {},
): Promise<TerminalRun> {
  const script = join(import.meta.dirname, 'run-on-terminal.py');
  const interrupt = interruptAt === undefined ? [] : ['--interrupt', interruptAt];
  const prefix = [...(options.prefix ?? []), 'python3', script, ...interrupt];
  const { code, stdout } = await workspace.run(words, { ...options, prefix });
  return { code, output: stdout };
}

/** What a user sees in the end: each line after its carriage returns and erasures. */
export function renderTerminal(output: string): string {
  return output.replaceAll('\r\n', '\n').split('\n').map(renderLine).join('\n');
}

function renderLine(line: string): string {
  let shown = '';
  let column = 0;
  for (const [piece] of line.matchAll(/\x1b\[\d*[A-Za-z]|\r|[^\x1b\r]+/g)) {
    if (piece === '\r') column = 0;
    else if (piece === '\x1b[K') shown = shown.slice(0, column);
    else if (piece.startsWith('\x1b')) shown += piece;
    else {
      shown = shown.slice(0, column) + piece + shown.slice(column + piece.length);
      column += piece.length;
    }
  }
  return shown;
}
