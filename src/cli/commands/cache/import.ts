// `cache import`: takes eggs out of an eggs directory of zc.buildout's.

import { resolve } from 'node:path';
import { importEggs } from '#eggs';
import type { Command } from '../command.ts';
import { parseWords, printJson, printText, usageError } from '../command-words.ts';
import { installerSettings } from './open-cache.ts';

const usage = `\
Usage: buildout [options] [assignments] cache import DIRECTORY [--json]

Copies eggs from an eggs directory that zc.buildout filled into the egg cache, marked as imported. An egg is taken only
when its RECORD vouches for every one of its files, and when it is for this Python and platform. It answers requests for
its project and version, whatever file the index offers; \`cache rebuild NAME\` replaces it by one of known origin.
`;

export const cacheImport: Command = {
  usage,
  run: async (invocation) => {
    const { values, names } = parseWords(invocation, { json: { type: 'boolean' } }, 1);
    const [name] = names;
    if (name === undefined) throw usageError('cache import needs an eggs directory');
    const directory = resolve(invocation.context.cwd, name);
    const eggs = await importEggs(await installerSettings(invocation), directory);
    if (values['json'] === true) printJson(invocation, eggs);
    else {
      for (const egg of eggs) {
        if (egg.outcome === 'skipped') printText(invocation, `${egg.name}: skipped, ${egg.reason ?? ''}`);
      }
      const count = (outcome: string): number => eggs.filter((egg) => egg.outcome === outcome).length;
      const [imported, present, skipped] = [count('imported'), count('present'), count('skipped')];
      printText(invocation, `${imported} eggs imported, ${present} were there already, ${skipped} skipped.`);
    }
    return 0;
  },
};
