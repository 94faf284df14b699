// `cache dir`: where the egg cache is.

import type { Command } from '../command.ts';
import { parseWords, printText } from '../command-words.ts';
import { cacheSettings } from './open-cache.ts';

const usage = `\
Usage: buildout [options] [assignments] cache dir

Prints the directory of the egg cache, whether or not it exists yet.
`;

export const cacheDir: Command = {
  usage,
  run: async (invocation) => {
    parseWords(invocation, {}, 0);
    printText(invocation, (await cacheSettings(invocation)).directory);
    return 0;
  },
};
