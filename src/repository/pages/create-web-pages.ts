// The web pages of a repository, for people: start, search, projects, recent uploads, staging, login. They work without
// JavaScript; every link is relative, so that the server may lie below any path of a proxy. What they show comes from
// strangers' files: html.ts and readme/ keep it harmless, the headers of page-sender.ts hold if those should fail.

import { canonicalizeName, tryParseVersion } from '#standards';
import type { WebPages } from '../http/create-app.ts';
import type { ServerApp, ServerContext } from '../http/server-context.ts';
import { isProjectName, printable } from '../inspect/distribution-name.ts';
import { notFound } from '../refusals.ts';
import { createVariant } from '../simple/variant.ts';
import { sendVariant } from '../http/send.ts';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { assets } from './assets/assets.ts';
import { answerErrorPage } from './login/error-answer.ts';
import { renderFeed } from './lists/feed.ts';
import { addLoginRoutes } from './login/login-routes.ts';
import { recentPage } from './lists/recent-page.ts';
import { searchPage } from './lists/search-page.ts';
import { stagingPage } from './lists/staging-page.ts';
import { startPage } from './lists/start-page.ts';
import { createPageSender, pageSecurity, type PageContext, type PageSender } from './page-sender.ts';
import { projectPage } from './project/project-page.ts';
import { createSite, type Site } from './site.ts';

export function createWebPages(server: ServerContext): WebPages {
  const site = createSite(server);
  const sender = createPageSender(site);
  return {
    addRoutes: (app) => {
      addListRoutes(app, site, sender);
      addProjectRoutes(app, site, sender);
      addLoginRoutes(app, site);
      addAssetRoutes(app);
    },
    answerError: (context, failure) => answerErrorPage(site, context, failure),
    close: () => site.readmes.close(),
  };
}

function addListRoutes(app: ServerApp, site: Site, sender: PageSender): void {
  app.get('/', (context) => sender.send(context, (view) => startPage(site, view)));
  app.get('/search', (context) => {
    const query = context.req.query('q') ?? '';
    return sender.send(context, (view) => searchPage(site, view, { query, page: pageOf(context) }));
  });
  app.get('/recent', (context) => context.redirect('recent/', 301));
  app.get('/recent/', (context) => sender.send(context, (view) => recentPage(site, view)));
  app.get('/recent/feed.atom', (context) =>
    sender.sendText(context, 'application/atom+xml; charset=utf-8', (view) => renderFeed(site, view)),
  );
  app.get('/staging', (context) => context.redirect('staging/', 301));
  app.get('/staging/', (context) => sender.send(context, (view) => stagingPage(site, view, pageOf(context))));
}

/** The number of the page of a list, from 1. */
function pageOf(context: PageContext): number {
  return Math.min(Math.max(1, Math.trunc(Number(context.req.query('page'))) || 1), 1_000_000);
}

function addProjectRoutes(app: ServerApp, site: Site, sender: PageSender): void {
  app.get('/project/:project', (context) => redirectToProject(site, context, ''));
  app.get('/project/:project/:version', (context) => redirectToProject(site, context, '../'));
  for (const path of ['/project/:project/', '/project/:project/:version/']) {
    app.get(path, (context) => sendProject(site, sender, context));
  }
}

async function sendProject(site: Site, sender: PageSender, context: PageContext): Promise<Response> {
  const written = context.req.param('project') ?? '';
  const version = context.req.param('version');
  const project = canonicalizeName(written);
  const isNormal = written === project && (version === undefined || normalVersion(version) === version);
  if (!isNormal) return redirectToProject(site, context, version === undefined ? '../' : '../../');
  const order = {
    project,
    ...(version !== undefined && { version }),
    allVersions: context.req.query('versions') === 'all',
    ...(context.req.query('done') === 'promoted' && { done: 'promoted' }),
  };
  return sender.send(context, (view) => projectPage(site, view, order), project);
}

/** To the normal spelling of project and version; `up` leads to `/project/`. */
function redirectToProject(site: Site, context: PageContext, up: string): Response {
  const written = context.req.param('project') ?? '';
  const version = context.req.param('version');
  site.server.gate.assertMayRead(context.env.incoming);
  if (!isProjectName(written)) throw notFound(`\`${printable(written)}\` is not the name of a project`);
  const rest = version === undefined ? '' : `${encodeURIComponent(normalVersion(version))}/`;
  return context.redirect(`${up}${canonicalizeName(written)}/${rest}`, 301);
}

function normalVersion(version: string): string {
  return tryParseVersion(version)?.normalized ?? version;
}

function addAssetRoutes(app: ServerApp): void {
  const variants = new Map(
    [...assets].map(([path, { contentType, text }]) => [
      path,
      createVariant(text, {
        contentType,
        cacheControl: 'public, max-age=31536000, immutable',
        vary: 'Accept-Encoding',
        extra: pageSecurity,
      }),
    ]),
  );
  app.get('/assets/:name', async (context) => {
    const variant = await variants.get(`assets/${context.req.param('name')}`);
    if (variant === undefined) throw notFound('There is nothing here');
    sendVariant(context.env, variant);
    return RESPONSE_ALREADY_SENT;
  });
}
