// Files of upstream: from the disk, or while they arrive.

import { pipeline } from 'node:stream/promises';
import type { Context } from 'hono';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { BuildError, hasCode } from '#base';
import { canonicalizeName } from '#standards';
import { notFound } from '../refusals.ts';
import { createVariant } from '../simple/variant.ts';
import type { Flight } from '../upstream/fetch-upstream-file.ts';
import type { Upstream } from '../upstream/open-upstream.ts';
import { fileHeaders, fileSecurity } from './file-source.ts';
import { sendFile, sendVariant, type Exchange } from './send.ts';
import type { ServerApp, ServerContext, ServerTypes } from './server-context.ts';

/** A smaller file is waited for: then it can be checked before its first byte goes out. */
const streamedBytes = 1 << 20;

export function addUpstreamRoutes(app: ServerApp, server: ServerContext, upstream: Upstream): void {
  app.get('/upstream/:project/:key/:filename', async (context) => {
    const { project, key, filename } = readPath(server, context);
    const exchange = { incoming: context.env.incoming, outgoing: context.env.outgoing };
    const cacheControl = `${server.gate.isPrivate ? 'private' : 'public'}, max-age=31536000, immutable`;
    if (filename.endsWith('.whl.metadata')) {
      const metadata = await upstream.metadata(project, key, filename.slice(0, -'.metadata'.length));
      if (metadata === undefined) throw notFound('There is no such file');
      const variant = await createVariant(metadata, {
        contentType: 'text/plain; charset=utf-8',
        cacheControl,
        vary: 'Accept-Encoding',
        extra: fileSecurity,
      });
      sendVariant(exchange, variant);
      return RESPONSE_ALREADY_SENT;
    }
    const content = await upstream.file(project, key, filename);
    if (content === undefined) throw notFound('There is no such file');
    const headers = fileHeaders(`"${key}"`, cacheControl);
    if ('flight' in content && isStreamable(exchange, content.flight)) {
      await sendFlight(exchange, content.flight, headers);
      return RESPONSE_ALREADY_SENT;
    }
    const { path, size } =
      'flight' in content ? await content.flight.done : { path: content.path, size: content.size };
    await sendFile(exchange, { content: { path }, size, etag: `"${key}"`, headers });
    return RESPONSE_ALREADY_SENT;
  });
}

interface FilePath {
  project: string;
  key: string;
  filename: string;
}

function readPath(server: ServerContext, context: Context<ServerTypes>): FilePath {
  const { project = '', key = '', filename = '' } = context.req.param();
  server.gate.assertMayRead(context.env.incoming, canonicalizeName(project));
  // What has become ours never comes from upstream again, whoever remembers the link.
  const isOurs = server.core.records.projects.find(canonicalizeName(project)) !== undefined;
  if (isOurs || canonicalizeName(project) !== project || !/^[0-9a-f]{64}$/.test(key)) {
    throw notFound('There is no such file');
  }
  return { project, key, filename };
}

function isStreamable({ incoming }: Exchange, flight: Flight): boolean {
  const isPlain = incoming.method === 'GET' && incoming.headers.range === undefined;
  return isPlain && flight.size !== undefined && flight.size >= streamedBytes;
}

/** When the file turns out wrong, the connection ends before its last piece. */
async function sendFlight({ outgoing }: Exchange, flight: Flight, headers: readonly string[]): Promise<void> {
  outgoing.writeHead(200, [...headers, 'Content-Length', String(flight.size)]);
  try {
    await pipeline(flight.follow(), outgoing);
  } catch (error) {
    // The reader went away, or upstream's file is not what it should be, which the log says: the connection ends.
    outgoing.destroy();
    if (
      !(error instanceof BuildError) &&
      !hasCode(error, 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE')
    )
      throw error;
  }
}
