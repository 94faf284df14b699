// `publish`: sends files to a repository.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { inspectFiles, publishFiles, type PublishedFile } from '#repository';
import type { Command, Invocation } from '../command.ts';
import { parseWords, printText, usageError } from '../command-words.ts';
import { repositoryHelp, repositoryOption, withClient } from './with-client.ts';

const usage = `\
Usage: clutch publish FILE... [option...]

Sends wheels, eggs and source archives to a repository: clutch serve, or any index with the legacy upload API. Each
file is checked first as the repository will do. With clutch serve they are in staging then: clutch promote releases
them.

  --replace          take the place of staged files with other bytes
  --dry-run          check the files and say what would be sent
${repositoryHelp}`;

const options = {
  ...repositoryOption,
  replace: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
} as const;

export const publish: Command = {
  usage,
  run: async (invocation) => {
    const { values, names } = parseWords(invocation, options, Number.POSITIVE_INFINITY);
    if (names.length === 0) throw usageError('publish needs a file');
    const paths = names.map((name) => pathOf(invocation, name));
    if (values['dry-run'] === true) {
      return reportFiles(invocation, await inspectFiles(paths), 'would be sent');
    }
    const published = await withClient(invocation, values['repository'], (client) =>
      publishFiles(client, paths, { replace: values['replace'] === true, report: invocation.context.report }),
    );
    return reportFiles(invocation, published, 'was not sent');
  },
};

function pathOf({ context }: Invocation, name: string): string {
  const path = resolve(context.cwd, name);
  if (!existsSync(path)) throw usageError(`there is no file \`${name}\``);
  return path;
}

/** One line for each file; 1 when one failed. */
export function reportFiles(
  invocation: Invocation,
  files: readonly PublishedFile[],
  otherwise: string,
): number {
  for (const { filename, project, version, answer, failure } of files) {
    if (failure === undefined) {
      printText(
        invocation,
        answer === undefined || answer === '' ? `${filename} (${project} ${version}) ${otherwise}` : answer,
      );
    } else {
      const hint = failure.hint === undefined ? '' : `\n  hint: ${failure.hint}`;
      printText(invocation, `${filename}: ${failure.message}${hint}`);
    }
  }
  return files.some(({ failure }) => failure !== undefined) ? 1 : 0;
}
