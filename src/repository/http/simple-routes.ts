// The pages of the simple API, the flat pages and the files. Redirects are relative, so that the server may lie below
// any path of a proxy.

import type { Context } from 'hono';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { canonicalizeName } from '#standards';
import { isProjectName, printable } from '../inspect/distribution-name.ts';
import { notFound } from '../refusals.ts';
import type { Channel } from '../repository-contract.ts';
import { chooseFormat, contentTypes } from '../simple/negotiate.ts';
import type { PageRequest } from '../simple/render-page.ts';
import { sendFile, sendVariant } from './send.ts';
import type { ServerApp, ServerContext, ServerTypes } from './server-context.ts';

const channels: readonly { base: string; channel: Channel }[] = [
  { base: '', channel: 'release' },
  { base: '/staging', channel: 'staging' },
];

export function addSimpleRoutes(app: ServerApp, server: ServerContext): void {
  for (const { base, channel } of channels) {
    app.get(`${base}/simple`, (context) => context.redirect('simple/', 301));
    app.get(`${base}/links`, (context) => context.redirect('links/', 301));
    app.get(`${base}/simple/`, (context) => sendPage(server, context, { kind: 'root', channel }));
    app.get(`${base}/links/`, (context) => sendPage(server, context, { kind: 'flat', channel }));
    app.get(`${base}/simple/:project/`, (context) => sendProject(server, context, channel));
    app.get(`${base}/simple/:project`, (context) => redirectToProject(server, context, ''));
  }
  app.get('/dev', (context) => context.redirect('dev/', 301));
  app.get('/dev/', (context) => sendPage(server, context, { kind: 'development' }));
  app.get('/files/*', (context) => sendStoredFile(server, context));
}

type RequestContext = Context<ServerTypes>;

async function sendProject(
  server: ServerContext,
  context: RequestContext,
  channel: Channel,
): Promise<Response> {
  const written = context.req.param('project') ?? '';
  const project = canonicalizeName(written);
  if (written !== project) return redirectToProject(server, context, '../');
  return sendPage(server, context, { kind: 'project', channel, project });
}

/** To the normal spelling (PEP 503), with a slash at the end. */
function redirectToProject(server: ServerContext, context: RequestContext, up: string): Response {
  const written = context.req.param('project') ?? '';
  server.gate.assertMayRead(context.env.incoming);
  if (!isProjectName(written)) throw notFound(`\`${printable(written)}\` is not the name of a project`);
  return context.redirect(`${up}${canonicalizeName(written)}/`, 301);
}

async function sendPage(
  server: ServerContext,
  context: RequestContext,
  request: PageRequest,
): Promise<Response> {
  const { incoming, outgoing } = context.env;
  const project = request.kind === 'project' ? request.project : undefined;
  const covers = server.gate.assertMayRead(incoming, project);
  if (project !== undefined && !isProjectName(project)) {
    throw notFound(`\`${printable(project)}\` is not the name of a project`);
  }
  const format = chooseFormat(incoming.headers.accept);
  const isFlat = request.kind === 'flat' || request.kind === 'development';
  const variant =
    format === undefined
      ? undefined
      : await server.pages.get(
          request,
          isFlat ? flatFormat(format) : format,
          project === undefined ? covers : undefined,
        );
  if (variant !== undefined) {
    sendVariant({ incoming, outgoing }, variant);
    return RESPONSE_ALREADY_SENT;
  }
  if (format !== undefined) throw notFound(`There is no project \`${project ?? ''}\``);
  const types = Object.values(contentTypes).join('\n');
  return context.body(`None of what you accept is here. There is:\n${types}\n`, 406, {
    'Content-Type': 'text/plain; charset=utf-8',
    Vary: 'Accept, Accept-Encoding',
  });
}

/** A flat page is HTML, for clients that know no better: there is no other form of it. */
function flatFormat(format: keyof typeof contentTypes): 'text-html' | 'html' {
  return format === 'html' ? 'html' : 'text-html';
}

async function sendStoredFile(server: ServerContext, context: RequestContext): Promise<Response> {
  const { incoming, outgoing } = context.env;
  if (server.gate.isPrivate) server.gate.assertMayRead(incoming);
  const [path = ''] = (incoming.url ?? '').split('?', 1);
  const served = await server.files.find(path);
  if (served === undefined) throw notFound('There is no such file');
  server.gate.assertMayRead(incoming, served.project);
  if ('variant' in served) sendVariant({ incoming, outgoing }, served.variant);
  else await sendFile({ incoming, outgoing }, served.file);
  return RESPONSE_ALREADY_SENT;
}
