// The routes of the server. Each file beside this one adds its own; web pages are handed in.

import { Hono, type Context } from 'hono';
import { BuildError } from '#base';
import { forbidden, isDiskFull, statusOf } from '../refusals.ts';
import { addApiRoutes } from './api-routes.ts';
import { answerError, describeFailure, type RequestFailure } from './errors.ts';
import { addHealthRoutes } from './health-routes.ts';
import type { ServerApp, ServerContext, ServerTypes } from './server-context.ts';
import { addSimpleRoutes } from './simple-routes.ts';
import { addUploadRoutes } from './upload-route.ts';
import { addUpstreamRoutes } from './upstream-routes.ts';

export interface WebPages {
  addRoutes(app: ServerApp): void;
  /** A page for a failure; `undefined` when whoever asked is no browser. */
  answerError(context: Context<ServerTypes>, failure: RequestFailure): Response | undefined;
  close(): Promise<void>;
}

export function createApp(server: ServerContext, web: WebPages): ServerApp {
  const app = new Hono<ServerTypes>();
  const answer = (context: Context<ServerTypes>, error: unknown): Response => {
    const isApi = context.req.path.startsWith('/api/');
    const page = isApi ? undefined : web.answerError(context, describeFailure(error));
    return page ?? answerError(context, error, isApi);
  };
  app.use(async (context, next) => {
    assertSameSite(context.req.method, (name) => context.req.header(name));
    await next();
  });
  app.onError((error, context) => {
    const status = statusOf(error);
    if (status >= 500) logFailure(server, context.req.path, error);
    return answer(context, error);
  });
  app.notFound((context) => answer(context, new BuildError('REPOSITORY_NOT_FOUND', 'There is nothing here')));
  addSimpleRoutes(app, server);
  addUploadRoutes(app, server);
  addApiRoutes(app, server);
  addHealthRoutes(app, server);
  if (server.upstream !== undefined) addUpstreamRoutes(app, server, server.upstream);
  web.addRoutes(app);
  return app;
}

/** A stack is for what is our fault. */
function logFailure({ core, log }: ServerContext, path: string, error: Error): void {
  const { message, stack } = error;
  const isOurs = !(error instanceof BuildError) && !isDiskFull(error);
  const level = isOurs ? 'error' : 'warning';
  log({ time: core.now(), level, event: 'failed', path, message, ...(isOurs && { stack }) });
}

/** A browser sends a remembered login with whatever another site makes it send: changes must come from here. */
function assertSameSite(method: string, header: (name: string) => string | undefined): void {
  if (method === 'GET' || method === 'HEAD') return;
  const site = header('sec-fetch-site');
  const origin = header('origin');
  const isForeign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== header('host')));
  if (isForeign) throw forbidden('A page of another site asks for a change');
}
