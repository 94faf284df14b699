// One GET request and its answer, redirects followed. Redirects are followed here, not by undici, because logins
// depend on them: each step gets only what belongs to its own scheme, host and port.

import type { Dispatcher } from 'undici';
import { BuildError } from '#base';
import type { Connections } from './open-connections.ts';
import type { Credentials } from './credentials.ts';
import { redactUrl, withoutCredentials } from './redact-url.ts';

export interface Answer {
  status: number;
  headers: ReadonlyMap<string, string>;
  /** After redirects, without credentials. */
  url: string;
}

/** Takes the body of the last answer. What it throws ends the request and comes out of `sendRequest`. */
export interface Sink {
  start(answer: Answer): void;
  data(piece: Buffer): void;
}

export interface Transport {
  connections: Connections;
  credentials: Credentials;
  /** How long the other side may be silent. */
  idleMilliseconds: number;
}

export interface RequestStep {
  url: URL;
  headers: Readonly<Record<string, string>>;
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const maximumRedirects = 10;

/** Sends the request and any it is redirected to; the promise fails with what undici or the sink throws. */
export async function sendRequest(transport: Transport, first: RequestStep, sink: Sink): Promise<Answer> {
  let step = first;
  let isDowngraded = false;
  for (let count = 0; count <= maximumRedirects; count += 1) {
    const authorization = isDowngraded ? undefined : transport.credentials.authorizationFor(step.url);
    const headers = authorization === undefined ? step.headers : { ...step.headers, authorization };
    const answer = await exchange(transport, { url: step.url, headers }, sink);
    const location = redirectStatuses.has(answer.status) ? answer.headers.get('location') : undefined;
    if (location === undefined) return answer;
    const next = redirectTarget(location, step.url);
    if (step.url.protocol === 'https:' && next.protocol === 'http:') {
      if (authorization !== undefined) throw insecureRedirect(step.url, next);
      isDowngraded = true;
    }
    step = { url: next, headers: step.headers };
  }
  throw new BuildError(
    'NET_REDIRECT',
    `\`${redactUrl(first.url.href)}\` redirects more than ${maximumRedirects} times`,
    {
      hint: 'check the URL in a browser, and the proxy between here and the server',
    },
  );
}

function redirectTarget(location: string, from: URL): URL {
  if (URL.canParse(location, from.href)) {
    // A login inside a redirect is the word of a stranger; ours are looked up again by host.
    const target = new URL(withoutCredentials(new URL(location, from).href));
    if (target.protocol === 'https:' || target.protocol === 'http:') return target;
  }
  throw new BuildError(
    'NET_REDIRECT',
    `\`${redactUrl(from.href)}\` redirects to \`${redactUrl(location)}\`, which is no http(s) URL`,
  );
}

function insecureRedirect(from: URL, to: URL): BuildError {
  return new BuildError(
    'NET_REDIRECT',
    `\`${redactUrl(from.href)}\` needs a login and redirects to unencrypted \`${redactUrl(to.href)}\``,
    { hint: 'ask the owner of the server to redirect to https, or configure the second URL yourself' },
  );
}

async function exchange(transport: Transport, step: RequestStep, sink: Sink): Promise<Answer> {
  const { url } = step;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  let answer: Answer | undefined;
  let wantsBody = false;
  let sinkError: unknown;
  const guarded = (controller: Dispatcher.DispatchController, action: () => void): void => {
    try {
      action();
    } catch (error) {
      sinkError ??= error;
      controller.abort(error instanceof Error ? error : new Error(String(error)));
    }
  };
  transport.connections.dispatcherFor(url).dispatch(
    {
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      headers: step.headers,
      headersTimeout: transport.idleMilliseconds,
      bodyTimeout: transport.idleMilliseconds,
    },
    {
      onRequestStart: () => undefined,
      onResponseStart: (controller, status, headers) =>
        guarded(controller, () => {
          if (status < 200) return;
          const started = { status, headers: headerMap(headers), url: withoutCredentials(url.href) };
          answer = started;
          wantsBody = !(redirectStatuses.has(status) && started.headers.has('location'));
          if (wantsBody) sink.start(started);
        }),
      onResponseData: (controller, piece) =>
        guarded(controller, () => {
          if (wantsBody) sink.data(piece);
        }),
      onResponseEnd: () =>
        answer === undefined ? reject(new Error('answer without status')) : resolve(answer),
      onResponseError: (_controller, error) => reject(sinkError ?? error),
    },
  );
  return promise;
}

function headerMap(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}
