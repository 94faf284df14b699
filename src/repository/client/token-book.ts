// Tokens for who looks after a repository: of a data directory on this machine, or of a server by its API.

import { mkdirSync } from 'node:fs';
import { BuildError } from '#base';
import { createToken, type TokenOrder } from '../access/tokens.ts';
import { recordsFile } from '../core.ts';
import { openRecords } from '../records/open-records.ts';
import type { TokenRecord } from '../repository-contract.ts';
import type { RepositoryClient } from './open-client.ts';

export interface TokenBook {
  /** The token is shown this once; only its hash is kept. */
  create(order: TokenOrder): Promise<{ record: TokenRecord; token: string }>;
  list(): Promise<readonly TokenRecord[]>;
  /** Fails when there is no such token, or it was revoked before. */
  revoke(id: string): Promise<void>;
  close(): void;
}

/** Works beside a running server, which sees the change with its next request. */
export function openLocalTokens(directory: string): TokenBook {
  mkdirSync(directory, { recursive: true });
  const records = openRecords(recordsFile(directory));
  return {
    create: async (order) => {
      const { record, token } = createToken(order, Date.now());
      await records.commit(() => records.tokens.insert(record));
      return { record, token };
    },
    list: async () => records.tokens.list(),
    revoke: async (id) => {
      if (await records.commit(() => records.tokens.revoke(id, Date.now()))) return;
      throw new BuildError('TOKEN_UNKNOWN', `There is no token \`${id}\` that could be revoked`, {
        hint: 'see `clutch token list` for their ids',
      });
    },
    close: () => records.close(),
  };
}

export function openRemoteTokens(client: RepositoryClient): TokenBook {
  return {
    create: async (order) => {
      const { token, ...record } = (await client.call('POST', 'tokens', order)) as TokenRecord & {
        token: string;
      };
      return { record, token };
    },
    list: async () => ((await client.call('GET', 'tokens')) as { tokens: readonly TokenRecord[] }).tokens,
    revoke: async (id) => void (await client.call('DELETE', `tokens/${encodeURIComponent(id)}`)),
    close: () => undefined,
  };
}
