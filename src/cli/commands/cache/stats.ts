// `cache stats`: how much is in the egg cache.

import { formatBytes } from '#base';
import { defaultCacheLimit, type CacheCatalog } from '#store';
import type { Command } from '../command.ts';
import { parseWords, printJson, printText } from '../command-words.ts';
import { cacheSettings, formatDay, openCache } from './open-cache.ts';

const usage = `\
Usage: buildout [options] [assignments] cache stats [--json]

Counts the eggs in the egg cache: how many, how much they take, how they came there, and when the oldest was used last.
A run that stores something keeps the cache below the limit: \`egg-cache-size\` in [buildout], by default 20G.
`;

export const cacheStats: Command = {
  usage,
  run: async (invocation) => {
    const { values } = parseWords(invocation, { json: { type: 'boolean' } }, 0);
    const { limitBytes = defaultCacheLimit } = await cacheSettings(invocation);
    const counted = { ...count(await openCache(invocation)), limitBytes };
    if (values['json'] === true) printJson(invocation, counted);
    else printText(invocation, format(counted));
    return 0;
  },
};

interface Counted {
  directory: string;
  eggs: number;
  projects: number;
  bytes: number;
  built: number;
  imported: number;
  unusable: number;
  oldestUse?: string;
}

function count(catalog: CacheCatalog): Counted {
  const entries = catalog.entries();
  const usable = entries.flatMap((entry) => (entry.egg === undefined ? [] : [entry]));
  const uses = usable.map(({ lastUsed }) => lastUsed.getTime()).sort((one, other) => one - other);
  const [oldest] = uses;
  const isImported = (origin: unknown): boolean =>
    typeof origin === 'object' && origin !== null && Reflect.get(origin, 'imported') === true;
  return {
    directory: catalog.directory,
    eggs: usable.length,
    projects: new Set(usable.map(({ egg }) => egg.manifest.project)).size,
    bytes: usable.reduce((total, { bytes }) => total + bytes, 0),
    built: usable.filter(({ egg }) => egg.manifest.used !== undefined).length,
    imported: usable.filter(({ egg }) => isImported(egg.manifest.origin)).length,
    unusable: entries.length - usable.length,
    ...(oldest === undefined ? {} : { oldestUse: formatDay(new Date(oldest)) }),
  };
}

function format(counted: Counted & { limitBytes: number }): string {
  const { eggs, projects, bytes, built, imported, unusable, oldestUse, limitBytes } = counted;
  return [
    `directory   ${counted.directory}`,
    `eggs        ${eggs} of ${projects} projects`,
    `size        ${formatBytes(bytes)} (limit ${formatBytes(limitBytes)})`,
    `from source ${built}`,
    ...(imported === 0 ? [] : [`imported    ${imported}`]),
    ...(unusable === 0 ? [] : [`unusable    ${unusable} (\`cache prune\` removes them)`]),
    ...(oldestUse === undefined ? [] : [`oldest use  ${oldestUse}`]),
  ].join('\n');
}
