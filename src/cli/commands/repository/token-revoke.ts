// `token revoke`: a token is no longer valid, at once.

import type { Command } from '../command.ts';
import { parseWords, printText, usageError } from '../command-words.ts';
import { tokensHelp, tokensOptions, withTokens } from './with-tokens.ts';

const usage = `\
Usage: clutch token revoke ID [option...]

Takes a token's rights away; ID is what clutch token list shows, and the middle part of the token.

${tokensHelp}
Examples:
  clutch token revoke 5c0d658fbd22 --data /srv/eggs
`;

export const tokenRevoke: Command = {
  usage,
  run: async (invocation) => {
    const { values, names } = parseWords(invocation, tokensOptions, 1);
    const [id] = names;
    if (id === undefined) throw usageError('token revoke needs the id of a token');
    await withTokens(invocation, values, (tokens) => tokens.revoke(id));
    printText(invocation, `${id} is revoked`);
    return 0;
  },
};
