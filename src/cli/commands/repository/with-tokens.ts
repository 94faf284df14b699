// Which tokens a `token` command works on: those of a directory, or of a server.

import { resolve } from 'node:path';
import { openLocalTokens, openRemoteTokens, type TokenBook } from '#repository';
import type { Invocation } from '../command.ts';
import { usageError, type ParsedWords } from '../command-words.ts';
import { withClient } from './with-client.ts';

export const tokensHelp = `\
  --data DIR         a data directory of this machine
  --repository URL   a server; needs CLUTCH_REPOSITORY_TOKEN with the action admin
`;

export const tokensOptions = { repository: { type: 'string' }, data: { type: 'string' } } as const;

export async function withTokens<T>(
  invocation: Invocation,
  values: ParsedWords['values'],
  action: (tokens: TokenBook) => Promise<T>,
): Promise<T> {
  const { data, repository } = values;
  if (typeof data !== 'string') {
    return withClient(invocation, repository, (client) => action(openRemoteTokens(client)));
  }
  if (repository !== undefined) throw usageError('give --data or --repository, not both');
  return action(openLocalTokens(resolve(invocation.context.cwd, data)));
}
