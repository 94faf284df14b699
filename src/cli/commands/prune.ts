// `prune`: takes away what nobody uses any more, from shared directories and from the egg cache.

import { resolve } from 'node:path';
import { formatBytes, parseAge } from '#base';
import { readTrustedOwners } from '#parts';
import { pruneShared, type SharedPruneResult } from '#store';
import type { Command, Invocation } from './command.ts';
import { pruneOptions, runCachePrune } from './cache/prune.ts';
import { parseWords, printJson, printText, usageError, type ParsedWords } from './command-words.ts';

const usage = `\
Usage: buildout [options] prune --shared DIR... [--software DIR...] [--grace AGE] [--dry-run] [--json]
       buildout [options] [assignments] prune --egg-cache [--older AGE] [--size SIZE] [--dry-run] [--json]

With --shared: moves what no buildout uses from a shared directory into its \`.trash\`, and deletes what has lain there
for a week. Used is what the records (.installed.cfg) or scripts of a buildout name, and what that uses in turn. Buildouts
count that are named, and those that registered themselves in \`.users\` of the directory by using it. While a run is at
work there, nothing happens. Links are never followed.

  --shared DIR    a directory of \`shared-part-list\`; may be repeated
  --software DIR  a buildout, or a directory that holds buildouts; may be repeated
  --grace AGE     what was taken away so recently can still be put back: 7d (the default), 12h, 0
  --dry-run       say what would go, and change nothing

With --egg-cache: as \`cache prune\`, see its --help.

A buildout that misses something afterwards takes it back out of .trash when it runs, or makes it again.
`;

const options = {
  shared: { type: 'string', multiple: true },
  software: { type: 'string', multiple: true },
  grace: { type: 'string' },
  'egg-cache': { type: 'boolean' },
  ...pruneOptions,
} as const;

const defaultGrace = '7d';

export const prune: Command = {
  usage,
  run: async (invocation) => {
    const words = parseWords(invocation, options, 0);
    const isCache = words.values['egg-cache'] === true;
    const roots = words.lists['shared'] ?? [];
    if (isCache === roots.length > 0) throw usageError('prune needs either --shared DIR or --egg-cache');
    refuseForeign(words, isCache ? ['software', 'grace'] : ['older', 'size']);
    return isCache ? runCachePrune(invocation, words.values) : pruneRoots(invocation, roots, words);
  },
};

function refuseForeign({ values, lists }: ParsedWords, names: readonly string[]): void {
  const name = names.find((one) => values[one] !== undefined || lists[one] !== undefined);
  if (name !== undefined) throw usageError(`--${name} does not go with these`);
}

async function pruneRoots(
  invocation: Invocation,
  roots: readonly string[],
  { values, lists }: ParsedWords,
): Promise<number> {
  const { cwd, environment } = invocation.context;
  const grace = typeof values['grace'] === 'string' ? values['grace'] : defaultGrace;
  const graceMilliseconds = parseAge(grace);
  if (graceMilliseconds === undefined) throw usageError(`--grace does not understand \`${grace}\``);
  const dryRun = values['dry-run'] === true;
  const common = {
    software: (lists['software'] ?? []).map((directory) => resolve(cwd, directory)),
    graceMilliseconds,
    dryRun,
    trustedOwners: await readTrustedOwners(environment),
  };
  const results = roots.map((root) => pruneShared({ ...common, root: resolve(cwd, root) }));
  if (values['json'] === true) printJson(invocation, { format: 1, dryRun, directories: results });
  else for (const result of results) printText(invocation, format(result, { dryRun, grace }));
  return 0;
}

function format(result: SharedPruneResult, { dryRun, grace }: { dryRun: boolean; grace: string }): string {
  const { root, buildouts, forgotten, used, moved, deleted, left, bytesFreed, bytesInTrash } = result;
  const would = dryRun ? 'would be ' : '';
  const movedBytes = moved.reduce((total, { bytes }) => total + bytes, 0);
  return [
    `${root}: ${count(used, 'entry', 'entries')} used by ${count(buildouts.length, 'buildout', 'buildouts')}.`,
    ...forgotten.map((directory) => `forgotten, since it is gone: ${directory}`),
    ...moved.map(({ place, bytes }) => `${place}  ${formatBytes(bytes)}  ${would}moved to .trash`),
    ...deleted.map(({ place, bytes }) => `${place}  ${formatBytes(bytes)}  ${would}deleted`),
    ...left.map(({ path, reason }) => `${path} stays: it ${reason}`),
    `${count(moved.length, 'unused entry', 'unused entries')} (${formatBytes(movedBytes)}) ${would}moved to .trash; ${count(deleted.length, 'entry', 'entries')} ${would}deleted, ${formatBytes(bytesFreed)} ${dryRun ? 'would be freed' : 'freed'}.`,
    ...(bytesInTrash > 0
      ? [
          `${formatBytes(bytesInTrash)} in .trash ${grace === '0' ? 'go' : `go ${grace} after they were moved`}.`,
        ]
      : []),
  ].join('\n');
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
