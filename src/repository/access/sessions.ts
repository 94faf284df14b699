// Logins of browsers: a token is given once, and from then on a cookie stands for it, which is no token. Nothing of it is
// kept on the disk, so logins end with the process; each also ends with its token.

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TokenRecords } from '../records/token-records.ts';
import type { TokenRecord } from '../repository-contract.ts';
import { isCurrent } from './tokens.ts';

export interface Sessions {
  /** The value of a new cookie. */
  open(token: TokenRecord): string;
  /** The token for which the request's cookie stands, as long as that token counts. */
  find(request: IncomingMessage): TokenRecord | undefined;
  close(request: IncomingMessage): void;
  /** Goes into every form that changes something: only a page of ours knows it. */
  formKey(token: TokenRecord): string;
  isFormKey(token: TokenRecord, key: string): boolean;
}

export const sessionCookie = 'clutch_session';
export const sessionSeconds: number = 12 * 3600;
const mostSessions = 10_000;

export function createSessions(tokens: TokenRecords, now: () => number): Sessions {
  const key = randomBytes(32);
  /** By the hash of the cookie's value: looking one up tells nothing about the others. */
  const open = new Map<string, { tokenId: string; expires: number }>();
  const formKey = (token: TokenRecord): string =>
    createHmac('sha256', key).update(token.id).digest('base64url');
  return {
    open: (token) => {
      const value = randomBytes(32).toString('base64url');
      open.set(hash(value), { tokenId: token.id, expires: now() + sessionSeconds * 1000 });
      for (const [oldest] of open) {
        if (open.size <= mostSessions) break;
        open.delete(oldest);
      }
      return value;
    },
    find: (request) => {
      const value = readCookie(request);
      const session = value === undefined ? undefined : open.get(hash(value));
      if (value === undefined || session === undefined) return undefined;
      const token = tokens.find(session.tokenId);
      if (token === undefined || session.expires <= now() || !isCurrent(token, now())) {
        open.delete(hash(value));
        return undefined;
      }
      const { hash: _hash, ...record } = token;
      return record;
    },
    close: (request) => {
      const value = readCookie(request);
      if (value !== undefined) open.delete(hash(value));
    },
    formKey,
    isFormKey: (token, given) => {
      const wanted = Buffer.from(formKey(token));
      const actual = Buffer.from(given);
      return wanted.length === actual.length && timingSafeEqual(wanted, actual);
    },
  };
}

function hash(value: string): string {
  return createHash('sha256').update(value).digest('base64url');
}

function readCookie({ headers }: IncomingMessage): string | undefined {
  const { cookie } = headers;
  if (cookie === undefined) return undefined;
  return new RegExp(`(?:^|;\\s*)${sessionCookie}=([\\w-]{43})(?:;|$)`).exec(cookie)?.[1];
}
