// `cache verify`: compares the egg cache with what was stored.

import type { Command } from '../command.ts';
import { parseWords, printJson, printText, wantedProject } from '../command-words.ts';
import { openCache } from './open-cache.ts';

const usage = `\
Usage: buildout [options] [assignments] cache verify [NAME] [--json] [--dry-run]

Reads every file of every egg (of one project, with a name) and compares it with the hash that was stored. What differs
is named and taken out of the cache, so that the next run makes it again; with --dry-run it stays. Eggs that buildouts
have stay as they are. Ends with 1 when something differs.
`;

const options = { json: { type: 'boolean' }, 'dry-run': { type: 'boolean' } } as const;

export const cacheVerify: Command = {
  usage,
  run: async (invocation) => {
    const { values, names } = parseWords(invocation, options, 1);
    const catalog = await openCache(invocation);
    const entries =
      names.length === 0
        ? catalog.entries()
        : catalog.entriesOf(wantedProject(names, 'cache verify').project);
    const damaged = entries.flatMap((entry) => {
      const problems = catalog.verify(entry);
      if (problems.length === 0) return [];
      const removed = values['dry-run'] === true ? false : catalog.remove(entry.buildKey);
      return [{ buildKey: entry.buildKey, egg: entry.egg?.manifest.eggName, problems, removed }];
    });
    if (values['json'] === true) printJson(invocation, { checked: entries.length, damaged });
    else {
      for (const { egg, buildKey, problems, removed } of damaged) {
        const title = `${egg ?? buildKey} is damaged${removed ? ' and was taken out' : ''}:`;
        printText(invocation, [title, ...problems.map((problem) => `  ${problem}`)].join('\n'));
      }
      printText(invocation, `${entries.length} eggs checked, ${damaged.length} damaged.`);
    }
    return damaged.length === 0 ? 0 : 1;
  },
};
