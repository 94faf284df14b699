// A remote cache's server from its settings: its address without the login, and a client that knows the login.

import { BuildError, type Environment, type Report } from '#base';
import { createHttp, redactUrl } from '#net';
import { createBlobClient, type BlobClient } from './blob-client.ts';
import { createPatience, type Patience } from './patience.ts';
import type { RemoteCacheSettings } from './remote-contract.ts';

export interface RemoteServer {
  /** Without a login and without a slash at its end. */
  url: string;
  client: BlobClient;
  patience: Patience;
}

export interface ServerOptions {
  settings: Pick<RemoteCacheSettings, 'url' | 'login'>;
  environment: Environment;
  report: Report;
  /** What all waiting for nothing may take. */
  patienceMilliseconds: number;
  onSwitchedOff: (reason: string) => void;
}

const mostFailures = 3;

/** Opens no connection. Fails with `REMOTE_URL_INVALID`. */
export function openServer(options: ServerOptions): RemoteServer {
  const { settings, environment, report, patienceMilliseconds, onSwitchedOff } = options;
  const { url, full } = addressOf(settings);
  const patience = createPatience({
    budgetMilliseconds: patienceMilliseconds,
    failures: mostFailures,
    onSwitchedOff,
  });
  const credentials = [{ url: full.href }];
  const http = createHttp({
    offline: false,
    environment,
    report,
    credentials,
    retries: 0,
    // Less than one request may stand still, so that what is said is the reason.
    lookupMilliseconds: Math.min(patienceMilliseconds * 0.3, 10_000),
  });
  return { url, patience, client: createBlobClient({ url, http, patience }) };
}

/** The address without and with its login. Fails with `REMOTE_URL_INVALID`. */
export function addressOf(settings: ServerOptions['settings']): { url: string; full: URL } {
  const full = parseUrl(settings);
  return { url: withoutLogin(full), full };
}

function parseUrl({ url, login }: ServerOptions['settings']): URL {
  const isHttp = URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
  if (!isHttp) {
    throw new BuildError('REMOTE_URL_INVALID', `\`${redactUrl(url)}\` is no http or https URL`, {
      hint: 'name the cache as `url = http://cache.example.com:8080` in [remote-cache]',
    });
  }
  const parsed = new URL(url);
  if (login !== undefined && parsed.username === '') {
    parsed.username = encodeURIComponent(login.user);
    parsed.password = encodeURIComponent(login.password);
  }
  return parsed;
}

function withoutLogin(url: URL): string {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain.href.replace(/\/+$/, '');
}
