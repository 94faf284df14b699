// What #net promises to the rooms above it: the shapes of the HTTP client, its options and its answers.

import type { Readable } from 'node:stream';
import type { Environment, Report } from '#base';

export interface HttpOptions {
  /** No socket is opened at all; every request fails with `NET_OFFLINE`. */
  offline: boolean;
  /** zc.buildout's `socket-timeout`: seconds for connecting and for each silence of the other side. */
  timeoutSeconds?: number;
  /** How long a name server may take to answer; the system's patience when absent. */
  lookupMilliseconds?: number;
  environment: Environment;
  /** A CA file beyond those the environment and pip's configuration name. */
  caFile?: string;
  /** A proxy for every request; else pip's `proxy`, else `HTTP_PROXY` and `HTTPS_PROXY`. `NO_PROXY` always counts. */
  proxy?: string;
  /** URLs of indexes and find-links that carry `user:password@`: sent to the same scheme, host and port only. */
  credentials?: readonly { url: string }[];
  report: Report;
  connectionsPerHost?: number;
  /** How often a failed request is repeated before the error; 4 when absent. */
  retries?: number;
  /** The first pause between two attempts, doubled each time; 250 when absent. */
  retryMilliseconds?: number;
  /** Asked before each connection, also for redirects; what it throws is what the request fails with. */
  assertMayVisit?: (url: URL) => void;
}

export interface GetOptions {
  headers?: Readonly<Record<string, string>>;
  /** The value of a `Range` header: `bytes=-16384`. The answer is 206 when the server obeys, 200 when it does not. */
  range?: string;
  /** A longer body (decoded) is an error, `NET_TOO_LARGE`. */
  maximumBytes?: number;
}

export interface DownloadOptions {
  hash?: { algorithm: string; digest: string };
  maximumBytes?: number;
  /** Called with the size of each piece written, and with a negative number when an attempt is thrown away. */
  onBytes?: (bytes: number) => void;
}

export interface Download {
  sha256: string;
  bytes: number;
  /** The media type the server gave, in lower case, without parameters. */
  contentType: string;
  /** Where the file came from after redirects, without credentials. */
  url: string;
}

export interface HttpResponse {
  status: number;
  /** The URL after redirects, without credentials. */
  url: string;
  headers: ReadonlyMap<string, string>;
  body: Buffer;
}

/** A request that its caller watches over itself. */
export interface Exchange {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  url: string;
  headers?: Readonly<Record<string, string>>;
  /** Sent with a `Content-Length`; opened once. */
  body?: { size: number; open: () => Uint8Array | Readable };
  /** Takes the answer's body as it comes, in the encoding that the server chose. What they throw ends the request. */
  onStart?: (answer: ExchangeAnswer) => void;
  onBody?: (piece: Buffer) => void;
  /** Ends the request at once, also while it waits for a connection; its reason is what the caller gets. */
  signal?: AbortSignal;
}

export interface ExchangeAnswer {
  status: number;
  headers: ReadonlyMap<string, string>;
  /** After redirects, without credentials. */
  url: string;
}

export interface Http {
  readonly offline: boolean;
  /** The answer, whatever its status below 500; retried, redirected and decoded. Fails with a `BuildError`. */
  get(url: string, options?: GetOptions): Promise<HttpResponse>;
  /** Puts the file at `path` in one step, whole and with the right hash, or fails with a `BuildError`. */
  download(url: string, path: string, options?: DownloadOptions): Promise<Download>;
  /**
   * One request, sent once: nothing is repeated, decoded or limited, and any status is an answer. Redirects are
   * followed for `GET` and `HEAD` only. Fails with a `BuildError`, or with what the signal or the caller's functions say.
   */
  exchange(request: Exchange): Promise<ExchangeAnswer>;
  /** Drops every connection; requests under way fail. */
  close(): Promise<void>;
}
