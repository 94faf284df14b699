// Tokens: `clutch_<id>_<secret>`. The secret is 256 random bits, so one SHA-256 of it is kept and nothing else; it is
// compared in constant time, and also for an id that nobody has.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { BuildError, parseAge } from '#base';
import { canonicalizeName } from '#standards';
import type { StoredToken, TokenRecords } from '../records/token-records.ts';
import { tokenActions, type TokenAction, type TokenRecord } from '../repository-contract.ts';
import { isProjectName } from '../inspect/distribution-name.ts';

export interface TokenOrder {
  name: string;
  actions: readonly string[];
  /** Names, or patterns that end with `*`; none is every project. */
  projects: readonly string[];
  /** `90d`; `undefined` is for ever. */
  expires?: string;
}

/** The record to keep, and the token to show once. Fails with `TOKEN_ORDER` when something of it is not known. */
export function createToken(order: TokenOrder, now: number): { record: StoredToken; token: string } {
  const { name } = order;
  if (!/^[\w.@ +-]{1,100}$/.test(name)) {
    throw badOrder(`\`${name}\` is no name for a token`, 'use letters, digits, spaces and `. _ - @ +`');
  }
  const expires = order.expires === undefined ? undefined : parseAge(order.expires);
  if (order.expires !== undefined && expires === undefined) {
    throw badOrder(`\`${order.expires}\` is no age`, 'write `90d`, `12h` or `1w`');
  }
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  const record: StoredToken = {
    id,
    name,
    hash: hashSecret(secret),
    actions: readActions(order.actions),
    projects: readProjects(order.projects),
    created: now,
    ...(expires !== undefined && { expires: now + expires }),
  };
  return { record, token: `clutch_${id}_${secret}` };
}

function readActions(actions: readonly string[]): TokenAction[] {
  const known = tokenActions.filter((action) => actions.includes(action));
  const odd = actions.find((action) => !known.some((other) => other === action));
  if (odd !== undefined || known.length === 0) {
    throw badOrder(
      odd === undefined ? 'A token without actions can do nothing' : `\`${odd}\` is no action of a token`,
      `the actions are ${tokenActions.join(', ')}`,
    );
  }
  return known;
}

function readProjects(projects: readonly string[]): string[] {
  const patterns = projects.length === 0 ? ['*'] : projects;
  return patterns.map((pattern) => {
    const stem = pattern.endsWith('*') ? pattern.slice(0, -1) : pattern;
    const isEmpty = stem === '' && pattern === '*';
    if (!isEmpty && !isProjectName(stem.replace(/[-_.]+$/, ''))) {
      throw badOrder(`\`${pattern}\` is no project`, 'write a name, or a pattern such as `acme.*` or `*`');
    }
    return pattern.endsWith('*') ? `${canonicalizeName(stem)}*` : canonicalizeName(pattern);
  });
}

function badOrder(problem: string, hint: string): BuildError {
  return new BuildError('TOKEN_ORDER', problem, { hint });
}

const nobody = Buffer.alloc(32);

/** The token's record when its secret is right, it has not expired and was not revoked. */
export function verifyToken(tokens: TokenRecords, token: string, now: number): TokenRecord | undefined {
  const [, id = '', secret = ''] = /^clutch_([0-9a-f]{12})_([\w-]{43})$/.exec(token) ?? [];
  const stored = id === '' ? undefined : tokens.find(id);
  const isRight = timingSafeEqual(hashSecret(secret), stored?.hash ?? nobody);
  if (stored === undefined || !isRight) return undefined;
  if (!isCurrent(stored, now)) return undefined;
  const { hash: _hash, ...record } = stored;
  return record;
}

/** Neither revoked nor expired. */
export function isCurrent({ revoked, expires }: TokenRecord, now: number): boolean {
  return revoked === undefined && (expires === undefined || expires > now);
}

function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Whether the token allows the action, for a project (normal name) or in general. */
export function allows(token: TokenRecord, action: TokenAction, project?: string): boolean {
  if (!token.actions.includes(action) && !token.actions.includes('admin')) return false;
  return project === undefined ? token.projects.includes('*') : coversProject(token, project);
}

export function coversProject(token: TokenRecord, project: string): boolean {
  return token.projects.some((pattern) =>
    pattern.endsWith('*') ? project.startsWith(pattern.slice(0, -1)) : pattern === project,
  );
}
