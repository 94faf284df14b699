// The words after a command of our own: its options and names, and what it prints.

import { parseArgs, type ParseArgsConfig } from 'node:util';
import { BuildError } from '#base';
import type { Invocation } from './command.ts';

type OptionsConfig = NonNullable<ParseArgsConfig['options']>;

export interface ParsedWords {
  values: Readonly<Record<string, string | boolean | undefined>>;
  /** Options that may be repeated. */
  lists: Readonly<Record<string, readonly string[] | undefined>>;
  names: readonly string[];
}

/** Options and names of a sub-command; `most` is how many names it takes. */
export function parseWords(invocation: Invocation, options: OptionsConfig, most: number): ParsedWords {
  try {
    const parsed = parseArgs({ args: [...invocation.words], options, allowPositionals: true, strict: true });
    const extra = parsed.positionals[most];
    if (extra !== undefined) throw usageError(`unexpected argument: ${extra}`);
    return {
      values: pick(parsed.values, (value) => !Array.isArray(value)) as ParsedWords['values'],
      lists: pick(parsed.values, Array.isArray) as ParsedWords['lists'],
      names: parsed.positionals,
    };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw usageError(error.message.split('. ', 1)[0] ?? error.message);
  }
}

function pick(values: object, isWanted: (value: unknown) => boolean): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => isWanted(value)));
}

export function usageError(problem: string): BuildError {
  return new BuildError('USAGE', problem, { hint: 'see --help after the command' });
}

/** The name that a sub-command must have, `NAME` or `NAME==VERSION`. */
export function wantedProject(
  names: readonly string[],
  command: string,
): { project: string; version?: string } {
  const [, project, version] = /^([A-Za-z0-9][A-Za-z0-9._-]*)(?:==(\S+))?$/.exec(names[0] ?? '') ?? [];
  if (project === undefined) throw usageError(`${command} needs the name of a project`);
  return version === undefined ? { project } : { project, version };
}

export function printText(invocation: Invocation, text: string): void {
  invocation.context.report({ type: 'print', text: `${text}\n` });
}

export function printJson(invocation: Invocation, value: unknown): void {
  printText(invocation, JSON.stringify(value, null, 2));
}
