// `cache remote …`: the cache that machines share, as this one sees it.

import type { Command } from '../../command.ts';
import { createCommandGroup } from '../../command-group.ts';

const usage = `\
Usage: buildout cache remote COMMAND

The cache that machines share (docs/fleet.md), as this one sees it.

  check [--json]   can it be reached, read and written; does it compress; whose eggs are used, and which key signs
`;

export const cacheRemote: Command = createCommandGroup({
  name: 'cache remote',
  usage,
  commands: { check: () => import('./check.ts').then((module) => module.cacheRemoteCheck) },
});
