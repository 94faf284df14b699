// The JSON API below `/api/`: listings, promotion, yanking, deletion, names, links and tokens. docs/repository.md has
// it in words.

import type { Context } from 'hono';
import { canonicalizeName } from '#standards';
import { createCatalog } from '../catalog.ts';
import { printable } from '../inspect/distribution-name.ts';
import {
  deleteVersion,
  promoteVersion,
  yankVersion,
  type ReleaseOrder,
} from '../operations/change-release.ts';
import { reserveName, setProjectStatus, unreserveName } from '../operations/change-project.ts';
import { removeLink, saveLink } from '../operations/change-links.ts';
import { createToken } from '../access/tokens.ts';
import { badRequest, notFound } from '../refusals.ts';
import type { FileRecord, TokenAction } from '../repository-contract.ts';
import { fileUrl } from '../simple/page-model.ts';
import type { ServerApp, ServerContext, ServerTypes } from './server-context.ts';

type ApiContext = Context<ServerTypes>;

const uncached = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

export function addApiRoutes(app: ServerApp, server: ServerContext): void {
  addListings(app, server);
  addReleaseChanges(app, server);
  addNameChanges(app, server);
  addLinkRoutes(app, server);
  addTokenRoutes(app, server);
}

function addListings(app: ServerApp, { core, gate }: ServerContext): void {
  const catalog = createCatalog(core);
  app.get('/api/projects', (context) => {
    const covers = gate.assertMayRead(context.env.incoming);
    return context.json({ projects: catalog.projects(covers) }, 200, uncached);
  });
  app.get('/api/projects/:project', (context) => {
    const name = context.req.param('project');
    gate.assertMayRead(context.env.incoming, canonicalizeName(name));
    const { id: _id, versions, ...project } = catalog.project(name);
    const described = versions.map((version) => ({ ...version, files: version.files.map(describeFile) }));
    return context.json({ ...project, versions: described }, 200, uncached);
  });
  app.get('/api/staging', (context) => {
    const covers = gate.assertMayRead(context.env.incoming);
    const versions = catalog.staged(covers).map((one) => ({ ...one, files: one.files.map(describeFile) }));
    return context.json({ versions }, 200, uncached);
  });
  app.get('/api/recent', (context) => {
    const covers = gate.assertMayRead(context.env.incoming);
    const limit = Math.min(Number(context.req.query('limit') ?? 50) || 50, 500);
    return context.json({ files: catalog.recent(limit, undefined, covers).map(describeFile) }, 200, uncached);
  });
}

/** The record without its number, and where the file is, relative to the server's root. */
function describeFile({ id: _id, ...file }: FileRecord): Record<string, unknown> {
  return {
    ...file,
    url: fileUrl(file),
    uploaded: new Date(file.uploaded).toISOString(),
    ...(file.released !== undefined && { released: new Date(file.released).toISOString() }),
  };
}

function addReleaseChanges(app: ServerApp, server: ServerContext): void {
  const { core } = server;
  app.post('/api/projects/:project/versions/:version/promote', async (context) => {
    const order = releaseOrder(server, context, 'promote');
    return context.json(await promoteVersion(core, order), 200, uncached);
  });
  app.post('/api/projects/:project/versions/:version/yank', async (context) => {
    const order = releaseOrder(server, context, 'yank');
    const body = await readBody(context);
    const { reason = '', filename } = body;
    const result = await yankVersion(core, withFile(order, filename), String(reason));
    return context.json(result, 200, uncached);
  });
  app.delete('/api/projects/:project/versions/:version/yank', async (context) => {
    const order = withFile(releaseOrder(server, context, 'yank'), context.req.query('filename'));
    return context.json(await yankVersion(core, order, undefined), 200, uncached);
  });
  app.delete('/api/projects/:project/versions/:version', async (context) => {
    const order = withFile(releaseOrder(server, context, 'delete'), context.req.query('filename'));
    return context.json(await deleteVersion(core, order), 200, uncached);
  });
}

function releaseOrder(server: ServerContext, context: ApiContext, action: TokenAction): ReleaseOrder {
  const project = context.req.param('project') ?? '';
  const token = server.gate.assertMay(context.env.incoming, action, canonicalizeName(project));
  return { project, version: context.req.param('version') ?? '', actor: { name: token.name } };
}

function withFile(order: ReleaseOrder, filename: unknown): ReleaseOrder {
  if (filename === undefined) return order;
  if (typeof filename !== 'string') throw badRequest('`filename` is not a text');
  return { ...order, filename };
}

function addNameChanges(app: ServerApp, { core, gate }: ServerContext): void {
  app.put('/api/projects/:project/reserved', async (context) => {
    const name = context.req.param('project');
    const actor = gate.assertMay(context.env.incoming, 'reserve', canonicalizeName(name));
    return context.json({ project: await reserveName(core, name, actor), reserved: true }, 200, uncached);
  });
  app.delete('/api/projects/:project/reserved', async (context) => {
    const name = context.req.param('project');
    const actor = gate.assertMay(context.env.incoming, 'reserve', canonicalizeName(name));
    return context.json({ project: await unreserveName(core, name, actor), reserved: false }, 200, uncached);
  });
  app.put('/api/projects/:project/status', async (context) => {
    const project = context.req.param('project');
    const actor = gate.assertMay(context.env.incoming, 'yank', canonicalizeName(project));
    const { status, reason } = await readBody(context);
    const order = { project, status: String(status), actor, ...(typeof reason === 'string' && { reason }) };
    return context.json({ project, status: await setProjectStatus(core, order) }, 200, uncached);
  });
}

function addLinkRoutes(app: ServerApp, { core, gate, developmentLinks }: ServerContext): void {
  app.get('/api/links', (context) => {
    const covers = gate.assertMayRead(context.env.incoming) ?? (() => true);
    const links = developmentLinks().filter(({ name }) => covers(canonicalizeName(name)));
    return context.json({ links }, 200, uncached);
  });
  app.put('/api/links/:project', async (context) => {
    const name = context.req.param('project');
    const actor = gate.assertMay(context.env.incoming, 'links', canonicalizeName(name));
    const { url } = await readBody(context);
    if (typeof url !== 'string') throw badRequest('`url` is not a text');
    return context.json(await saveLink(core, { name, url, actor }), 200, uncached);
  });
  app.delete('/api/links/:project', async (context) => {
    const name = context.req.param('project');
    const actor = gate.assertMay(context.env.incoming, 'links', canonicalizeName(name));
    await removeLink(core, name, actor);
    return context.json({ name, removed: true }, 200, uncached);
  });
}

function addTokenRoutes(app: ServerApp, { core, gate, log }: ServerContext): void {
  const { tokens } = core.records;
  app.get('/api/tokens', (context) => {
    gate.assertMay(context.env.incoming, 'admin');
    return context.json({ tokens: tokens.list() }, 200, uncached);
  });
  app.post('/api/tokens', async (context) => {
    const actor = gate.assertMay(context.env.incoming, 'admin');
    const body = await readBody(context);
    const order = {
      name: typeof body['name'] === 'string' ? body['name'] : '',
      actions: textsOf(body['actions'], 'actions'),
      projects: textsOf(body['projects'] ?? [], 'projects'),
      ...(typeof body['expires'] === 'string' && { expires: body['expires'] }),
    };
    const { record, token } = createToken(order, core.now());
    await core.records.commit(() => tokens.insert(record));
    const { id, name } = record;
    log({ time: core.now(), level: 'info', event: 'token-created', id, name, actor: actor.name });
    const { hash: _hash, ...shown } = record;
    return context.json({ ...shown, token }, 200, uncached);
  });
  app.delete('/api/tokens/:id', async (context) => {
    const actor = gate.assertMay(context.env.incoming, 'admin');
    const id = context.req.param('id');
    if (!(await core.records.commit(() => tokens.revoke(id, core.now())))) {
      throw notFound(`There is no token \`${printable(id)}\` that could be revoked`);
    }
    log({ time: core.now(), level: 'info', event: 'token-revoked', id, actor: actor.name });
    return context.json({ id, revoked: true }, 200, uncached);
  });
}

function textsOf(value: unknown, field: string): string[] {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw badRequest(`\`${field}\` is not a list of texts`);
}

const largestBody = 64 * 1024;

/** A JSON object; an empty body is an empty one. */
async function readBody(context: ApiContext): Promise<Record<string, unknown>> {
  if (Number(context.req.header('content-length') ?? 0) > largestBody)
    throw badRequest('The body is too large');
  const text = await context.req.text();
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw badRequest('The body is not a JSON object');
}
