// Which login goes with a request: a URL's own, else the one bound to its scheme, host and port, else netrc's.

import type { Environment } from '#base';
import { readNetrc, type Login } from './netrc.ts';

export interface Credentials {
  /** The `Authorization` header for `url`, if any. */
  authorizationFor(url: URL): string | undefined;
  /** From now on the login inside `url`, if any, goes with every request to its scheme, host and port. */
  remember(url: URL): void;
}

interface BoundLogin extends Login {
  origin: string;
  path: string;
}

/** Netrc is read with the first request that needs it. */
export function createCredentials(urls: readonly string[], environment: Environment): Credentials {
  const bound: BoundLogin[] = [];
  let netrc: ReadonlyMap<string, Login> | undefined;
  const remember = (url: URL): void => {
    const login = loginOf(url);
    if (login === undefined) return;
    const known = bound.find((other) => other.origin === url.origin && other.path === url.pathname);
    if (known === undefined) bound.push({ ...login, origin: url.origin, path: url.pathname });
    else Object.assign(known, login);
  };
  for (const url of urls) if (URL.canParse(url)) remember(new URL(url));
  return {
    remember,
    authorizationFor: (url) => {
      const login = loginOf(url) ?? nearestLogin(bound, url);
      if (login !== undefined) return basicAuthorization(login);
      netrc ??= readNetrc(environment);
      const fromFile = netrc.get(url.hostname.toLowerCase());
      return fromFile === undefined ? undefined : basicAuthorization(fromFile);
    },
  };
}

/** Of several logins for one host the one whose URL shares the longest path wins, else the first. */
function nearestLogin(bound: readonly BoundLogin[], url: URL): Login | undefined {
  let best: BoundLogin | undefined;
  let bestLength = -1;
  for (const login of bound) {
    if (login.origin !== url.origin) continue;
    const length = url.pathname.startsWith(login.path) ? login.path.length : 0;
    if (length > bestLength) [best, bestLength] = [login, length];
  }
  return best;
}

function loginOf(url: URL): Login | undefined {
  if (url.username === '' && url.password === '') return undefined;
  return { user: percentDecoded(url.username), password: percentDecoded(url.password) };
}

/** A stray `%` in a password is taken as it is. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

export function basicAuthorization(login: Login): string {
  return `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
}
