// `cache rebuild`: makes the eggs of a project again.

import { rebuildEggs, type RebuiltEgg } from '#eggs';
import type { Command } from '../command.ts';
import { parseWords, printJson, printText, wantedProject } from '../command-words.ts';
import { installerSettings } from './open-cache.ts';

const usage = `\
Usage: buildout [options] [assignments] cache rebuild NAME[==VERSION] [--compare] [--json]

Takes the eggs of the project out of the cache and makes those again that this Python can use, with the index, pins and
build environment of this buildout. With --compare, names the files that differ between the old egg and the new one.
Eggs that buildouts have stay as they are: delete one in the eggs directory, and the next run places the new one.
`;

const options = { compare: { type: 'boolean' }, json: { type: 'boolean' } } as const;

export const cacheRebuild: Command = {
  usage,
  run: async (invocation) => {
    const { values, names } = parseWords(invocation, options, 1);
    const wanted = wantedProject(names, 'cache rebuild');
    const rebuilt = await rebuildEggs(await installerSettings(invocation), wanted);
    if (values['json'] === true) printJson(invocation, rebuilt);
    else printText(invocation, rebuilt.map((egg) => format(egg, values['compare'] === true)).join('\n'));
    return 0;
  },
};

function format(egg: RebuiltEgg, compares: boolean): string {
  const { eggName, after, reason, onlyBefore, onlyAfter, changed } = egg;
  if (after === undefined) return `${eggName}: taken out, not made again: ${reason ?? ''}`;
  if (!compares) return `${eggName}: made again`;
  const lines = [
    ...onlyBefore.map((path) => `  - ${path}`),
    ...onlyAfter.map((path) => `  + ${path}`),
    ...changed.map((path) => `  ~ ${path}`),
  ];
  if (lines.length === 0) return `${eggName}: made again, every file is the same`;
  return [`${eggName}: made again, ${lines.length} files differ`, ...lines].join('\n');
}
