// What went wrong on the wire, in words: the URL, the host, what happened, and the way out.

import { BuildError } from '#base';
import { redactUrl } from './redact-url.ts';

interface Failure {
  code: string;
  /** Continues ``Can't read `URL`:``. */
  text: (host: string) => string;
  hint: string;
}

const reachHint = 'check the URL, the network and the proxy settings (HTTPS_PROXY, NO_PROXY)';
const slowHint = 'try again, or raise `socket-timeout` in `[buildout]`';
const trustHint = 'if the server is yours, name its CA file in PIP_CERT, SSL_CERT_FILE or `cert` of pip.conf';

const unknownHost: Failure = {
  code: 'NET_UNREACHABLE',
  text: (host) => `the host name \`${host}\` can't be resolved`,
  hint: reachHint,
};
const slow: Failure = {
  code: 'NET_TIMEOUT',
  text: (host) => `\`${host}\` did not answer in time`,
  hint: slowHint,
};
const truncated: Failure = {
  code: 'NET_TRUNCATED',
  text: (host) => `\`${host}\` ended the connection before everything had arrived`,
  hint: 'try again; when it stays, the file on the server or a proxy between is broken',
};

const failures: Readonly<Record<string, Failure>> = {
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  ECONNREFUSED: {
    code: 'NET_UNREACHABLE',
    text: (host) => `\`${host}\` refuses the connection`,
    hint: reachHint,
  },
  ETIMEDOUT: slow,
  UND_ERR_CONNECT_TIMEOUT: slow,
  UND_ERR_HEADERS_TIMEOUT: slow,
  UND_ERR_BODY_TIMEOUT: slow,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: truncated,
  UND_ERR_SOCKET: truncated,
  ECONNRESET: truncated,
  EPIPE: truncated,
  UND_ERR_ABORTED: {
    code: 'NET_PROXY',
    text: (host) => `the proxy refuses to connect to \`${host}\``,
    hint: 'check user and password in the proxy URL',
  },
};

const trustCodes = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
]);

/** Whether trying again can't help: a certificate, a file of ours, a mistake in the request. */
export function isPermanentFailure(error: unknown): boolean {
  const code = codeOf(error);
  if (code === undefined) return false;
  return (
    trustCodes.has(code) ||
    code.startsWith('ERR_') ||
    code === 'UND_ERR_INVALID_ARG' ||
    ['ENOSPC', 'EACCES', 'EROFS', 'ENOENT', 'EISDIR', 'EMFILE', 'EDQUOT', 'ENOTDIR'].includes(code)
  );
}

/** A `BuildError` for what a request failed with; errors of the file system and `BuildError`s come back as they are. */
export function describeFailure(error: unknown, url: string): unknown {
  if (error instanceof BuildError) return error;
  const code = codeOf(error);
  const isFileError = error instanceof Error && 'syscall' in error && 'path' in error;
  if (isFileError) return error;
  const shown = redactUrl(url);
  const host = URL.canParse(url) ? new URL(url).host : shown;
  const reason = error instanceof Error ? error.message : String(error);
  if (code !== undefined && trustCodes.has(code)) {
    const message = `Can't read \`${shown}\`: the certificate of \`${host}\` is not trusted (${reason})`;
    return new BuildError('NET_CERTIFICATE', message, { hint: trustHint, cause: error });
  }
  const failure = code === undefined ? undefined : failures[code];
  const what = failure?.text(host) ?? `the connection to \`${host}\` failed`;
  return new BuildError(
    failure?.code ?? 'NET_UNREACHABLE',
    `Can't read \`${shown}\`: ${what} (${code ?? reason})`,
    {
      hint: failure?.hint ?? reachHint,
      cause: error,
    },
  );
}

/** The error for an answer that is a refusal. */
export function describeStatus(status: number, url: string): BuildError {
  const shown = redactUrl(url);
  const host = URL.canParse(url) ? new URL(url).host : shown;
  return new BuildError('NET_STATUS', `Can't read \`${shown}\`: \`${host}\` answers with status ${status}`, {
    hint: hintForStatus(status),
  });
}

function hintForStatus(status: number): string {
  if (status === 401 || status === 403) {
    return 'put user and password into the URL of the index or find-links entry, or into ~/.netrc';
  }
  if (status === 407) return 'put user and password into the URL of the proxy';
  if (status === 429) return 'the server wants fewer requests: try again later';
  return status >= 500 ? 'the server has a problem: try again later' : 'check the URL';
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}
