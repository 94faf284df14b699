// The HTTP client of one run: what is the same for pages and files (offline switch, URL check, retries, words for
// failures). `get` collects a body in memory, `download` is in download-file.ts.

import { BuildError } from '#base';
import { createCredentials } from './credentials.ts';
import { decodeBody } from './decode-body.ts';
import { describeFailure, describeStatus } from './describe-failure.ts';
import { downloadFile } from './download-file.ts';
import type { Exchange, GetOptions, Http, HttpOptions, HttpResponse } from './http-contract.ts';
import type { Connections } from './open-connections.ts';
import { redactUrl } from './redact-url.ts';
import { retryRequest, type RetryPolicy } from './retry-request.ts';
import { sendRequest, type Answer, type RequestStep, type Sink, type Transport } from './send-request.ts';

/** Sends one request with retries; the answer may have any status. What fails is a `BuildError` in words. */
export type Send = (url: string, headers: Readonly<Record<string, string>>, sink: Sink) => Promise<Answer>;

const defaultRetries = 4;
const defaultRetryMilliseconds = 250;
const defaultIdleSeconds = 60;
const defaultMaximumBytes = 256 * 1024 * 1024;

/** Opens nothing: the first request does. */
export function createHttp(options: HttpOptions): Http {
  const credentials = createCredentials(
    (options.credentials ?? []).map(({ url }) => url),
    options.environment,
  );
  const policy: RetryPolicy = {
    retries: options.retries ?? defaultRetries,
    firstPauseMilliseconds: options.retryMilliseconds ?? defaultRetryMilliseconds,
  };
  const idleMilliseconds = (options.timeoutSeconds ?? defaultIdleSeconds) * 1000;
  let opened: Promise<Connections> | undefined;
  const prepare = async (
    text: string,
    extraHeaders: Exchange['headers'],
  ): Promise<{ transport: Transport; step: RequestStep }> => {
    const url = assertHttpUrl(text);
    if (options.offline) throw offlineError(text);
    opened ??= import('./open-connections.ts').then(({ openConnections }) => openConnections(options));
    const connections = await opened;
    const headers = { 'user-agent': 'clutch', accept: '*/*', ...extraHeaders };
    const { assertMayVisit } = options;
    return {
      transport: { connections, credentials, idleMilliseconds, assertMayVisit },
      step: { url, headers },
    };
  };
  const send: Send = async (text, extraHeaders, sink) => {
    const { transport, step } = await prepare(text, extraHeaders);
    try {
      return await retryRequest(policy, () => sendRequest(transport, step, sink));
    } catch (error) {
      throw describeFailure(error, text);
    }
  };
  return {
    offline: options.offline,
    get: async (url, getOptions = {}) => {
      if (URL.canParse(url)) credentials.remember(new URL(url));
      return getPage(send, url, getOptions);
    },
    download: async (url, path, downloadOptions = {}) =>
      downloadFile(send, { url, path, ...downloadOptions }),
    exchange: async (exchange) => {
      const { transport, step } = await prepare(exchange.url, exchange.headers);
      const { method, body, signal, onStart, onBody } = exchange;
      const sink = { start: onStart ?? ignore, data: onBody ?? ignore };
      try {
        return await sendRequest(transport, { ...step, method, body, signal }, sink);
      } catch (error) {
        throw describeFailure(error, exchange.url);
      }
    },
    close: async () => {
      // What never opened is not there to be closed; the request that opened it has failed with the reason.
      const [connections] = await Promise.allSettled([opened]);
      if (connections.status === 'fulfilled') await connections.value?.close();
    },
  };
}

function ignore(): void {
  // Whoever asks for no body gets none.
}

async function getPage(send: Send, url: string, options: GetOptions): Promise<HttpResponse> {
  const maximumBytes = options.maximumBytes ?? defaultMaximumBytes;
  const pieces: Buffer[] = [];
  let size = 0;
  const sink: Sink = {
    start: (answer) => {
      pieces.length = 0;
      size = 0;
      if (Number(answer.headers.get('content-length') ?? 0) > maximumBytes) throw tooLarge(url, maximumBytes);
    },
    data: (piece) => {
      size += piece.length;
      if (size > maximumBytes) throw tooLarge(url, maximumBytes);
      pieces.push(piece);
    },
  };
  // A range counts bytes as they are stored, so it must not be compressed on the way.
  const encoding: Record<string, string> =
    options.range === undefined
      ? { 'accept-encoding': 'gzip' }
      : { 'accept-encoding': 'identity', range: options.range };
  const answer = await send(url, { ...encoding, ...options.headers }, sink);
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408) {
    throw describeStatus(answer.status, url);
  }
  const body = await decodeBody(Buffer.concat(pieces, size), answer, maximumBytes);
  return { status: answer.status, url: answer.url, headers: answer.headers, body };
}

function assertHttpUrl(text: string): URL {
  if (URL.canParse(text)) {
    const url = new URL(text);
    if ((url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '') return url;
  }
  throw new BuildError('NET_URL', `\`${redactUrl(text)}\` is not an http or https URL`);
}

/** As zc.buildout says it (download.py). */
function offlineError(url: string): BuildError {
  return new BuildError('NET_OFFLINE', `Couldn't download '${redactUrl(url)}' in offline mode.`, {
    hint: 'run without `-o` and with `offline = false`, or put the file into the download cache',
  });
}

function tooLarge(url: string, maximumBytes: number): BuildError {
  return new BuildError('NET_TOO_LARGE', `\`${redactUrl(url)}\` is larger than ${maximumBytes} bytes`);
}
