// The remote cache of one run: opened when something has to be fetched or built, and closed with its report kept.

import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BuildError } from '#base';
import { loadRemoteCache, type RemoteCache } from '#store';

import type { EggSettings } from './eggs-contract.ts';

export interface RunRemoteCache {
  /** `undefined`: there is none, it makes no sense (the user has been told), or the run is offline. */
  open: () => Promise<RemoteCache | undefined>;
  /** Waits for what is being stored, and says what was asked. */
  close(): Promise<void>;
}

export function createRunRemoteCache(settings: () => EggSettings): RunRemoteCache {
  let opened: Promise<RemoteCache | undefined> | undefined;
  return {
    open: () => {
      if (settings().offline || settings().remoteCache === undefined) return Promise.resolve(undefined);
      return (opened ??= tryOpen(settings()));
    },
    close: async () => {
      const remote = await opened;
      await remote?.finish();
      const summary = remote?.summary();
      if (summary === undefined) return;
      const { report, eggCache } = settings();
      const { eggs, files, url } = summary;
      const text = `Remote cache ${url}: eggs: ${count(eggs)}; files: ${count(files)}.`;
      report({ type: 'log', level: 'debug', text });
      const { keepRemoteReport } = await loadRemoteCache();
      if (eggCache !== undefined && eggCache.directory !== '') keepRemoteReport(eggCache.directory, summary);
    },
  };
}

function count(counts: object): string {
  const names: Readonly<Record<string, string>> = { hit: 'hits', miss: 'misses', error: 'errors' };
  return Object.entries(counts)
    .map(([outcome, number]) => `${number} ${names[outcome] ?? outcome}`)
    .join(', ');
}

async function tryOpen({
  remoteCache,
  eggCache,
  environment,
  report,
}: EggSettings): Promise<RemoteCache | undefined> {
  try {
    const settings = await remoteCache?.();
    if (settings === undefined) return undefined;
    const directory = eggCache?.directory || join(tmpdir(), 'clutch');
    const { createRemoteCache } = await loadRemoteCache();
    return createRemoteCache({ settings, environment, report, directory });
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    const { file, line } = error.where ?? {};
    const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`;
    report({ type: 'log', level: 'warning', text: `No remote cache is used: ${error.message}${place}` });
    if (error.hint !== undefined) report({ type: 'hint', text: error.hint });
    return undefined;
  }
}
