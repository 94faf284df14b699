// `release rpm`: packages of the system from a bundle.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { findPython } from '#python';
import { packageRelease, type MadePackages } from '#release';
import type { Command } from '../command.ts';
import { parseWords, printJson, printText, usageError } from '../command-words.ts';

const usage = `\
Usage: buildout release rpm BUNDLE [--source FILE] [--deb] [-o DIR] [options]

Makes a package of the system from a bundle (see release bundle): an RPM by rpmbuild, or with --deb a Debian package by
dpkg-deb. It lays out the release below its prefix, makes the directories of its state, switches \`current\` to it, and
asks for the Python and the libraries that the release needs. Removing it leaves the state alone. The same bundle gives
the same bytes.

  --source FILE      also a source RPM, from the source release FILE (see release source): rebuilt, it gives the same
  --deb              a Debian package
  -o DIR             where to write them (default: here)
  --revision N       the package's revision (default: 1)
  --summary TEXT     one line about the application
  --license TEXT     its license, as the package says it
  --maintainer TEXT  Name <mail@example.com>
  --requires TEXT    one more requirement, as the package's format writes it (repeatable)
  --owner USER[:GROUP]  who the directories of the state belong to when they are made (default: root)
  --exclude PATH     what the bundle was made without, for the source RPM (repeatable)
  --json             print what was made as JSON
`;

const options = {
  source: { type: 'string' },
  deb: { type: 'boolean' },
  output: { type: 'string', short: 'o' },
  revision: { type: 'string' },
  summary: { type: 'string' },
  license: { type: 'string' },
  maintainer: { type: 'string' },
  requires: { type: 'string', multiple: true },
  owner: { type: 'string' },
  exclude: { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const;

export const releaseRpm: Command = {
  usage,
  readOnly: true,
  run: async (invocation) => {
    const { values, lists, names } = parseWords(invocation, options, 1);
    const [bundle] = names;
    if (bundle === undefined) throw usageError('release rpm needs a BUNDLE');
    const { cwd, environment, signal } = invocation.context;
    const text = (name: keyof typeof options): string | undefined =>
      typeof values[name] === 'string' ? values[name] : undefined;
    const source = text('source');
    const isDeb = values['deb'] === true;
    if (isDeb && source !== undefined)
      throw usageError('--source makes a source RPM, and --deb a Debian package');
    const workDirectory = mkdtempSync(join(tmpdir(), 'clutch-package-'));
    try {
      const made = await packageRelease({
        bundle: resolve(cwd, bundle),
        kind: isDeb ? 'deb' : 'rpm',
        source: source === undefined ? undefined : resolve(cwd, source),
        sourceWords: (lists['exclude'] ?? []).flatMap((path) => ['--exclude', path]),
        output: resolve(cwd, text('output') ?? '.'),
        workDirectory,
        environment,
        python: await findPython(environment),
        signal,
        revision: text('revision'),
        summary: text('summary'),
        license: text('license'),
        maintainer: text('maintainer'),
        requires: lists['requires'] ?? [],
        owner: text('owner'),
      });
      if (values['json'] === true) printJson(invocation, made);
      else printText(invocation, format(made, cwd));
      return 0;
    } finally {
      rmSync(workDirectory, { recursive: true, force: true });
    }
  },
};

function format({ paths, remarks }: MadePackages, cwd: string): string {
  const shown = paths.map((path) => (relative(cwd, path).startsWith('..') ? path : relative(cwd, path)));
  return [...remarks.map((remark) => `Note: ${remark}.`), ...shown].join('\n');
}
