// `token create`: a new token, shown once.

import { tokenActions } from '#repository';
import type { Command } from '../command.ts';
import { parseWords, printJson, printText, usageError } from '../command-words.ts';
import { tokensHelp, tokensOptions, withTokens } from './with-tokens.ts';

const usage = `\
Usage: clutch token create NAME [--action ACTIONS] [--project NAMES] [--expires AGE] [--json] [option...]

Makes a token and prints it. Only its hash is kept: it can't be shown again. NAME says whose it is, in records and logs.

  --action ACTIONS   ${tokenActions.join(', ')} (upload); several with commas
  --project NAMES    projects, or patterns such as acme.*; all when absent
  --expires AGE      90d, 12h, 1w; never when absent
${tokensHelp}
Examples:
  clutch token create ci-web --data /srv/eggs --action upload --project "acme.*" --expires 90d
  clutch token create reader --repository https://eggs.example.org/ --action read
`;

export const tokenCreate: Command = {
  usage,
  run: async (invocation) => {
    const options = {
      ...tokensOptions,
      action: { type: 'string' },
      project: { type: 'string' },
      expires: { type: 'string' },
      json: { type: 'boolean' },
    } as const;
    const { values, names } = parseWords(invocation, options, 1);
    const [name] = names;
    if (name === undefined) throw usageError('token create needs a name for the token');
    const { expires, json } = values;
    const { record, token } = await withTokens(invocation, values, (tokens) =>
      tokens.create({
        name,
        actions: listOf(values['action'] ?? 'upload'),
        projects: listOf(values['project'] ?? ''),
        ...(typeof expires === 'string' && { expires }),
      }),
    );
    if (json === true) printJson(invocation, { id: record.id, name, token });
    else printText(invocation, token);
    return 0;
  },
};

function listOf(value: unknown): string[] {
  return typeof value === 'string' ? value.split(/[\s,]+/).filter((word) => word !== '') : [];
}
