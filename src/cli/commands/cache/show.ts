// `cache show`: what the egg cache knows of its eggs.

import { formatBytes } from '#base';
import type { CatalogEntry, Json } from '#store';
import type { Command } from '../command.ts';
import { parseWords, printJson, printText, wantedProject } from '../command-words.ts';
import { formatDay, openCache } from './open-cache.ts';

const usage = `\
Usage: buildout [options] [assignments] cache show [NAME[==VERSION]] [--json]

Without a name, lists every egg in the cache. With one, tells for each egg of that project its build key, the requests
it answers, the file it was made of, what its build used, the shared libraries that it needs, its size and last use.
`;

export const cacheShow: Command = {
  usage,
  run: async (invocation) => {
    const { values, names } = parseWords(invocation, { json: { type: 'boolean' } }, 1);
    const catalog = await openCache(invocation);
    const wanted = names.length === 0 ? undefined : wantedProject(names, 'cache show');
    const all = catalog.entries().flatMap((entry) => (entry.egg === undefined ? [] : [entry]));
    const entries = (wanted === undefined ? all.sort(byName) : catalog.entriesOf(wanted.project)).filter(
      ({ egg }) => wanted?.version === undefined || egg.manifest.version === wanted.version,
    );
    if (values['json'] === true) printJson(invocation, entries.map(describe));
    else if (entries.length === 0) printText(invocation, `The egg cache has no ${names[0] ?? 'eggs'}.`);
    else printText(invocation, entries.map(wanted === undefined ? formatLine : formatEntry).join('\n'));
    return entries.length === 0 && wanted !== undefined ? 1 : 0;
  },
};

function byName(left: CatalogEntry, right: CatalogEntry): number {
  return left.egg.manifest.eggName < right.egg.manifest.eggName ? -1 : 1;
}

function describe({ egg, buildKey, bytes, made, lastUsed }: CatalogEntry): Record<string, unknown> {
  const { project, version, eggName, requestKeys, request, used, sonames, origin, files } = egg.manifest;
  return {
    project,
    version,
    egg: eggName,
    buildKey,
    requestKeys,
    directory: egg.directory,
    files: files.length,
    bytes,
    made: made.toISOString(),
    lastUsed: formatDay(lastUsed),
    request,
    used,
    sonames: sonames ?? [],
    origin,
  };
}

function formatLine({ egg, bytes, lastUsed }: CatalogEntry): string {
  return `${egg.manifest.eggName}  ${formatBytes(bytes)}  used ${formatDay(lastUsed)}`;
}

function formatEntry(entry: CatalogEntry): string {
  const { egg, buildKey, bytes, made, lastUsed } = entry;
  const { eggName, requestKeys, request, used, sonames = [], files } = egg.manifest;
  const lines = [
    eggName,
    `  build key    ${buildKey}`,
    ...requestKeys.map((key) => `  answers      ${key}`),
    `  directory    ${egg.directory}`,
    `  size         ${formatBytes(bytes)} in ${files.length} files`,
    `  made         ${formatDay(made)}, used ${formatDay(lastUsed)}`,
    ...formatFacts('request', request),
    ...formatSigner(egg.manifest.origin),
    ...formatFacts('used', used),
    ...(sonames.length === 0 ? [] : [`  needs        ${sonames.join(', ')}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function formatSigner(origin: Json | undefined): string[] {
  const signer: unknown =
    typeof origin === 'object' && origin !== null ? Reflect.get(origin, 'signer') : undefined;
  return typeof signer === 'string' ? [`  built        elsewhere, signed by the key ${signer}`] : [];
}

function formatFacts(title: string, facts: Json | undefined): string[] {
  if (typeof facts !== 'object' || facts === null || Array.isArray(facts)) return [];
  return Object.entries(facts).flatMap(([name, value]) => {
    const line = (text: string): string[] => [`  ${title.padEnd(12)} ${name}: ${text}`];
    if (Array.isArray(value)) return line(value.map(textOf).join(', '));
    if (typeof value !== 'object' || value === null) return line(String(value));
    return Object.entries(value).map(
      ([key, inner]) => `  ${title.padEnd(12)} ${name}: ${key} ${textOf(inner)}`,
    );
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
