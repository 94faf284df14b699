// Upstream as the server sees it: pages of projects that are not ours, and their files, fetched once and kept while
// there is room. What was not used for longest goes first; files of ours are never touched.

import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError, hashBytes, type Environment } from '#base';
import { createHttp, type Http } from '#net';
import type { Core } from '../core.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { ForeignPage } from '../simple/render-page.ts';
import { openFileStore, type FileStore } from '../storage/file-store.ts';
import { removeOrphans } from '../storage/remove-orphans.ts';
import { fetchUpstreamFile, type Flight } from './fetch-upstream-file.ts';
import type { UpstreamFile, UpstreamPage } from './upstream-page.ts';
import { unlessDiskIsFull, type Notes } from './unless-disk-is-full.ts';
import { createUpstreamPages, withoutLogin } from './upstream-pages.ts';
import { openUpstreamRecords, type UpstreamRecords } from './upstream-records.ts';
import { createHostCheck, readUpstreamUrl, type UpstreamOptions } from './upstream-settings.ts';

/** On the disk, or on its way. */
export type UpstreamContent = { path: string; size: number } | { flight: Flight };

export interface Upstream {
  /** The page of a project, its files' URLs relative to `root`; `undefined` when no upstream has it. */
  page(project: string, root: string): Promise<ForeignPage | undefined>;
  /** A file that upstream's page offers; `undefined` when none does. Fetching begins when it is not here. */
  file(project: string, key: string, filename: string): Promise<UpstreamContent | undefined>;
  /** The `.metadata` sibling of a wheel, checked. */
  metadata(project: string, key: string, filename: string): Promise<Buffer | undefined>;
  gauges(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

export interface OpenUpstreamOptions extends UpstreamOptions {
  core: Core;
  log: Log;
  metrics: Metrics;
  environment: Environment;
}

const maximumMetadataBytes = 8 * 2 ** 20;
const flushMilliseconds = 30_000;

interface State {
  options: OpenUpstreamOptions;
  records: UpstreamRecords;
  store: FileStore;
  flights: Map<string, Flight>;
  /** Files that were used since the last time it was written down. */
  used: Set<string>;
}

/** Opens `DIR/upstream`; nothing is asked before a reader asks. Fails with REPOSITORY_UPSTREAM for a URL that is none. */
export function openUpstream(options: OpenUpstreamOptions): Upstream {
  const { core, log, metrics, environment } = options;
  const urls = options.urls.map(readUpstreamUrl);
  const assertMayVisit = createHostCheck({ ...options, urls });
  const state = openState(options);
  const http = createHttp({
    offline: false,
    environment,
    timeoutSeconds: 20,
    retries: 1,
    credentials: urls.map((url) => ({ url })),
    assertMayVisit,
    report: () => undefined,
  });
  const pages = createUpstreamPages({
    ...options,
    http,
    records: state.records,
    urls,
    assertMayVisit,
    now: core.now,
  });
  const timer = setInterval(() => flushUse(state), flushMilliseconds).unref();
  log({ time: core.now(), level: 'info', event: 'upstream', urls: urls.map(withoutLogin).join(' ') });

  async function findFile(project: string, key: string, filename: string): Promise<UpstreamFile | undefined> {
    const isWanted = (file: UpstreamFile): boolean => file.key === key && file.filename === filename;
    const kept = pages.kept(project)?.files.find(isWanted);
    // A page from before a restart may be gone: it is asked for again.
    return kept ?? (await pages.get(project))?.page.files.find(isWanted);
  }

  return {
    page: async (project, root) => {
      const found = await pages.get(project);
      return found === undefined ? undefined : { page: ownLinks(found.page, root), expires: found.expires };
    },
    file: async (project, key, filename) => {
      const file = await findFile(project, key, filename);
      if (file === undefined) return undefined;
      if (state.records.hasFile(key) && state.store.has(key)) {
        state.used.add(key);
        metrics.count('clutch_upstream_requests_total', 'kind="file",outcome="kept"');
        const path = state.store.path(key);
        return { path, size: statSync(path).size };
      }
      return { flight: startFlight(state, http, file) };
    },
    metadata: async (project, key, filename) => {
      const file = await findFile(project, key, filename);
      return file?.metadataHash === undefined ? undefined : readMetadata(http, file, file.metadataHash);
    },
    gauges: () => ({ clutch_upstream_bytes: state.records.totalBytes() }),
    close: async () => {
      clearInterval(timer);
      await http.close();
      await Promise.allSettled([...state.flights.values()].map(({ done }) => done));
      flushUse(state);
      state.records.close();
    },
  };
}

function openState(options: OpenUpstreamOptions): State {
  const directory = join(options.core.directory, 'upstream');
  mkdirSync(directory, { recursive: true });
  const records = openUpstreamRecords(join(directory, 'records.sqlite'), options.core.now());
  const store = openFileStore(join(directory, 'files'), join(directory, 'tmp'));
  removeOrphans(store, records.keys());
  records.forget([...records.keys()].filter((key) => !store.has(key)));
  const state: State = { options, records, store, flights: new Map(), used: new Set() };
  keepLimit(state);
  return state;
}

const notesOf = ({ log, core }: OpenUpstreamOptions): Notes => ({ log, now: core.now });

/** On a full disk it is written down later: reads go on. */
function flushUse({ used, records, options }: State): void {
  if (used.size === 0) return;
  const wasWritten = unlessDiskIsFull(notesOf(options), () => records.touchFiles(used, options.core.now()));
  if (wasWritten) used.clear();
}

/** The same page with links to this server: a reader never talks to upstream. */
function ownLinks(page: UpstreamPage, root: string): UpstreamPage {
  const { name } = page;
  return {
    ...page,
    files: page.files.map((file) => ({
      ...file,
      url: `${root}upstream/${name}/${file.key}/${encodeURIComponent(file.filename)}`,
    })),
  };
}

/** One flight for each file, however many wait for it. */
function startFlight(state: State, http: Http, file: UpstreamFile): Flight {
  const known = state.flights.get(file.key);
  if (known !== undefined) return known;
  const { options, store, flights } = state;
  const fetched = fetchUpstreamFile({
    http,
    file,
    path: store.temporaryPath(),
    maximumBytes: options.maximumBytes,
    makeRoom: () => evict(state, Math.max(state.records.totalBytes() / 4, file.size ?? 0)) > 0,
  });
  const done = fetched.done.then(
    async ({ path, size }) => {
      await keepFile(state, file, { path, size });
      return { path: store.path(file.key), size };
    },
    (error: unknown) => {
      throw describeFailure(state, file, error);
    },
  );
  const flight: Flight = {
    done,
    started: fetched.started,
    get size() {
      return fetched.size;
    },
    follow: () => fetched.follow(),
  };
  flights.set(file.key, flight);
  done.catch(() => undefined).finally(() => flights.delete(file.key));
  return flight;
}

async function keepFile(
  state: State,
  file: UpstreamFile,
  { path, size }: { path: string; size: number },
): Promise<void> {
  const { store, records, options } = state;
  const { core, log, metrics } = options;
  const note = (): void => records.addFile({ key: file.key, filename: file.filename, size, now: core.now() });
  try {
    await store.adopt(path, file.key);
    // What was used before is older than what comes now: else the new file could be the first to go.
    flushUse(state);
    if (!unlessDiskIsFull(notesOf(options), note)) {
      evict(state, records.totalBytes() / 4);
      note();
    }
  } catch (error) {
    rmSync(path, { force: true });
    store.remove(file.key);
    throw error;
  }
  keepLimit(state);
  metrics.count('clutch_upstream_requests_total', 'kind="file",outcome="fetched"');
  log({ time: core.now(), level: 'info', event: 'fetched', filename: file.filename, bytes: size });
}

/** Below the limit by a tenth, so that the next files need not wait for this. */
function keepLimit(state: State): void {
  const total = state.records.totalBytes();
  const { maximumBytes } = state.options;
  if (total <= maximumBytes) return;
  evict(state, total - maximumBytes * 0.9);
}

/** Removes what was not used for longest, until `bytes` are free; how many files. */
function evict(state: State, bytes: number): number {
  flushUse(state);
  const { records, store, options } = state;
  const { core, log } = options;
  const { keys, bytes: freed } = records.oldest(bytes);
  const wasForgotten = unlessDiskIsFull(notesOf(options), () => records.forget(keys));
  for (const key of keys) store.remove(key);
  // Without room even forgetting had to wait for what has been removed now.
  if (!wasForgotten) unlessDiskIsFull(notesOf(options), () => records.forget(keys));
  if (keys.length > 0)
    log({ time: core.now(), level: 'info', event: 'evicted', files: keys.length, bytes: freed });
  return keys.length;
}

function describeFailure(state: State, file: UpstreamFile, error: unknown): unknown {
  const { core, log, metrics } = state.options;
  metrics.count('clutch_upstream_requests_total', 'kind="file",outcome="failed"');
  const message = error instanceof Error ? error.message : String(error);
  log({ time: core.now(), level: 'warning', event: 'upstream-failed', filename: file.filename, message });
  if (!(error instanceof BuildError) || error.code === 'REPOSITORY_UPSTREAM') return error;
  return new BuildError(
    'REPOSITORY_UPSTREAM',
    `\`${file.filename}\` can't be had from upstream: ${message}`,
    {
      cause: error,
    },
  );
}

async function readMetadata(
  http: Http,
  file: UpstreamFile,
  expected: string | true,
): Promise<Buffer | undefined> {
  const response = await http.get(`${file.url}.metadata`, { maximumBytes: maximumMetadataBytes });
  if (response.status !== 200) return undefined;
  if (expected === true || hashBytes(response.body) === expected) return response.body;
  throw new BuildError(
    'REPOSITORY_UPSTREAM',
    `The metadata of \`${file.filename}\` is not what upstream's page says`,
  );
}
