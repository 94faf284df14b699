// `publish`: sends files to a repository.

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BuildError } from '#base';
import { inspectFiles, packEgg, publishFiles, type PublishedFile } from '#repository';
import { compareVersions, forgivingVersion, parseEggFilename, type Version } from '#standards';
import { openCatalog, type CachedEgg } from '#store';
import { cacheSettings } from '../cache/open-cache.ts';
import type { Command, Invocation } from '../command.ts';
import { parseWords, printText, usageError, wantedProject } from '../command-words.ts';
import { repositoryHelp, repositoryOption, withClient } from './with-client.ts';

const usage = `\
Usage: clutch publish FILE|NAME[==VERSION]... [option...]

Sends wheels, eggs and source archives to a repository: clutch serve, or any index with the legacy upload API. A name
that is no file is that of a project: the newest egg that the egg cache has of it for this Python and platform is sent.
Each file is checked first as the repository will do. With clutch serve they are in staging then: clutch promote
releases them.

  --replace          take the place of staged files with other bytes
  --dry-run          check the files and say what would be sent
${repositoryHelp}
Examples:
  CLUTCH_REPOSITORY=https://eggs.example.org/ clutch publish dist/*
  clutch publish --repository https://eggs.example.org/ --dry-run dist/acme.web-1.0.tar.gz
  clutch publish acme.web==1.0          # the egg that the egg cache built
`;

const options = {
  ...repositoryOption,
  replace: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
} as const;

export const publish: Command = {
  usage,
  run: async (invocation) => {
    const { values, names } = parseWords(invocation, options, Number.POSITIVE_INFINITY);
    if (names.length === 0) throw usageError('publish needs a file or the name of a project');
    const paths: string[] = [];
    for (const name of names) paths.push(await pathOf(invocation, name));
    if (values['dry-run'] === true) {
      return reportFiles(invocation, await inspectFiles(paths), 'would be sent');
    }
    const published = await withClient(invocation, values['repository'], (client) =>
      publishFiles(client, paths, { replace: values['replace'] === true, report: invocation.context.report }),
    );
    return reportFiles(invocation, published, 'was not sent');
  },
};

/** The file of this name, else an egg of the egg cache, packed. */
async function pathOf(invocation: Invocation, name: string): Promise<string> {
  const path = resolve(invocation.context.cwd, name);
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (isDirectory === false) return path;
  // A directory may lie here that is called like the project, its checkout for example.
  const filesHint = `name the files in it: ${name.replace(/\/+$/, '')}/*`;
  if (isDirectory === true && /[/\\]/.test(name)) {
    throw new BuildError('PUBLISH_NO_FILE', `\`${name}\` is a directory`, { hint: filesHint });
  }
  if (/[/\\]|\.(?:whl|egg|zip|tgz|gz|bz2|xz)$/.test(name)) throw usageError(`there is no file \`${name}\``);
  const hint =
    isDirectory === true ? filesHint : `see \`clutch cache show ${name.split('==', 1)[0]}\`; or name a file`;
  return packFromCache(invocation, name, hint);
}

/** The newest egg of the egg cache for `NAME` or `NAME==VERSION`, this Python and this platform. */
async function packFromCache(invocation: Invocation, name: string, hint: string): Promise<string> {
  const { project, version } = wantedProject([name], 'publish');
  const { directory } = await cacheSettings(invocation);
  const { python } = await invocation.settings();
  const found = openCatalog({ directory, report: invocation.context.report })
    .entriesOf(project)
    .map(({ egg }) => egg)
    .filter(
      ({ manifest }) => isFor(manifest.eggName, python) && (version ?? manifest.version) === manifest.version,
    )
    .sort((one, other) => compareVersions(versionOf(other), versionOf(one)));
  const [newest] = found;
  if (newest === undefined) {
    const wanted = version === undefined ? project : `${project} ${version}`;
    const problem = `The egg cache has no egg of ${wanted} for Python ${python.minor}`;
    throw new BuildError('PUBLISH_NO_EGG', problem, { hint });
  }
  return packEgg(newest, temporaryDirectory());
}

const versionOf = ({ manifest }: CachedEgg): Version => forgivingVersion(manifest.version);

function isFor(eggName: string, python: { minor: string; platform: string }): boolean {
  const parts = parseEggFilename(eggName);
  return (
    (parts?.python ?? python.minor) === python.minor &&
    (parts?.platform ?? python.platform) === python.platform
  );
}

let directory: string | undefined;

/** For packed eggs; gone when the program ends. */
function temporaryDirectory(): string {
  if (directory === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'clutch-publish-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    directory = made;
  }
  return directory;
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
