// Pages on their way out: with the headers that keep strangers' text harmless, kept in memory for everybody who is not
// logged in until anything changes, answered by 304 where the browser has them.

import type { Context } from 'hono';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { sendVariant } from '../http/send.ts';
import type { ServerTypes } from '../http/server-context.ts';
import { createMemoryCache } from '../simple/memory-cache.ts';
import { createVariant, type RawHeaders, type Variant } from '../simple/variant.ts';
import { renderLayout, type Content } from './layout.ts';
import { placeOf, viewOf, type Site, type View } from './site.ts';

export type PageContext = Context<ServerTypes>;

/** Nothing runs, nothing comes from elsewhere, nothing frames us; forms go to us. */
export const pageSecurity: RawHeaders = [
  'Content-Security-Policy',
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  // Without one, browsers would not say where a form comes from.
  'Referrer-Policy',
  'same-origin',
  'Cross-Origin-Opener-Policy',
  'same-origin',
  'Cross-Origin-Resource-Policy',
  'same-origin',
  'Permissions-Policy',
  'camera=(), geolocation=(), microphone=()',
];

export interface PageSender {
  /** `make` is called when the page is not in memory; who may not read (the project) gets 401 or 403 before. */
  send(
    context: PageContext,
    make: (view: View) => Content | Promise<Content>,
    project?: string,
  ): Promise<Response>;
  /** The same for a body that is no HTML. */
  sendText(context: PageContext, contentType: string, make: (view: View) => string): Promise<Response>;
}

const memoryBytes = 8 * 2 ** 20;
const longestUrl = 500;

export function createPageSender(site: Site): PageSender {
  const { core, gate } = site.server;
  const cache = createMemoryCache<Variant>(memoryBytes);
  let generation = 0;
  core.subscribe(() => {
    generation += 1;
    cache.clear();
  });

  async function answer(
    context: PageContext,
    contentType: string,
    render: () => Promise<string>,
  ): Promise<Response> {
    const { incoming, outgoing } = context.env;
    const { url = '' } = incoming;
    const isCommon = !gate.isPrivate && gate.identify(incoming) === undefined;
    const key = isCommon && url.length <= longestUrl ? `${placeOf(incoming).base} ${url}` : undefined;
    let variant = key === undefined ? undefined : cache.get(key);
    if (variant === undefined) {
      const began = generation;
      variant = await createVariant(await render(), {
        contentType,
        cacheControl: `${isCommon ? 'public' : 'private'}, max-age=0, must-revalidate`,
        vary: 'Cookie, Authorization, Accept-Encoding',
        extra: pageSecurity,
        isFleeting: true,
      });
      if (key !== undefined && began === generation) cache.set(key, variant, variant.bytes);
    }
    sendVariant({ incoming, outgoing }, variant);
    return RESPONSE_ALREADY_SENT;
  }

  return {
    send: (context, make, project) =>
      answer(context, 'text/html; charset=utf-8', async () => {
        const view = viewOf(site, context.env.incoming, project);
        const staged = view.covers === undefined ? site.counts().staging : 0;
        return renderLayout(view, await make(view), { staged });
      }),
    sendText: (context, contentType, make) =>
      answer(context, contentType, async () => make(viewOf(site, context.env.incoming))),
  };
}

export interface OpenAnswer {
  status: number;
  content: Content;
  headers?: Record<string, string>;
}

/** A page that nobody keeps: that of the login, and those of failures. */
export function answerOpen(
  context: PageContext,
  view: View,
  { status, content, headers = {} }: OpenAnswer,
): Response {
  return context.body(renderLayout(view, content, {}), {
    status: status as 200,
    headers: {
      ...pairsOf(pageSecurity),
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
    },
  });
}

/** `[a, b, c, d]` as `{a: b, c: d}`. */
function pairsOf(raw: RawHeaders): Record<string, string> {
  const pairs: [string, string][] = [];
  for (let at = 0; at < raw.length; at += 2) pairs.push([raw[at] ?? '', raw[at + 1] ?? '']);
  return Object.fromEntries(pairs);
}
