// What a repository's answer other than 200 means to who gave the command: the server's own words, and the way out from
// here.

import { BuildError } from '#base';
import { redactUrl } from '#net';
import type { RepositoryAddress } from './find-login.ts';

export interface FailedAnswer {
  status: number;
  text: string;
  url: string;
}

/** `PUBLISH_REFUSED`, or `PUBLISH_5xx` for what may be well later. */
export function describeFailure({ status, text, url }: FailedAnswer, address: RepositoryAddress): BuildError {
  const said = readFailure(text);
  const code = status >= 500 ? `PUBLISH_${status}` : 'PUBLISH_REFUSED';
  // The server speaks of headers; here it is a variable or a file.
  const hint = status === 401 ? loginHint(address) : said === undefined ? hintFor(status, url) : said.hint;
  const message = said?.message ?? `\`${new URL(url).host}\` answers with status ${status}`;
  return new BuildError(code, message, hint === undefined ? {} : { hint });
}

function loginHint({ url, login }: RepositoryAddress): string {
  const { hostname } = new URL(url);
  return login === undefined
    ? `set CLUTCH_REPOSITORY_TOKEN (and CLUTCH_REPOSITORY to this URL), or put a token into ~/.netrc as the password for \`${hostname}\`; \`clutch token create\` makes one`
    : `it comes from ${login.source}; \`clutch token list\` shows which tokens count, \`clutch token create\` makes one`;
}

function hintFor(status: number, url: string): string | undefined {
  if (status === 403) return 'the token does not allow this, or something between refuses it';
  if (status === 413) return 'a proxy before the repository limits the size: `client_max_body_size` of nginx';
  if ([404, 405, 501].includes(status)) return `is \`${redactUrl(url)}\` the URL of a repository?`;
  if (status >= 500) return 'try again later; the log of the repository, or of a proxy before it, says why';
  return undefined;
}

/** The server's own words: JSON from its API, text from uploads; pages of proxies are not shown. */
function readFailure(text: string): { message: string; hint?: string } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const error: unknown =
      typeof value === 'object' && value !== null ? Reflect.get(value, 'error') : undefined;
    if (typeof error === 'object' && error !== null) {
      const message: unknown = Reflect.get(error, 'message');
      const hint: unknown = Reflect.get(error, 'hint');
      if (typeof message === 'string') return { message, ...(typeof hint === 'string' && { hint }) };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const plain = text.trim();
  if (plain === '' || plain.length > 2000 || /<html|<!doctype/i.test(plain)) return undefined;
  const [, message = plain, hint] = /^(.*?)(?:\nhint: (.*))?$/s.exec(plain) ?? [];
  return { message, ...(hint !== undefined && { hint }) };
}
