// What the `cache` commands share: their options, the cache of the configuration, and how sizes and days are written.

import { parseArgs, type ParseArgsConfig } from 'node:util';
import { BuildError } from '#base';
import type { EggCacheSettings, EggSettings } from '#eggs';
import { readCacheSettings, readInstallerSettings } from '#parts';
import { openCatalog, type CacheCatalog } from '#store';
import type { Invocation } from './command.ts';

type OptionsConfig = NonNullable<ParseArgsConfig['options']>;

export interface ParsedWords {
  values: Readonly<Record<string, string | boolean | undefined>>;
  names: readonly string[];
}

/** Options and names of a sub-command; `most` is how many names it takes. */
export function parseWords(invocation: Invocation, options: OptionsConfig, most: number): ParsedWords {
  try {
    const parsed = parseArgs({ args: [...invocation.words], options, allowPositionals: true, strict: true });
    const extra = parsed.positionals[most];
    if (extra !== undefined) throw usageError(`unexpected argument: ${extra}`);
    return { values: parsed.values as ParsedWords['values'], names: parsed.positionals };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw usageError(error.message.split('. ', 1)[0] ?? error.message);
  }
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

/** What the configuration says about the egg cache; fails when it is switched off. */
export async function cacheSettings(invocation: Invocation): Promise<EggCacheSettings> {
  const found = await readCacheSettings(await invocation.settings());
  if (found === undefined) throw switchedOff();
  return found;
}

/** All settings of the installer, with an egg cache; no directory is made. */
export async function installerSettings(invocation: Invocation): Promise<EggSettings> {
  const settings = await readInstallerSettings(await invocation.settings());
  if (settings.eggCache === undefined) throw switchedOff();
  return settings;
}

export async function openCache(invocation: Invocation): Promise<CacheCatalog> {
  const { directory } = await cacheSettings(invocation);
  return openCatalog({ directory, report: invocation.context.report });
}

function switchedOff(): BuildError {
  return new BuildError('EGG_CACHE_OFF', 'This buildout has no egg cache', {
    hint: '`egg-cache` in [buildout] is empty; give it a directory, or remove the option',
    where: { section: 'buildout', option: 'egg-cache' },
  });
}

export function printText(invocation: Invocation, text: string): void {
  invocation.context.report({ type: 'print', text: `${text}\n` });
}

export function printJson(invocation: Invocation, value: unknown): void {
  printText(invocation, JSON.stringify(value, null, 2));
}

/** `1.5 GB`, as `--size` takes it back. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  let amount = bytes;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit] ?? ''}`;
}

/** `2026-11-21` */
export function formatDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}
