// The commands that only tell: `annotate` and `query`.

import { BuildError } from '#base';
import { formatAnnotated } from '#config';
import type { Run } from './run-state.ts';

/** Prints the named sections, or all, with the origin of every value. */
export async function annotate(run: Run, sections: readonly string[]): Promise<void> {
  const verbose = (await run.main.get('verbosity')) !== undefined;
  const text = formatAnnotated(run.configuration, { sections, verbose, basedir: run.handle.directory });
  run.handle.report({ type: 'print', text });
}

/** Prints one option as the configuration has it, references not replaced. */
export async function query(run: Run, words: readonly string[]): Promise<void> {
  const [word] = words;
  if (word === undefined || words.length !== 1) throw usage('The query command requires a single argument.');
  const names = word.split(':');
  if (names.length > 2) throw usage(`Invalid option: ${word}`);
  const option = names.at(-1) ?? '';
  const section = names.length === 2 ? (names[0] ?? '') : 'buildout';
  const print = (text: string): void => run.handle.report({ type: 'print', text: `${text}\n` });
  if ((await run.main.get('verbosity')) !== undefined) print(`\${${section}:${option}}`);
  const options = run.handle.sections.raw(section);
  const value = options?.get(option);
  if (value !== undefined) print(value);
  else throw usage(options === undefined ? `Section not found: ${section}` : `Key not found: ${option}`);
}

function usage(message: string): BuildError {
  return new BuildError('QUERY', message);
}
