// Tokens for who looks after a repository: of a data directory on this machine, or of a server by its API.

import { BuildError } from '#base';
import { createToken, type TokenOrder } from '../access/tokens.ts';
import { openRecords, type Records } from '../records/open-records.ts';
import type { TokenRecord } from '../repository-contract.ts';
import { assertDataDirectory, recordsFile, usingDirectory } from '../storage/data-directory.ts';
import type { RepositoryClient } from './open-client.ts';

export interface TokenBook {
  /** The token is shown this once; only its hash is kept. */
  create(order: TokenOrder): Promise<{ record: TokenRecord; token: string }>;
  list(): Promise<readonly TokenRecord[]>;
  /** Fails when there is no such token, or it was revoked before. */
  revoke(id: string): Promise<void>;
}

/**
 * Works beside a running server, which sees the change with its next request. The first token makes the directory; the
 * others fail with `REPOSITORY_MISSING` when it is none.
 */
export function openLocalTokens(directory: string): TokenBook {
  const withRecords = async <T>(action: (records: Records) => T | Promise<T>): Promise<T> =>
    usingDirectory(directory, async () => {
      const records = openRecords(recordsFile(directory));
      try {
        return await action(records);
      } finally {
        records.close();
      }
    });
  return {
    create: async (order) => {
      const { record, token } = createToken(order, Date.now());
      await withRecords((records) => records.commit(() => records.tokens.insert(record)));
      return { record, token };
    },
    list: async () => {
      assertDataDirectory(directory);
      return withRecords((records) => records.tokens.list());
    },
    revoke: async (id) => {
      assertDataDirectory(directory);
      const revoke = (records: Records): Promise<boolean> =>
        records.commit(() => records.tokens.revoke(id, Date.now()));
      if (await withRecords(revoke)) return;
      throw new BuildError('TOKEN_UNKNOWN', `There is no token \`${id}\` that could be revoked`, {
        hint: 'see `clutch token list` for their ids',
      });
    },
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
  };
}
