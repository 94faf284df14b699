// `cache stats`: how much is in the egg cache.

import { formatBytes } from '#base';
import {
  defaultCacheLimit,
  loadRemoteCache,
  type CacheCatalog,
  type RemoteCounts,
  type RemoteReport,
} from '#store';
import type { Command } from '../command.ts';
import { parseWords, printJson, printText } from '../command-words.ts';
import { cacheSettings, formatDay, openCache } from './open-cache.ts';

const usage = `\
Usage: buildout [options] [assignments] cache stats [--json]

Counts the eggs in the egg cache: how many, how much they take, how they came there, and when the oldest was used last.
A run that stores something keeps the cache below the limit: \`egg-cache-size\` in [buildout], by default 20G. If a remote
cache was used, says what the last run that did so was answered.
`;

export const cacheStats: Command = {
  usage,
  run: async (invocation) => {
    const { values } = parseWords(invocation, { json: { type: 'boolean' } }, 0);
    const { limitBytes = defaultCacheLimit } = await cacheSettings(invocation);
    const catalog = await openCache(invocation);
    const remote = (await loadRemoteCache()).readRemoteReport(catalog.directory);
    const counted = { ...count(catalog), limitBytes, ...(remote === undefined ? {} : { remote }) };
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
  /** Came from a remote cache. */
  fetched: number;
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
    fetched: usable.filter(({ egg }) => has(egg.manifest.origin, 'signer')).length,
    imported: usable.filter(({ egg }) => isImported(egg.manifest.origin)).length,
    unusable: entries.length - usable.length,
    ...(oldest === undefined ? {} : { oldestUse: formatDay(new Date(oldest)) }),
  };
}

function has(origin: unknown, name: string): boolean {
  return typeof origin === 'object' && origin !== null && Reflect.has(origin, name);
}

function format(counted: Counted & { limitBytes: number; remote?: RemoteReport }): string {
  const { eggs, projects, bytes, built, fetched, remote, imported, unusable, oldestUse, limitBytes } =
    counted;
  return [
    `directory   ${counted.directory}`,
    `eggs        ${eggs} of ${projects} projects`,
    `size        ${formatBytes(bytes)} (limit ${formatBytes(limitBytes)})`,
    `from source ${built}${fetched === 0 ? '' : `, ${fetched} of them by other machines`}`,
    ...(imported === 0 ? [] : [`imported    ${imported}`]),
    ...(unusable === 0 ? [] : [`unusable    ${unusable} (\`cache prune\` removes them)`]),
    ...(oldestUse === undefined ? [] : [`oldest use  ${oldestUse}`]),
    ...(remote === undefined ? [] : formatRemote(remote)),
  ].join('\n');
}

function formatRemote({ url, time, eggs, files, received, sent, lost, switchedOff }: RemoteReport): string[] {
  return [
    `remote      ${url}, last used ${time.slice(0, 16).replace('T', ' ')} UTC`,
    `  eggs      ${formatCounts(eggs)}`,
    `  files     ${formatCounts(files)}`,
    `  bytes     ${formatBytes(received)} received, ${formatBytes(sent)} sent`,
    ...(lost < 100 ? [] : [`  lost      ${(lost / 1000).toFixed(1)} s`]),
    ...(switchedOff === undefined ? [] : [`  given up  ${switchedOff}`]),
  ];
}

function formatCounts({ hit, miss, error, rejected, written }: RemoteCounts): string {
  return `${hit} hits, ${miss} misses, ${error} errors, ${rejected} rejected, ${written} written`;
}
