// `token list`: what tokens there are, without their secrets.

import type { TokenRecord } from '#repository';
import type { Command } from '../command.ts';
import { parseWords, printJson, printText } from '../command-words.ts';
import { tokensHelp, tokensOptions, withTokens } from './with-tokens.ts';

const usage = `\
Usage: clutch token list [--json] [option...]

Lists the tokens of a repository: id, name, actions, projects, and until when each is valid.

${tokensHelp}
Examples:
  clutch token list --data /srv/eggs
`;

export const tokenList: Command = {
  usage,
  run: async (invocation) => {
    const { values } = parseWords(invocation, { ...tokensOptions, json: { type: 'boolean' } } as const, 0);
    const tokens = await withTokens(invocation, values, (tokens) => tokens.list());
    if (values['json'] === true) printJson(invocation, tokens.map(shownAsJson));
    else if (tokens.length === 0)
      printText(invocation, 'There are no tokens yet: see clutch token create --help');
    else printText(invocation, tokens.map(format).join('\n'));
    return 0;
  },
};

function format(token: TokenRecord): string {
  const { id, name, actions, projects } = token;
  return `${id}  ${name}  ${actions.join(',')}  ${projects.join(',')}  ${stateOf(token)}`;
}

function stateOf({ created, expires, revoked }: TokenRecord): string {
  if (revoked !== undefined) return `revoked ${day(revoked)}`;
  if (expires === undefined) return `since ${day(created)}`;
  return `${expires <= Date.now() ? 'expired' : 'until'} ${day(expires)}`;
}

function shownAsJson(token: TokenRecord): object {
  const time = (value: number | undefined): string | undefined =>
    value === undefined ? undefined : new Date(value).toISOString();
  const { created, expires, revoked } = token;
  return { ...token, created: time(created), expires: time(expires), revoked: time(revoked) };
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
