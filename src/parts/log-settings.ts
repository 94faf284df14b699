// `log-level`, `verbosity` and `log-format` of `[buildout]`: how much is said, and how (buildout.py, _setup_logging).

import { BuildError } from '#base';
import type { Section } from '#config';

const levels: Readonly<Record<string, number>> = {
  DEBUG: 10,
  INFO: 20,
  WARNING: 30,
  ERROR: 40,
  CRITICAL: 50,
};

/** The level below which nothing is printed, and Python's format for lines, empty for the usual one. */
export async function readLogSettings(main: Section): Promise<{ level: number; format: string }> {
  const format = await main.require('log-format');
  const name = await main.require('log-level');
  const level = levels[name] ?? parseInteger(name);
  if (level === undefined) throw invalid('log-level', `Invalid logging level ${name}`);
  const text = (await main.get('verbosity')) ?? '0';
  const verbosity = parseInteger(text);
  if (verbosity === undefined) throw invalid('verbosity', `Invalid verbosity ${text}`);
  return { level: level - verbosity, format };
}

/** Python's `int(text)`; undefined when it would fail. */
export function parseInteger(text: string): number | undefined {
  return /^\s*[+-]?\d+(?:_\d+)*\s*$/.test(text) ? Number(text.replaceAll('_', '')) : undefined;
}

function invalid(option: string, message: string): BuildError {
  return new BuildError('CONFIG_INVALID_NUMBER', message, { where: { section: 'buildout', option } });
}
