// The tables of tokens and of development links.

import type { TokenAction, TokenRecord } from '../repository-contract.ts';
import { number, optionalNumber, text, type Database, type Row } from './open-database.ts';

export interface StoredToken extends TokenRecord {
  /** SHA-256 of the secret part. */
  readonly hash: Uint8Array;
}

export interface TokenRecords {
  insert(token: StoredToken): void;
  find(id: string): StoredToken | undefined;
  list(): readonly TokenRecord[];
  /** Whether there was one that was not revoked before. */
  revoke(id: string, now: number): boolean;
}

export function createTokenRecords(database: Database): TokenRecords {
  return {
    insert: (token) => {
      database.run(
        'INSERT INTO tokens (id, name, hash, actions, projects, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)',
        token.id,
        token.name,
        token.hash,
        token.actions.join(' '),
        token.projects.join(' '),
        token.created,
        token.expires ?? null,
      );
    },
    find: (id) => {
      const row = database.one('SELECT * FROM tokens WHERE id = ?', id);
      const hash = row?.['hash'];
      return row === undefined || !(hash instanceof Uint8Array) ? undefined : { ...readToken(row), hash };
    },
    list: () => database.all('SELECT * FROM tokens ORDER BY created, id').map(readToken),
    revoke: (id, now) =>
      database.run('UPDATE tokens SET revoked = ? WHERE id = ? AND revoked IS NULL', now, id) > 0,
  };
}

function readToken(row: Row): TokenRecord {
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    actions: text(row, 'actions').split(' ') as TokenAction[],
    projects: text(row, 'projects').split(' '),
    created: number(row, 'created'),
    ...optionalNumber(row, 'expires', 'expires'),
    ...optionalNumber(row, 'revoked', 'revoked'),
  };
}
