// `release delta`: from two releases to one file that upgrades the first to the second.

import { relative, resolve } from 'node:path';
import { formatBytes } from '#base';
import { findPython } from '#python';
import { makeDelta, type MadeDelta } from '#release';
import type { Command } from '../command.ts';
import { parseWords, printJson, printText, usageError } from '../command-words.ts';
import { readSigningKey } from './signing-key.ts';

const usage = `\
Usage: buildout release delta OLD NEW [-o FILE] [--key FILE] [--json]

Makes an upgrade of OLD to NEW: one Python program with its data, a few kilobytes for a few changed files. On the target,
\`PREFIX/current/bin/upgrade FILE\` verifies its signature and runs it, \`python3 FILE PREFIX\` runs it as it is; what it does
there, and how to go back, docs/releases.md tells. OLD and NEW are bundles or source releases, packed or unpacked,
installations (PREFIX), or any directories; of a directory the files count, not its manifest. The same input gives the
same bytes.

  -o FILE      where to write it (default: NAME-OLD-NEW.pyz, after the releases' name and versions)
  --key FILE   sign it with this secret key (see release key), in FILE.minisig: needed where installations keep a key
  --json       print what was made as JSON
`;

const options = {
  output: { type: 'string', short: 'o' },
  key: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const releaseDelta: Command = {
  usage,
  readOnly: true,
  run: async (invocation) => {
    const { values, names } = parseWords(invocation, options, 2);
    const [old, target] = names;
    if (old === undefined || target === undefined) {
      throw usageError('release delta needs two releases: OLD NEW');
    }
    const { cwd, environment } = invocation.context;
    const { output } = values;
    const made = await makeDelta({
      old: resolve(cwd, old),
      new: resolve(cwd, target),
      directory: cwd,
      ...(typeof output === 'string' ? { output: resolve(cwd, output) } : {}),
      python: await findPython(environment),
      key: await readSigningKey(values['key'], invocation.context),
      environment,
    });
    if (values['json'] === true) printJson(invocation, made);
    else printText(invocation, format(made, cwd));
    return 0;
  },
};

function format({ file, bytes, from, to, units, files, content }: MadeDelta, cwd: string): string {
  const shown = relative(cwd, file);
  const describe = ({ name, version, root }: MadeDelta['from']): string =>
    `${name} ${version} (${root.slice(0, 12)})`;
  return [
    `${shown.startsWith('..') ? file : shown}: ${formatBytes(bytes)}`,
    `${describe(from)} to ${describe(to)}: ${units} units changed, ${files} new files of ${formatBytes(content)}`,
  ].join('\n');
}
