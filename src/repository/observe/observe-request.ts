// Counts and logs requests when their answers have ended.

import type { Exchange } from '../http/send.ts';
import type { ServerContext } from '../http/server-context.ts';

/** Call it first; `route` tells the metrics what it was, where the path does not. */
export function observeRequest(
  { metrics, log, core }: Pick<ServerContext, 'metrics' | 'log' | 'core'>,
  accessLog: boolean,
  { incoming, outgoing }: Exchange,
): { route: (name: string) => void } {
  const began = performance.now();
  let route: string | undefined;
  outgoing.once('close', () => {
    const milliseconds = performance.now() - began;
    const { statusCode: status } = outgoing;
    const { method, url = '' } = incoming;
    const path = url.split('?', 1)[0] ?? '';
    const name = route ?? routeOf(path, method);
    const bytes = Number(outgoing.getHeader('content-length') ?? 0);
    metrics.request(name, status, milliseconds);
    if (!accessLog) return;
    log({
      time: core.now(),
      level: 'info',
      event: 'request',
      method,
      path,
      status,
      milliseconds: Math.round(milliseconds * 100) / 100,
      ...(bytes > 0 && { bytes }),
      ...(outgoing.writableFinished ? {} : { aborted: true }),
      address: incoming.socket.remoteAddress,
      agent: incoming.headers['user-agent'],
    });
  });
  return {
    route: (name) => {
      route = name;
    },
  };
}

const known = new Set([
  'simple',
  'staging',
  'links',
  'dev',
  'files',
  'upstream',
  'api',
  'legacy',
  'health',
  'metrics',
]);

/** Those of people. */
const pages = new Set(['', 'search', 'project', 'recent', 'login', 'logout', 'assets']);

/** The first part of the path, if it is one of ours: strangers can't fill the memory with labels. */
function routeOf(path: string, method = ''): string {
  const [, first = ''] = path.split('/', 2);
  if (pages.has(first) && !(first === '' && method === 'POST')) return 'page';
  if (method === 'POST' && first !== 'api') return 'upload';
  return known.has(first) ? first : 'other';
}
