// A remote cache as a run uses it: eggs and files are asked for, and, by a builder that may write, stored in the
// background. Nothing here ever fails: what goes wrong is counted, told once, and is a miss.

import { basename } from 'node:path';
import { BuildError, createLimiter, type Environment, type Report } from '#base';
import { createCacheLayout } from '../cache-layout.ts';
import type { CachedEgg } from '../manifest.ts';
import { startDealings, summarize, type Dealings } from './dealings.ts';
import { isServersFault, loginHint, messageOf } from './failures.ts';
import { fetchEgg, type FetchedEgg, type WantedEgg } from './fetch-egg.ts';
import { createOffers } from './offers.ts';
import { addressOf, openServer, type RemoteServer } from './open-server.ts';
import { publishEgg } from './publish-egg.ts';
import type { Blob } from './receive-blob.ts';
import type { RemoteAnswer, RemoteCacheSettings, RemoteReport } from './remote-contract.ts';
import { parseTrustedKey, readSigningKey, type SigningKey, type TrustedKey } from './signing.ts';

export interface RemoteCacheOptions {
  settings: RemoteCacheSettings;
  environment: Environment;
  report: Report;
  /** That of the egg cache. */
  directory: string;
}

export interface RemoteCache {
  /** Without a login. */
  readonly url: string;
  /** Whether eggs are looked for: only when somebody is trusted. */
  readonly hasTrust: boolean;
  /** Unpacks the egg below `directory`, checked; `undefined`: it has to be built. `file`: what it is made of. */
  fetchEgg(wanted: WantedEgg & { file: string }, directory: string): Promise<FetchedEgg | undefined>;
  /** Stores an egg that was built here, if this machine may write; goes on in the background. */
  offerEgg(egg: CachedEgg): void;
  /** Puts the file at `target` and says whether it is there now. */
  fetchFile(blob: Blob, target: string): Promise<boolean>;
  /** Stores a file, which must stay where it is until `finish`. */
  offerFile(sha256: string, path: string): void;
  /** Waits until everything is stored that was offered. */
  finish(): Promise<void>;
  /** `undefined`: nothing was asked. */
  summary(): RemoteReport | undefined;
}

/** What all waiting for a server that is silent may take in a run. */
const patienceMilliseconds = 2000;
const simultaneousEggs = 8;

/** Opens no connection. Fails with `REMOTE_KEY_INVALID` and `REMOTE_URL_INVALID` for settings that make no sense. */
export function createRemoteCache(options: RemoteCacheOptions): RemoteCache {
  const { settings } = options;
  const trusted = settings.trustedKeys.map(({ text, where }) => parseTrustedKey(text, where));
  const dealings = startDealings(addressOf(settings).url, options.report);
  const opened = openServer({
    ...options,
    patienceMilliseconds,
    onSwitchedOff: (reason) => {
      dealings.switchedOff = reason;
      dealings.warn('off', `is not used any more in this run: ${reason}`);
    },
  });
  const server = { ...opened, dealings };
  const { url, client, patience } = server;
  const signingKey = tryReadSigningKey(settings, dealings);
  if (signingKey !== undefined) trusted.push(signingKey);
  const limitEggs = createLimiter(simultaneousEggs);
  const offers = createOffers(dealings);
  const layout = createCacheLayout(options.directory);

  return {
    url,
    hasTrust: trusted.length > 0,
    fetchEgg: (wanted, directory) => limitEggs(() => askForEgg({ ...server, trusted }, wanted, directory)),
    offerEgg: (egg) => {
      if (signingKey === undefined || patience.isOff) return;
      const publisher = { client, signingKey, layout };
      offers.add(dealings.eggs, egg.manifest.eggName, async () => {
        return (await publishEgg(publisher, egg)) !== 'unfit';
      });
    },
    fetchFile: (blob, target) => askForFile(server, blob, target),
    offerFile: (sha256, path) => {
      if (!settings.writes || patience.isOff) return;
      offers.add(dealings.files, basename(path), async () => {
        await client.upload(sha256, path, false);
        return true;
      });
    },
    finish: () => offers.finish(),
    summary: () => summarize(dealings, { ...client.bytes, lost: Math.round(patience.lostMilliseconds) }),
  };
}

interface Server extends RemoteServer {
  dealings: Dealings;
}

/** `undefined`: this machine stores no eggs; why not has been told. */
function tryReadSigningKey(
  { writes, signingKey }: RemoteCacheSettings,
  dealings: Dealings,
): SigningKey | undefined {
  if (!writes || signingKey === undefined) return undefined;
  try {
    return readSigningKey(signingKey);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    dealings.warn('key', `gets no eggs of this machine: ${error.message}`);
    if (error.hint !== undefined) dealings.report({ type: 'hint', text: error.hint });
    return undefined;
  }
}

async function askForEgg(
  server: Server & { trusted: readonly TrustedKey[] },
  wanted: WantedEgg & { file: string },
  directory: string,
): Promise<FetchedEgg | undefined> {
  const { dealings, patience, trusted, client } = server;
  if (patience.isOff || trusted.length === 0) return undefined;
  const { project, file } = wanted;
  const note = (outcome: RemoteAnswer['outcome'], detail: string): void => {
    dealings.eggs[outcome] += 1;
    dealings.answers.push({ project, file, outcome, detail });
  };
  try {
    const answer = await fetchEgg({ client, trusted, report: dealings.report }, wanted, directory);
    if (answer.outcome === 'miss') note('miss', answer.detail);
    else note('hit', `signed by ${answer.egg.signer}`);
    return answer.outcome === 'hit' ? answer.egg : undefined;
  } catch (error) {
    note(judgeFailure(server, error, `an egg for ${file}`), messageOf(error));
    return undefined;
  }
}

async function askForFile(server: Server, blob: Blob, target: string): Promise<boolean> {
  const { dealings, patience, client } = server;
  if (patience.isOff) return false;
  try {
    const isThere = await client.download(blob, target);
    dealings.files[isThere ? 'hit' : 'miss'] += 1;
    return isThere;
  } catch (error) {
    dealings.files[judgeFailure(server, error, `the blob ${blob.sha256}`)] += 1;
    return false;
  }
}

/** A bug of ours comes out; everything else is the server's or the disk's. */
function judgeFailure({ dealings, patience }: Server, error: unknown, what: string): 'error' | 'rejected' {
  if (!isServersFault(error)) throw error;
  if (!(error instanceof BuildError)) return 'error';
  if (error.code === 'REMOTE_REJECTED') {
    dealings.warn('rejected', `has ${what} that is not used: ${error.message}`);
    return 'rejected';
  }
  if (error.code === 'REMOTE_DENIED') {
    patience.switchOff(error.message);
    dealings.report({ type: 'hint', text: loginHint });
  }
  return 'error';
}
