// What `annotate` prints: every value with the files that gave it (buildout.py, _print_annotate).

import { relative } from 'node:path';
import type { AnnotatedValue, HistoryItem } from './annotated.ts';
import { ValueSource } from './annotated.ts';
import type { Configuration } from './configuration.ts';
import { splitLines, strip } from './python-text.ts';

export interface FormatAnnotatedOptions {
  /** Only these sections; none: all. */
  sections: readonly string[];
  /** The whole history of each value. */
  verbose: boolean;
  /** Files below it are shown relative to it: `[buildout] directory`. */
  basedir: string;
}

/** The text of `annotate`, with its final newline. */
export function formatAnnotated(configuration: Configuration, options: FormatAnnotatedOptions): string {
  const title = 'Annotated sections';
  const lines = ['', title, '='.repeat(title.length)];
  for (const name of [...configuration.annotated.keys()].sort()) {
    if (options.sections.length > 0 && !options.sections.includes(name)) continue;
    lines.push('', `[${name}]`);
    const section = [...(configuration.annotated.get(name) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [option, value] of section) lines.push(...formatOption(option, value, options));
  }
  return `${lines.join('\n')}\n`;
}

function formatOption(option: string, value: AnnotatedValue, options: FormatAnnotatedOptions): string[] {
  const text = splitLines(value.value);
  const shown =
    text.length > 1
      ? [`${option}= ${text[0] ?? ''}`, ...text.slice(1)]
      : [value.value === '' ? `${option}=` : `${option}= ${value.value}`];
  const history = value.history.map((item) => ({
    ...item,
    source: shortSource(item.source, options.basedir),
  }));
  return [...shown, ...(options.verbose ? verboseHistory(history) : terseHistory(history))];
}

function shortSource(source: string, basedir: string): string {
  return source.startsWith(basedir) ? relative(basedir, source) || '.' : source;
}

const terseMarks = { SET: '    ', OVERRIDE: '    ', DIRECTORY: '    ', ADD: '+=  ', REMOVE: '-=  ' } as const;

/** The last assignment and what was added and removed since. */
function terseHistory(history: readonly HistoryItem[]): string[] {
  const first = history.findLastIndex(({ operation }) => operation !== 'ADD' && operation !== 'REMOVE');
  return history
    .slice(Math.max(first, 0))
    .map(({ operation, source }) => terseMarks[operation] + source)
    .filter((line) => strip(line) !== '');
}

function verboseHistory(history: readonly HistoryItem[]): string[] {
  return ['', ...history.toReversed().flatMap((item) => [formatSource(item), ...formatOperation(item)]), ''];
}

const generated: ReadonlySet<string> = new Set([
  ValueSource.default,
  ValueSource.computed,
  ValueSource.commandLine,
]);

function formatSource({ source }: HistoryItem): string {
  return `   ${generated.has(source) ? 'AS' : 'IN'} ${source}`;
}

function formatOperation({ operation, value }: HistoryItem): string[] {
  const lines = splitLines(value);
  if (lines.length <= 1) return [`   ${operation} VALUE = ${value}`];
  return [`   ${operation} VALUE =`, ...lines.map((line) => `      ${line}`)];
}
