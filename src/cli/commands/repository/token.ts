// `token …`: who may do what with a repository.

import type { Command } from '../command.ts';
import { createCommandGroup } from '../command-group.ts';

const usage = `\
Usage: clutch token COMMAND [ARGUMENT...]

Makes, lists and revokes the tokens of a repository. Each command has --help of its own.

  create NAME        make a token and print it, once
  list               what tokens there are, without their secrets
  revoke ID          a token is no longer valid

With --data DIR they work on a data directory of this machine, also while it is served; else on --repository URL, with
a token that has the action admin.

Examples:
  clutch token create ci-web --data /srv/eggs --action upload --project acme.web --expires 90d
  clutch token list --data /srv/eggs
`;

export const token: Command = createCommandGroup({
  name: 'token',
  usage,
  commands: {
    create: () => import('./token-create.ts').then((module) => module.tokenCreate),
    list: () => import('./token-list.ts').then((module) => module.tokenList),
    revoke: () => import('./token-revoke.ts').then((module) => module.tokenRevoke),
  },
});
