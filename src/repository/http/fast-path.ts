// The requests that make up nearly all traffic, answered from memory before any routing: pages and small files that
// somebody asked for before. Anything out of the ordinary is left to the routes.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { chooseFormat } from '../simple/negotiate.ts';
import { sendFile, sendVariant } from './send.ts';
import type { ServerContext } from './server-context.ts';

/** The route's name for the metrics when the request was answered, else `undefined`, and nothing has happened. */
export function answerFast(
  { pages, files, gate }: ServerContext,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): 'simple' | 'file' | undefined {
  const { method, url = '' } = incoming;
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if (url.startsWith('/files/')) {
    const served = files.peek(url);
    if (served === undefined || !('file' in served) || !gate.mayReadAll(incoming)) return undefined;
    // Nothing to wait for: what is kept is in memory.
    void sendFile({ incoming, outgoing }, served.file);
    return 'file';
  }
  const format = chooseFormat(incoming.headers.accept);
  const variant = format === undefined ? undefined : pages.peek(url, format);
  if (variant === undefined || !gate.mayReadAll(incoming)) return undefined;
  sendVariant({ incoming, outgoing }, variant);
  return 'simple';
}
