// One request and its answer, redirects followed. Redirects are followed here, not by undici, because logins
// depend on them: each step gets only what belongs to its own scheme, host and port.

import type { Dispatcher } from 'undici';
import { BuildError } from '#base';
import type { Connections } from './open-connections.ts';
import type { Credentials } from './credentials.ts';
import type { Exchange } from './http-contract.ts';
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
  assertMayVisit?: ((url: URL) => void) | undefined;
}

export interface RequestStep {
  url: URL;
  headers: Readonly<Record<string, string>>;
  /** `GET` when absent; what changes something is not redirected. */
  method?: Exchange['method'];
  body?: Exchange['body'] | undefined;
  /** Ends the request at once, whatever it waits for. */
  signal?: AbortSignal | undefined;
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const maximumRedirects = 10;

/** Sends the request and any it is redirected to; the promise fails with what undici or the sink throws. */
export async function sendRequest(transport: Transport, first: RequestStep, sink: Sink): Promise<Answer> {
  let step = first;
  let isDowngraded = false;
  for (let count = 0; count <= maximumRedirects; count += 1) {
    transport.assertMayVisit?.(step.url);
    const authorization = isDowngraded ? undefined : transport.credentials.authorizationFor(step.url);
    const headers = authorization === undefined ? step.headers : { ...step.headers, authorization };
    const answer = await exchange(transport, { ...step, headers }, sink);
    const location = redirectStatuses.has(answer.status) ? answer.headers.get('location') : undefined;
    if (location === undefined || isChange(step.method)) return answer;
    const next = redirectTarget(location, step.url);
    if (step.url.protocol === 'https:' && next.protocol === 'http:') {
      if (authorization !== undefined) throw insecureRedirect(step.url, next);
      isDowngraded = true;
    }
    step = { ...step, url: next };
  }
  throw new BuildError(
    'NET_REDIRECT',
    `\`${redactUrl(first.url.href)}\` redirects more than ${maximumRedirects} times`,
    {
      hint: 'check the URL in a browser, and the proxy between here and the server',
    },
  );
}

function isChange(method: RequestStep['method']): boolean {
  return method !== undefined && method !== 'GET' && method !== 'HEAD';
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

function exchange(transport: Transport, step: RequestStep, sink: Sink): Promise<Answer> {
  const { url, method = 'GET', body, signal } = step;
  if (signal?.aborted === true) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const handler = createHandler(step, sink, { resolve, reject });
  const abort = (): void => handler.fail(signal?.reason);
  signal?.addEventListener('abort', abort);
  transport.connections.dispatcherFor(url).dispatch(
    {
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: body === undefined ? step.headers : { ...step.headers, 'content-length': String(body.size) },
      body: body?.open() ?? null,
      headersTimeout: transport.idleMilliseconds,
      bodyTimeout: transport.idleMilliseconds,
    },
    handler,
  );
  return promise.finally(() => signal?.removeEventListener('abort', abort));
}

interface Settlement {
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

function createHandler(
  { url, method }: RequestStep,
  sink: Sink,
  { resolve, reject }: Settlement,
): Dispatcher.DispatchHandler & { fail(error: unknown): void } {
  let answer: Answer | undefined;
  let wantsBody = false;
  let failure: { error: unknown } | undefined;
  let controller: Dispatcher.DispatchController | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    controller?.abort(error instanceof Error ? error : new Error(String(error)));
    // A request that waits for its connection has nothing to abort yet.
    reject(failure.error);
  };
  const guarded = (action: () => void): void => {
    if (failure !== undefined) return;
    try {
      action();
    } catch (error) {
      fail(error);
    }
  };
  return {
    fail,
    onRequestStart: (started) => {
      controller = started;
      if (failure !== undefined) fail(failure.error);
    },
    onResponseStart: (_controller, status, headers) =>
      guarded(() => {
        if (status < 200) return;
        const started = { status, headers: headerMap(headers), url: withoutCredentials(url.href) };
        answer = started;
        wantsBody = isChange(method) || !(redirectStatuses.has(status) && started.headers.has('location'));
        if (wantsBody) sink.start(started);
      }),
    onResponseData: (_controller, piece) =>
      guarded(() => {
        if (wantsBody) sink.data(piece);
      }),
    onResponseEnd: () =>
      answer === undefined ? reject(new Error('answer without status')) : resolve(answer),
    onResponseError: (_controller, error) => reject(failure === undefined ? error : failure.error),
  };
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
