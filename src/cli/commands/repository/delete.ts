// `delete`: takes a version out of the repository, for good.

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
Usage: clutch delete NAME VERSION [--file NAME] --yes [option...]

Deletes a version (or one of its files). Who has pinned it can't install any more: clutch yank is gentler. The name of a
released file is never used again. Without --yes it only says what would be deleted.

  --file NAME        this file only
  --yes              do it
${repositoryHelp}
Examples:
  clutch delete acme.web 1.0            # says what would go
  clutch delete acme.web 1.0 --file acme.web-1.0-py3-none-any.whl --yes
`;

interface Description {
  versions: readonly { version: string; files: readonly { filename: string; channel: string }[] }[];
}

export const deleteCommand: Command = {
  usage,
  run: async (invocation) => {
    const options = { ...repositoryOption, file: { type: 'string' }, yes: { type: 'boolean' } } as const;
    const { values, names } = parseWords(invocation, options, 2);
    const wanted = wantedRelease(names, 'delete');
    const { file, yes } = values;
    return withClient(invocation, values['repository'], async (client) => {
      if (yes !== true) {
        const found = await client.call('GET', `projects/${encodeURIComponent(wanted.project)}`);
        const files = (found as Description).versions
          .filter(({ version }) => version === wanted.version)
          .flatMap((version) => version.files)
          .filter(({ filename }) => file === undefined || filename === file);
        const shown = files.map(({ filename, channel }) => `  ${filename} (${channel})`).join('\n');
        printText(
          invocation,
          files.length === 0
            ? 'There is nothing to delete.'
            : `This would delete\n${shown}\nGive --yes to do it.`,
        );
        return files.length === 0 ? 1 : 0;
      }
      const query = typeof file === 'string' ? `?filename=${encodeURIComponent(file)}` : '';
      const answer = await client.call('DELETE', `${releasePath(wanted)}${query}`);
      const { project, version, files } = answer as ReleaseAnswer;
      printText(invocation, `${project} ${version}: deleted ${files.join(', ')}`);
      return 0;
    });
  },
};
