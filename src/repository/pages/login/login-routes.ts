// Logging in and out, and what a logged in reader may change: promotion.

import { bodyLimit } from 'hono/body-limit';
import { canonicalizeName } from '#standards';
import { sessionCookie, sessionSeconds } from '../../access/sessions.ts';
import { verifyToken } from '../../access/tokens.ts';
import type { ServerApp } from '../../http/server-context.ts';
import { promoteVersion } from '../../operations/change-release.ts';
import { tooLarge } from '../../refusals.ts';
import { loginPage } from './login-page.ts';
import { answerOpen, type PageContext } from '../page-sender.ts';
import { openView, type Site } from '../site.ts';

const largestForm = 16 * 1024;

export function addLoginRoutes(app: ServerApp, site: Site): void {
  const { core, gate, sessions } = site.server;
  const limited = bodyLimit({
    maxSize: largestForm,
    onError: () => {
      throw tooLarge(`a form may have ${largestForm} bytes`);
    },
  });
  // The one page that a private repository shows to everybody.
  app.get('/login', (context) => answerLogin(site, context, { next: context.req.query('next') ?? '' }));
  app.post('/login', limited, (context) => login(site, context));
  app.post('/logout', limited, (context) => {
    sessions.close(context.env.incoming);
    context.header('Set-Cookie', `${sessionCookie}=; Max-Age=0; HttpOnly; SameSite=Strict`);
    return context.redirect('./', 303);
  });
  app.post('/project/:project/:version/promote', limited, async (context) => {
    const project = canonicalizeName(context.req.param('project'));
    const fields = await readFields(context);
    const actor = gate.assertMayByForm(context.env.incoming, fields('key'), { action: 'promote', project });
    await promoteVersion(core, { project, version: context.req.param('version'), actor });
    return context.redirect('./?done=promoted', 303);
  });
}

async function login(site: Site, context: PageContext): Promise<Response> {
  const { core, sessions, log } = site.server;
  const fields = await readFields(context);
  const next = fields('next');
  const token = verifyToken(core.records.tokens, fields('token').trim(), core.now());
  const address = context.env.incoming.socket.remoteAddress;
  if (token === undefined) {
    log({ time: core.now(), level: 'warning', event: 'login-refused', address });
    const problem = 'The token is not known, has expired or was revoked.';
    return answerLogin(site, context, { next, problem });
  }
  log({ time: core.now(), level: 'info', event: 'login', actor: token.name, address });
  const isSecure = context.req.header('x-forwarded-proto')?.split(',', 1)[0]?.trim() === 'https';
  const attributes = `Max-Age=${sessionSeconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  // Without a path it is that of the directory of this URL: the root, wherever a proxy has put it.
  context.header('Set-Cookie', `${sessionCookie}=${sessions.open(token)}; ${attributes}`);
  context.header('Cache-Control', 'no-store');
  return context.redirect(localPlace(next), 303);
}

function answerLogin(site: Site, context: PageContext, order: { next: string; problem?: string }): Response {
  const view = openView(site, context.env.incoming);
  const status = order.problem === undefined ? 200 : 403;
  return answerOpen(context, view, { status, content: loginPage(view, order) });
}

async function readFields(context: PageContext): Promise<(name: string) => string> {
  const fields = new URLSearchParams(await context.req.text());
  return (name) => fields.get(name) ?? '';
}

/** A place below the root as a relative reference from `/login`; the root for whatever leads elsewhere. */
export function localPlace(next: string): string {
  const here = 'http://here.invalid/';
  if (!URL.canParse(next, here)) return './';
  const url = new URL(next, here);
  if (url.origin !== new URL(here).origin || url.pathname === '/login') return './';
  return `./${url.pathname.slice(1)}${url.search}`;
}
