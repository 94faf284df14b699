// `promote`: a tested version moves from staging to the release channel.

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
Usage: clutch promote NAME VERSION [option...]

Releases a version: all its staged files move to the release channel together. From then on they never change.

${repositoryHelp}
Examples:
  clutch promote acme.web 1.0
  clutch promote acme.web==1.0 --repository https://eggs.example.org/
`;

export const promote: Command = {
  usage,
  run: async (invocation) => {
    const { values, names } = parseWords(invocation, repositoryOption, 2);
    const wanted = wantedRelease(names, 'promote');
    const { project, version, files } = await withClient(
      invocation,
      values['repository'],
      async (client) => (await client.call('POST', `${releasePath(wanted)}/promote`)) as ReleaseAnswer,
    );
    const what = files.length === 0 ? 'was released before' : `is released: ${files.join(', ')}`;
    printText(invocation, `${project} ${version} ${what}`);
    return 0;
  },
};
