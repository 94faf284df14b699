// Project pages of upstream: read when somebody asks, kept, asked for again (with ETag) when they are old, and used
// although they are old while upstream does not answer.

import { gunzipSync, gzipSync } from 'node:zlib';
import { BuildError } from '#base';
import type { Http, HttpResponse } from '#net';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { createMemoryCache } from '../simple/memory-cache.ts';
import { readUpstreamPage, type UpstreamPage } from './upstream-page.ts';
import { unlessDiskIsFull } from './unless-disk-is-full.ts';
import type { StoredPage, UpstreamRecords } from './upstream-records.ts';

export interface UpstreamPages {
  /** `undefined`: no upstream has the project. Fails with REPOSITORY_UPSTREAM when none answers and nothing is kept. */
  get(project: string): Promise<{ page: UpstreamPage; expires: number } | undefined>;
  /** The page as it is kept, however old. */
  kept(project: string): UpstreamPage | undefined;
}

export interface UpstreamPagesOptions {
  http: Http;
  records: UpstreamRecords;
  /** Roots of indexes with a slash at the end, with logins. */
  urls: readonly string[];
  refreshMilliseconds: number;
  assertMayVisit: (url: URL) => void;
  log: Log;
  metrics: Metrics;
  now: () => number;
}

const accept =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';
const maximumPageBytes = 40 * 2 ** 20;
const memoryBytes = 12 * 2 ** 20;
/** How long an upstream that did not answer is left alone. */
const patienceMilliseconds = 15_000;

export function createUpstreamPages(options: UpstreamPagesOptions): UpstreamPages {
  const { records, now, refreshMilliseconds } = options;
  const parsed = createMemoryCache<{ fetched: number; page: UpstreamPage }>(memoryBytes);
  const running = new Map<string, Promise<StoredPage>>();

  function read(stored: StoredPage): UpstreamPage | undefined {
    if (stored.upstream === '') return undefined;
    const known = parsed.get(stored.project);
    if (known !== undefined && known.fetched === stored.fetched) return known.page;
    const text = gunzipSync(stored.body).toString('utf8');
    const page = JSON.parse(text) as UpstreamPage;
    parsed.set(stored.project, { fetched: stored.fetched, page }, text.length * 3);
    return page;
  }

  const refresh = createRefresh(options);

  return {
    get: async (project) => {
      const old = records.findPage(project);
      const isFresh = old !== undefined && now() - old.fetched < refreshMilliseconds;
      const stored = isFresh ? old : await shared(running, project, () => refresh(project, old));
      const page = read(stored);
      const expires = Math.max(stored.fetched + refreshMilliseconds, now() + patienceMilliseconds);
      return page === undefined ? undefined : { page, expires };
    },
    kept: (project) => {
      const stored = records.findPage(project);
      return stored === undefined ? undefined : read(stored);
    },
  };
}

type Refresh = (project: string, old: StoredPage | undefined) => Promise<StoredPage>;

/** Asks again; when nobody answers the old page has to do, and for a moment nobody is asked for what there is an old page of. */
function createRefresh(options: UpstreamPagesOptions): Refresh {
  const { now, metrics, log } = options;
  let unreachableUntil = 0;
  return async (project, old) => {
    if (old !== undefined && now() < unreachableUntil) return old;
    try {
      return await askAll(options, project, old);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      const { message } = error;
      log({ time: now(), level: 'warning', event: 'upstream-failed', project, message });
      unreachableUntil = now() + patienceMilliseconds;
      const outcome = old === undefined ? 'failed' : 'stale';
      metrics.count('clutch_upstream_requests_total', `kind="page",outcome="${outcome}"`);
      if (old !== undefined) return old;
      throw new BuildError('REPOSITORY_UPSTREAM', `Upstream does not answer for \`${project}\`: ${message}`, {
        hint: 'try again later; what was fetched before is still served',
        cause: error,
      });
    }
  };
}

/** One flight for all who ask at the same time. */
async function shared<T>(running: Map<string, Promise<T>>, key: string, start: () => Promise<T>): Promise<T> {
  let flight = running.get(key);
  if (flight === undefined) {
    flight = start().finally(() => running.delete(key));
    running.set(key, flight);
  }
  return flight;
}

/** The first upstream that has the project; fails when one before it can't be asked: its answer might be another. */
async function askAll(
  options: UpstreamPagesOptions,
  project: string,
  old: StoredPage | undefined,
): Promise<StoredPage> {
  const { http, records, metrics, now } = options;
  for (const root of options.urls) {
    const upstream = withoutLogin(root);
    const known = old !== undefined && old.upstream === upstream ? old : undefined;
    const response = await http.get(`${root}${project}/`, {
      headers: { accept, ...conditionsOf(known) },
      maximumBytes: maximumPageBytes,
    });
    if (response.status === 404 || response.status === 410) continue;
    if (response.status === 304 && known !== undefined) {
      metrics.count('clutch_upstream_requests_total', 'kind="page",outcome="unchanged"');
      unlessDiskIsFull(options, () => records.touchPage(project, now()));
      return { ...known, fetched: now() };
    }
    if (response.status !== 200) {
      throw new BuildError('REPOSITORY_UPSTREAM', `\`${upstream}\` answers with status ${response.status}`);
    }
    metrics.count('clutch_upstream_requests_total', 'kind="page",outcome="fetched"');
    return keepPage(options, { project, upstream, response });
  }
  metrics.count('clutch_upstream_requests_total', 'kind="page",outcome="missing"');
  const missing: StoredPage = { project, upstream: '', fetched: now(), body: new Uint8Array() };
  unlessDiskIsFull(options, () => records.savePage(missing));
  return missing;
}

function conditionsOf(known: StoredPage | undefined): Record<string, string> {
  if (known?.etag !== undefined) return { 'if-none-match': known.etag };
  return known?.lastModified === undefined ? {} : { 'if-modified-since': known.lastModified };
}

async function keepPage(
  options: UpstreamPagesOptions,
  { project, upstream, response }: { project: string; upstream: string; response: HttpResponse },
): Promise<StoredPage> {
  const { records, assertMayVisit, log, now } = options;
  const contentType = response.headers.get('content-type') ?? '';
  const answer = { body: response.body, contentType, url: response.url };
  const { page, unknownHosts } = await readUpstreamPage(project, answer, assertMayVisit);
  for (const host of unknownHosts) {
    const message = `files on \`${host}\` are left out; start the server with --upstream-files ${host} to have them`;
    log({ time: now(), level: 'warning', event: 'upstream-files', project, message });
  }
  const etag = response.headers.get('etag');
  const lastModified = response.headers.get('last-modified');
  const stored: StoredPage = {
    project,
    upstream,
    fetched: now(),
    body: gzipSync(JSON.stringify(page)),
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { lastModified }),
  };
  unlessDiskIsFull(options, () => records.savePage(stored));
  return stored;
}

export function withoutLogin(text: string): string {
  const url = new URL(text);
  url.username = '';
  url.password = '';
  return url.href;
}
