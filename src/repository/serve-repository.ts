// The server's life: opens the data directory, listens, answers, and stops in order.

import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { BuildError, hasCode, type Environment } from '#base';
import { createGate } from './access/create-gate.ts';
import { createSessions } from './access/sessions.ts';
import { openCore, type Change, type Core, type CoreSettings } from './core.ts';
import { openDevelopmentLinks } from './development/development-links.ts';
import { createApp, type WebPages } from './http/create-app.ts';
import { answerFast } from './http/fast-path.ts';
import { createFileSource } from './http/file-source.ts';
import type { ServerContext } from './http/server-context.ts';
import { watchIncoming } from './incoming/watch-incoming.ts';
import { keepHeapSmall } from './keep-heap-small.ts';
import type { Log } from './observe/log.ts';
import { createMetrics } from './observe/metrics.ts';
import { openWebhooks } from './observe/webhooks.ts';
import { observeRequest } from './observe/observe-request.ts';
import { createWebPages } from './pages/create-web-pages.ts';
import { openUpstream } from './upstream/open-upstream.ts';
import type { UpstreamOptions } from './upstream/upstream-settings.ts';
import { createPages } from './simple/pages.ts';

export interface ServeSettings extends CoreSettings {
  listen: ListenAddress;
  /** Reading anything needs a token. */
  isPrivate: boolean;
  noStaging: boolean;
  log: Log;
  /** One entry for each request. */
  accessLog: boolean;
  /** Where names that are not ours come from; nowhere when absent. */
  upstream?: UpstreamOptions;
  /** Told of every upload, promotion, yank and deletion. */
  webhooks?: readonly string[];
  environment: Environment;
}

export interface ListenAddress {
  host: string;
  /** 0: the system picks one. */
  port: number;
}

export interface RepositoryServer {
  /** `http://127.0.0.1:8765/` */
  readonly url: string;
  /** Lets requests under way end (for ten seconds), then closes everything. */
  stop(): Promise<void>;
}

/** Starts a server. Fails with a `BuildError` when the directory or the address is taken. */
export async function serveRepository(settings: ServeSettings): Promise<RepositoryServer> {
  const core = await openCore(settings);
  let close = async (): Promise<void> => core.close();
  try {
    const parts = openParts(settings, core);
    ({ close } = parts);
    const server = createHttpServer(parts, settings.accessLog);
    keepHeapSmall();
    const url = await listen(server, settings.listen);
    return { url, stop: async () => stop(server, close) };
  } catch (error) {
    await close();
    throw error;
  }
}

function createHttpServer({ context, web }: Parts, accessLog: boolean): Server {
  const app = createApp(context, web);
  const listener = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    autoCleanupIncoming: false,
  });
  return createServer(serverLimits, (incoming, outgoing) => {
    const observed = observeRequest(context, accessLog, { incoming, outgoing });
    const route = answerFast(context, incoming, outgoing);
    if (route === undefined) void listener(incoming, outgoing);
    else observed.route(route);
  });
}

/** A slow sender has an hour for one request; a silent one two minutes. */
const serverLimits = {
  requestTimeout: 3_600_000,
  headersTimeout: 30_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 32 * 1024,
} as const;
const silenceMilliseconds = 120_000;
const graceMilliseconds = 10_000;

/** What the handlers work with, and how to end it all. */
interface Parts {
  context: ServerContext;
  web: WebPages;
  close: () => Promise<void>;
}

function openParts(settings: ServeSettings, core: Core): Parts {
  const { isPrivate, noStaging, log, environment } = settings;
  const metrics = createMetrics();
  const upstream =
    settings.upstream === undefined
      ? undefined
      : openUpstream({ ...settings.upstream, core, log, metrics, environment });
  const webhooks = openWebhooks({ core, log, metrics, environment, urls: settings.webhooks ?? [] });
  const links = openDevelopmentLinks(core, log);
  const incoming = watchIncoming({ core, log, noStaging });
  const sessions = createSessions(core.records.tokens, core.now);
  const context: ServerContext = {
    core,
    pages: createPages({
      core,
      developmentLinks: () => links.list(),
      isPrivate,
      ...(upstream !== undefined && {
        upstreamPage: (project: string, root: string) => upstream.page(project, root),
      }),
    }),
    files: createFileSource(core, isPrivate),
    gate: createGate(core, isPrivate, sessions),
    sessions,
    log,
    metrics,
    upstream,
    developmentLinks: () => links.list(),
    noStaging,
  };
  core.subscribe((change) => logChange(core, log, change));
  const web = createWebPages(context);
  const close = async (): Promise<void> => {
    links.close();
    await web.close();
    await incoming.close();
    await upstream?.close();
    await webhooks.close();
    await core.close();
  };
  return { context, web, close };
}

function logChange(core: Core, log: Log, change: Change): void {
  const { type, actor, project } = change;
  const details = {
    ...(project !== '' && { project }),
    actor,
    ...('version' in change && { version: change.version }),
    ...('file' in change && { filename: change.file.filename, sha256: change.file.sha256 }),
  };
  log({ time: core.now(), level: 'info', event: type, ...details });
}

async function listen(server: Server, { host, port }: ListenAddress): Promise<string> {
  server.setTimeout(silenceMilliseconds);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(describeListenFailure(error, host, port)));
    server.listen(port, host, () => resolve());
  });
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${actual}/`;
}

function describeListenFailure(error: unknown, host: string, port: number): unknown {
  const problem = hasCode(error, 'EADDRINUSE')
    ? 'is in use'
    : hasCode(error, 'EACCES', 'EPERM')
      ? 'may not be used by this user'
      : hasCode(error, 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN')
        ? 'is not one of this machine'
        : undefined;
  if (problem === undefined) return error;
  return new BuildError('REPOSITORY_LISTEN', `The address ${host}:${port} ${problem}`, {
    hint: 'give another one by --listen; port 0 lets the system pick one',
    cause: error,
  });
}

async function stop(server: Server, close: () => Promise<void>): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection whose request has ended waits for the next one, which nobody will answer.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const timer = setTimeout(() => server.closeAllConnections(), graceMilliseconds);
  await ended;
  clearInterval(sweep);
  clearTimeout(timer);
  await close();
}
