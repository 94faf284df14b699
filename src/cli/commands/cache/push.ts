// `cache push`: stores what this machine built and fetched in the remote cache.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError } from '#base';
import { readInstallerSettings } from '#parts';
import { canonicalizeName, parseSdistFilename, parseWheelFilename } from '#standards';
import { loadRemoteCache, openCatalog, type CatalogEntry, type PushedItem } from '#store';
import type { Command, Invocation } from '../command.ts';
import { parseWords, printJson, printText, wantedProject } from '../command-words.ts';
import { remoteSettings } from './remote-settings.ts';
import { switchedOff } from './open-cache.ts';

const usage = `\
Usage: buildout [options] [assignments] cache push [NAME...] [--dry-run] [--json]

Stores in the remote cache what this machine has built from source (all eggs of the egg cache, or those of the named
projects), signed with its key, and the files of the download cache, if there is one. What is there already is not sent
again. Wheels that were unpacked are files: they travel by the download cache. The machine's configuration must say
\`write = yes\` in [remote-cache], and eggs need \`signing-key\`. Ends with 1 when the server fails or refuses.

  --dry-run   list what would be offered; nothing is sent
`;

const options = { 'dry-run': { type: 'boolean' }, json: { type: 'boolean' } } as const;

export const cachePush: Command = {
  usage,
  run: async (invocation) => {
    const { values, names } = parseWords(invocation, options, Number.POSITIVE_INFINITY);
    const wanted = names.map((name) => wantedProject([name], 'cache push').project);
    const { directory, eggs, files } = await collect(invocation, wanted);
    const isJson = values['json'] === true;
    if (values['dry-run'] === true) {
      const offered = [...eggs.map(({ egg }) => egg.manifest.eggName), ...files];
      if (isJson) printJson(invocation, offered);
      else printText(invocation, offered.join('\n'));
      return 0;
    }
    const pushed: PushedItem[] = [];
    const { environment, report } = invocation.context;
    const settings = await remoteSettings(invocation);
    if (!settings.writes) throw readOnly();
    if (settings.signingKey === undefined && eggs.length > 0) throw unsigned();
    const { pushToRemote } = await loadRemoteCache();
    const onPushed = (item: PushedItem): void => {
      pushed.push(item);
      if (!isJson) printText(invocation, formatItem(item));
    };
    await pushToRemote({ settings, environment, report, directory, eggs, files, onPushed });
    if (isJson) printJson(invocation, pushed);
    else printText(invocation, summary(pushed));
    return 0;
  },
};

interface Offer {
  directory: string;
  eggs: CatalogEntry[];
  files: string[];
}

async function collect(invocation: Invocation, wanted: readonly string[]): Promise<Offer> {
  const { eggCache, downloadCache } = await readInstallerSettings(await invocation.settings());
  if (eggCache === undefined) throw switchedOff();
  const catalog = openCatalog({ directory: eggCache.directory, report: invocation.context.report });
  const eggs = catalog
    .entries()
    .filter((entry): entry is CatalogEntry => entry.egg?.manifest.used !== undefined)
    .filter(({ egg }) => wanted.length === 0 || wanted.some((name) => isOf(name, egg.manifest.project)))
    .sort((one, other) => (one.egg.manifest.eggName < other.egg.manifest.eggName ? -1 : 1));
  const place = downloadCache === undefined || downloadCache === '' ? undefined : join(downloadCache, 'dist');
  const files = place === undefined ? [] : filesIn(place, wanted);
  const missing = wanted.find((name) => !isOffered(name, { eggs, files }));
  if (missing !== undefined) throw nothingOf(missing);
  return { directory: eggCache.directory, eggs, files };
}

function filesIn(directory: string, wanted: readonly string[]): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .filter((name) => wanted.length === 0 || wanted.some((project) => isFileOf(name, project)))
    .sort()
    .map((name) => join(directory, name));
}

function isOffered(name: string, { eggs, files }: Pick<Offer, 'eggs' | 'files'>): boolean {
  const isEgg = eggs.some(({ egg }) => isOf(name, egg.manifest.project));
  return isEgg || files.some((path) => isFileOf(path.slice(path.lastIndexOf('/') + 1), name));
}

function isFileOf(filename: string, project: string): boolean {
  const wheel = parseWheelFilename(filename);
  if (wheel !== undefined) return isOf(project, wheel.project);
  return parseSdistFilename(filename, project) !== undefined;
}

function isOf(name: string, project: string): boolean {
  return canonicalizeName(name) === canonicalizeName(project);
}

const words: Readonly<Record<PushedItem['outcome'], string>> = {
  written: 'stored',
  present: 'there already',
  skipped: 'skipped',
};

function formatItem({ name, outcome, reason }: PushedItem): string {
  return `${name}: ${words[outcome]}${reason === undefined ? '' : `, ${reason}`}`;
}

function summary(pushed: readonly PushedItem[]): string {
  const count = (outcome: string): number => pushed.filter((item) => item.outcome === outcome).length;
  return `${count('written')} stored, ${count('present')} there already, ${count('skipped')} skipped.`;
}

function readOnly(): BuildError {
  return new BuildError('REMOTE_READ_ONLY', 'This machine may not write to its remote cache', {
    hint: 'a builder says `write = yes` in [remote-cache], or CLUTCH_REMOTE_CACHE_WRITE=yes',
  });
}

function unsigned(): BuildError {
  return new BuildError('REMOTE_NO_SIGNING_KEY', 'There is no key to sign eggs with', {
    hint: 'make one with `clutch cache keygen FILE`, and name it with `signing-key` in [remote-cache]',
  });
}

function nothingOf(name: string): BuildError {
  return new BuildError('EGG_CACHE_NO_ENTRY', `Nothing of ${name} was built or fetched here`, {
    hint: 'the egg cache has no egg of it that was built from source, and the download cache no file',
  });
}
