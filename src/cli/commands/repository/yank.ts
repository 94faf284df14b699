// `yank`: a version that nobody should take any more, but who has pinned it can.

import type { Command } from '../command.ts';
import { parseWords, printText } from '../command-words.ts';
import {
  releasePath,
  repositoryHelp,
  repositoryOption,
  wantedRelease,
  withClient,
  type ReleaseAnswer,
} from './with-client.ts';

const usage = `\
Usage: clutch yank NAME VERSION [--reason TEXT] [--file NAME] [--undo] [option...]

Marks the files of a version (or one of them) as yanked: installers pass over them unless they are pinned.

  --reason TEXT      shown by installers
  --file NAME        this file only
  --undo             take it back
${repositoryHelp}
Examples:
  clutch yank acme.web 1.0 --reason "loses mail"
  clutch yank acme.web 1.0 --undo
`;

export const yank: Command = {
  usage,
  run: async (invocation) => {
    const options = {
      ...repositoryOption,
      reason: { type: 'string' },
      file: { type: 'string' },
      undo: { type: 'boolean' },
    } as const;
    const { values, names } = parseWords(invocation, options, 2);
    const wanted = wantedRelease(names, 'yank');
    const { file, reason, undo } = values;
    const path = `${releasePath(wanted)}/yank`;
    const answer = await withClient(invocation, values['repository'], async (client) => {
      if (undo === true) {
        const query = typeof file === 'string' ? `?filename=${encodeURIComponent(file)}` : '';
        return client.call('DELETE', `${path}${query}`);
      }
      return client.call('POST', path, {
        ...(reason !== undefined && { reason }),
        ...(file !== undefined && { filename: file }),
      });
    });
    const { project, version, files } = answer as ReleaseAnswer;
    const state = undo === true ? 'no longer yanked' : 'yanked';
    printText(
      invocation,
      `${project} ${version}: ${files.length === 0 ? `nothing changed, it is ${state}` : `${files.join(', ')} ${state}`}`,
    );
    return 0;
  },
};
