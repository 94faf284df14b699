// `edit`: makes one egg of this buildout private and writable.

import { relative } from 'node:path';
import { editEgg } from '#eggs';
import { readInstallerSettings } from '#parts';
import type { Command } from './command.ts';
import { parseWords, printText, wantedProject } from './command-words.ts';

const usage = `\
Usage: buildout [options] [assignments] edit NAME[==VERSION]

Makes the files of one egg in this buildout's eggs directory private and writable, so that an edit reaches neither the
egg cache nor another buildout; an egg of a shared directory is copied into the eggs directory. An edited .py takes effect at the next start. To undo, delete the egg's directory: the
next run places the original again.
`;

export const edit: Command = {
  usage,
  run: async (invocation) => {
    const { names } = parseWords(invocation, {}, 1);
    const wanted = wantedProject(names, 'edit');
    const settings = await readInstallerSettings(await invocation.settings());
    const { path, isCopy } = editEgg(settings, wanted);
    const shown = relative(invocation.context.cwd, path);
    printText(
      invocation,
      `${path} is yours to edit${isCopy ? ', and used from the next run of buildout on' : ''}.\nTo undo: rm -r ${shown.startsWith('..') ? path : shown} and run buildout.`,
    );
    return 0;
  },
};
