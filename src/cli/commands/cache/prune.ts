// `cache prune`: makes the egg cache smaller.

import { formatBytes, parseAge, parseByteSize } from '#base';
import { defaultCacheLimit, type PruneResult } from '#store';
import type { Command, Invocation } from '../command.ts';
import { parseWords, printJson, printText, usageError, type ParsedWords } from '../command-words.ts';
import { cacheSettings, openCache } from './open-cache.ts';

const usage = `\
Usage: buildout [options] [assignments] cache prune [--older AGE] [--size SIZE] [--dry-run] [--json]

Takes out of the egg cache what was not used for long, then what was not used for longest until the rest is small
enough. Buildouts keep their eggs. What a run at work may be using stays.

  --older AGE   not used for so long: 90d (days), 12h, 8w
  --size SIZE   what may stay: 20G, 500M
  --dry-run     say what would go, and change nothing

Without --older and --size both limits are the defaults: 90d, and \`egg-cache-size\` of [buildout] or 20G. A run that
stores something keeps the size limit by itself.
`;

export const pruneOptions = {
  older: { type: 'string' },
  size: { type: 'string' },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

const defaultAge = '90d';

export const cachePrune: Command = {
  usage,
  run: (invocation) => runCachePrune(invocation, parseWords(invocation, pruneOptions, 0).values),
};

/** Prunes the egg cache of the configuration; `values` of `pruneOptions`. */
export async function runCachePrune(invocation: Invocation, values: ParsedWords['values']): Promise<number> {
  const { older, size } = values;
  const isPlain = older === undefined && size === undefined;
  const { limitBytes = defaultCacheLimit } = await cacheSettings(invocation);
  const olderThanMilliseconds = isPlain ? parseAge(defaultAge) : limit('--older', older, parseAge);
  const bytes = isPlain ? limitBytes : limit('--size', size, parseByteSize);
  const dryRun = values['dry-run'] === true;
  const catalog = await openCache(invocation);
  const result = catalog.prune({ olderThanMilliseconds, bytes, dryRun });
  if (result === undefined) return 1;
  if (values['json'] === true) printJson(invocation, { ...result, removed: listed(result), dryRun });
  else printText(invocation, format(result, dryRun));
  return 0;
}

function limit(
  name: string,
  value: string | boolean | undefined,
  parse: (text: string) => number | undefined,
): number | undefined {
  if (typeof value !== 'string') return undefined;
  const parsed = parse(value);
  if (parsed === undefined) throw usageError(`${name} does not understand \`${value}\``);
  return parsed;
}

interface Listed {
  egg: string;
  bytes: number;
  reason: string;
}

function listed({ removed }: PruneResult): Listed[] {
  return removed.map(({ entry, reason }) => ({
    egg: entry.egg?.manifest.eggName ?? entry.buildKey,
    bytes: entry.egg === undefined ? 0 : entry.bytes,
    reason,
  }));
}

const reasons: Readonly<Record<string, string>> = {
  unused: 'not used for long',
  size: 'too much',
  unusable: 'unusable',
};

function format(result: PruneResult, dryRun: boolean): string {
  const { removed, inUse, bytesBefore, bytesAfter } = result;
  const lines = listed(result).map(
    ({ egg, bytes, reason }) => `${egg}  ${formatBytes(bytes)}  ${reasons[reason] ?? reason}`,
  );
  const verb = dryRun ? 'would be removed' : 'removed';
  const sizes = `${formatBytes(bytesBefore)} → ${formatBytes(bytesAfter)}`;
  lines.push(`${removed.length} eggs ${verb}, ${sizes}.`);
  const { files } = result;
  if (files.removed > 0) {
    const left = `${formatBytes(files.bytesBefore)} → ${formatBytes(files.bytesAfter)}`;
    lines.push(`${files.removed} fetched files ${verb}, ${left}.`);
  }
  if (inUse > 0) lines.push(`${inUse} eggs stay, since another run is at work and may use them.`);
  return lines.join('\n');
}
