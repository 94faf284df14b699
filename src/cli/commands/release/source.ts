// `release source`, also as the program `buildout-source-release`: one archive that installs without a network.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildError, formatBytes } from '#base';
import type { Assignment } from '#config';
import { makeSourceRelease, nameRelease, type SourceReleaseRequest } from '#release';
import type { Command, Invocation } from '../command.ts';
import { parseWords, printText, usageError } from '../command-words.ts';
import { readAssignment } from '../../parse-command-line.ts';
import { readSettings } from '../../read-settings.ts';

const usage = `\
Usage: buildout release source URL|DIR [CFG] [section:option=value...] [-n NAME] [--without-node]
       buildout-source-release URL|DIR CFG [section:option=value...] [-n NAME] [--without-node]

Makes NAME.tgz: the project with every distribution, recipe, build requirement and download that installing it needs,
with clutch and its Node. \`python3 install.py\` in the unpacked directory installs it in place, without a network; it
needs the Python minor version that is used now. The user's defaults (~/.buildout/default.cfg) are not read; what they
would give is given as assignments, which the release remembers.

  URL|DIR         a directory or file: URL; git+URL, hg+URL, ....git, ssh://....git, each with @REF; svn://,
                  svn+ssh://, svn+http(s)://
  CFG             the configuration in it (default: buildout.cfg)
  -n, --name      the name of the archive and its directory (default: the last part of URL or DIR)
  --without-node  leave Node out: who installs it needs Node 22.15 or newer on the PATH
`;

const options = {
  name: { type: 'string', short: 'n' },
  'without-node': { type: 'boolean' },
} as const;

export const releaseSource: Command = {
  usage,
  run: async (invocation) => {
    const request = readRequest(invocation);
    const { cwd } = invocation.context;
    const name = nameRelease(request, cwd);
    printText(invocation, `Creating source release in ${name}.tgz`);
    const workDirectory = mkdtempSync(join(tmpdir(), 'clutch-release-'));
    process.once('exit', () => rmSync(workDirectory, { recursive: true, force: true }));
    try {
      const { bytes, distributions } = await makeSourceRelease(request, toolsOf(invocation, workDirectory));
      printText(invocation, `Created ${name}.tgz: ${distributions} distributions, ${formatBytes(bytes)}`);
      return 0;
    } catch (error) {
      if (!(error instanceof BuildError) || error.code !== 'RELEASE_EGGS_DIRECTORY') throw error;
      printText(invocation, error.message);
      return 1;
    }
  },
};

function readRequest(invocation: Invocation): SourceReleaseRequest {
  const { values, names } = parseWords(invocation, options, Infinity);
  const [source, ...rest] = names;
  if (source === undefined) throw usageError('release source needs a URL or a directory');
  const [first] = rest;
  const hasConfiguration = first !== undefined && !first.includes('=');
  const words = hasConfiguration ? rest.slice(1) : rest;
  const { name } = values;
  return {
    source,
    configuration: hasConfiguration ? first : 'buildout.cfg',
    assignments: words.map(toAssignment),
    withNode: values['without-node'] !== true,
    ...(typeof name === 'string' ? { name } : {}),
  };
}

function toAssignment(word: string): Assignment {
  if (!word.includes('=')) throw usageError(`unexpected argument: ${word}`);
  return readAssignment(word);
}

function toolsOf({ context }: Invocation, workDirectory: string): Parameters<typeof makeSourceRelease>[1] {
  const { cwd, environment, signal } = context;
  const reading = { ...context, remoteFiles: new Map<string, Promise<Uint8Array>>() };
  return {
    cwd,
    environment,
    signal,
    workDirectory,
    readSettings: (file, assignments) => {
      const line = { configurationFile: file, assignments: [...assignments], command: 'install' };
      return readSettings(
        { ...line, wants: 'run', userDefaults: false, debug: false, arguments: [] },
        reading,
      );
    },
  };
}
