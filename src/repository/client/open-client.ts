// Requests of the commands to a repository: the JSON API, and forms with a file. What the server says about a failure is
// what the user reads.

import { setTimeout as sleep } from 'node:timers/promises';
import { BuildError, type Environment, type Report } from '#base';
import { createHttp, redactUrl, type Exchange, type Http } from '#net';
import { describeFailure } from './describe-failure.ts';
import type { RepositoryAddress } from './find-login.ts';

export interface RepositoryClient {
  readonly address: RepositoryAddress;
  /** One request of the JSON API, `path` below `api/`; fails with what the server says. */
  call(method: Exchange['method'], path: string, body?: unknown): Promise<unknown>;
  /** Sends a form to the address itself, again when the connection failed: uploads may be repeated. */
  upload(form: FormBody): Promise<string>;
  close(): Promise<void>;
}

export interface FormBody {
  contentType: string;
  size: number;
  open: () => NodeJS.ReadableStream;
}

export interface ClientOptions {
  address: RepositoryAddress;
  environment: Environment;
  report: Report;
  signal: AbortSignal;
}

const attempts = 4;
const firstPauseMilliseconds = 500;
const largestAnswer = 16 * 2 ** 20;

export function openClient({ address, environment, report, signal }: ClientOptions): RepositoryClient {
  const { url, login } = address;
  const http = createHttp({
    offline: false,
    environment,
    report,
    credentials: login === undefined ? [] : [{ url: withLogin(url, login) }],
  });
  const request = async (exchange: Exchange): Promise<string> => {
    const { status, text } = await send(http, { ...exchange, signal });
    if (status >= 200 && status < 300) return text;
    throw describeFailure({ status, text, url: exchange.url }, address);
  };
  return {
    address,
    call: async (method, path, body) => {
      const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const text = await request({
        method,
        url: `${apiRoot(url)}${path}`,
        headers: {
          accept: 'application/json',
          ...(content !== undefined && { 'content-type': 'application/json' }),
        },
        ...(content !== undefined && { body: { size: content.length, open: () => content } }),
      });
      return parseAnswer(text, url);
    },
    upload: async ({ contentType, size, open }) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await request({
            method: 'POST',
            url,
            headers: { 'content-type': contentType },
            body: { size, open: open as () => never },
          });
        } catch (error) {
          if (attempt >= attempts || !isPassing(error)) throw error;
          await sleep(firstPauseMilliseconds * 2 ** attempt, undefined, { signal });
        }
      }
    },
    close: () => http.close(),
  };
}

function withLogin(url: string, { user, password }: { user: string; password: string }): string {
  const full = new URL(url);
  full.username = encodeURIComponent(user);
  full.password = encodeURIComponent(password);
  return full.href;
}

/** The repository's root may be named by what people copy: its index or its upload page. */
function apiRoot(url: string): string {
  return `${url.replace(/[?#].*$/s, '').replace(/(?:\/(?:legacy|simple|staging|links|dev))*\/*$/, '')}/api/`;
}

async function send(http: Http, exchange: Exchange): Promise<{ status: number; text: string }> {
  const pieces: Buffer[] = [];
  let size = 0;
  const answer = await http.exchange({
    ...exchange,
    onBody: (piece) => {
      size += piece.length;
      if (size > largestAnswer)
        throw new BuildError('PUBLISH_ANSWER', 'The repository’s answer is too large');
      pieces.push(piece);
    },
  });
  return { status: answer.status, text: Buffer.concat(pieces).toString('utf8') };
}

/** Nothing answered, or only something between: what a minute later may be well. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof BuildError)) return false;
  return (
    ['NET_UNREACHABLE', 'NET_TIMEOUT', 'NET_TRUNCATED'].includes(error.code) ||
    /^PUBLISH_50[234]$/.test(error.code)
  );
}

function parseAnswer(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BuildError(
      'PUBLISH_ANSWER',
      `\`${redactUrl(url)}\` does not answer like a repository of clutch`,
      {
        hint: 'promote, yank, reserve, delete and token need `clutch serve`; publish works with any index',
        cause: error,
      },
    );
  }
}
