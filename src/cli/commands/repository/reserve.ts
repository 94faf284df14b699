// `reserve`: names that are ours, with or without files, so that nothing of that name comes from upstream.

import type { Command } from '../command.ts';
import { parseWords, printText, usageError } from '../command-words.ts';
import { repositoryHelp, repositoryOption, withClient } from './with-client.ts';

const usage = `\
Usage: clutch reserve NAME... [--undo] [option...]

Keeps names for this repository: the index answers for them itself and never asks upstream, even before the first
upload. A name with files is kept anyhow.

  --undo             give the names back
${repositoryHelp}
Examples:
  clutch reserve acme.web acme.db
  clutch reserve --undo acme.db
`;

export const reserve: Command = {
  usage,
  run: async (invocation) => {
    const options = { ...repositoryOption, undo: { type: 'boolean' } } as const;
    const { values, names } = parseWords(invocation, options, Number.POSITIVE_INFINITY);
    if (names.length === 0) throw usageError('reserve needs the name of a project');
    const undo = values['undo'] === true;
    await withClient(invocation, values['repository'], async (client) => {
      for (const name of names) {
        await client.call(undo ? 'DELETE' : 'PUT', `projects/${encodeURIComponent(name)}/reserved`);
        printText(invocation, `${name} is ${undo ? 'no longer reserved' : 'reserved'}`);
      }
    });
    return 0;
  },
};
