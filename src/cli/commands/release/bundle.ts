// `release bundle`: the built application for one prefix, as an archive.

import { relative, resolve } from 'node:path';
import { BuildError, formatBytes, type Environment } from '#base';
import { buildBundle, findReleaseVersion, type Bundle } from '#release';
import { readSettings } from '../../read-settings.ts';
import { clutchVersion } from '../../version.ts';
import type { Command, Invocation } from '../command.ts';
import { parseWords, printText, usageError } from '../command-words.ts';
import { readSigningKey } from './signing-key.ts';

const usage = `\
Usage: buildout [options] [assignments] release bundle [CFG] --prefix DIR [-n NAME] [--release-version VERSION]
           [-o FILE] [--state PATH]... [--exclude PATH]... [--key FILE]

Builds the application that CFG (default: what -c says) describes, in a fresh directory that the build sees as
DIR/current, and packs it as one archive: eggs, scripts, parts and the project's files, a manifest and install.py, which
needs only Python; beside it an SBOM, NAME-VERSION.cdx.json. DIR need not exist on this machine. Parts write final paths; no file may name a path of the build.
Developed directories are built as eggs. The same inputs give the same bytes (SOURCE_DATE_EPOCH says what time it is).

  --prefix DIR      where the application will be installed, for example /opt/app
  -n NAME           what it is called (default: the name of the buildout's directory)
  --release-version VERSION
                    default: the tag of what is checked out
  -o FILE           the archive, NAME.tar.zst or NAME.tar.gz (default: NAME-VERSION.tar.zst)
  --state PATH      a directory that the application writes to, relative to the buildout: it lies at DIR/PATH, outside
                    every release; \`var\` always does (repeatable)
  --key FILE        sign with this secret key (see release key): the manifest inside, and the archive in ARCHIVE.minisig
  --exclude PATH    files of the project, or what the build makes, that are not part of the release (repeatable)
`;

const options = {
  prefix: { type: 'string' },
  name: { type: 'string', short: 'n' },
  'release-version': { type: 'string' },
  output: { type: 'string', short: 'o' },
  state: { type: 'string', multiple: true },
  exclude: { type: 'string', multiple: true },
  key: { type: 'string' },
} as const;

export const releaseBundle: Command = {
  usage,
  run: async (invocation) => {
    const { values, lists, names } = parseWords(invocation, options, 1);
    const { prefix, name, output } = values;
    const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
    if (typeof prefix !== 'string') throw usageError('release bundle needs --prefix DIR');
    const { context } = invocation;
    const key = await readSigningKey(values['key'], context);
    const line =
      names[0] === undefined ? invocation.line : { ...invocation.line, configurationFile: names[0] };
    const settings = await readSettings(line, context);
    const { directory, file } = settings.configuration;
    const bundle = await buildBundle({
      settings,
      program: [process.execPath, ...process.execArgv, context.argv[0] ?? ''],
      words: wordsBefore(line, file),
      cwd: context.cwd,
      prefix,
      name: text(name),
      version: text(values['release-version']) ?? (await tagOf(directory, context.environment)),
      output: text(output),
      state: ['var', ...(lists['state'] ?? [])],
      exclude: lists['exclude'] ?? [],
      key,
      toolVersion: clutchVersion,
    });
    printText(invocation, format(bundle, context.cwd));
    return 0;
  },
};

/** The options before the command, for another run of the program. */
function wordsBefore(
  { assignments, userDefaults, configurationFile }: Invocation['line'],
  file: string | undefined,
): string[] {
  const main = file ?? configurationFile;
  return [
    ...(userDefaults ? [] : ['-U']),
    '-c',
    /^\w+:\/\//.test(main) ? configurationFile : resolve(main),
    ...assignments.map(({ section, option, value }) => `${section}:${option}=${value}`),
  ];
}

async function tagOf(directory: string, environment: Environment): Promise<string> {
  const version = await findReleaseVersion(directory, environment);
  if (version !== undefined) return version;
  throw new BuildError('RELEASE_NO_VERSION', 'No tag says which version this is', {
    hint: 'give it: --release-version 1.0',
  });
}

function format(bundle: Bundle, cwd: string): string {
  const { path, bytes, sbom, signatures, manifest, eggs, files, treeBytes, remarks } = bundle;
  const shown = (file: string): string => {
    const way = relative(cwd, file);
    return way.startsWith('..') ? file : way;
  };
  const libraries = manifest.libraries?.length ?? 0;
  return [
    ...remarks.map((remark) => `Note: ${remark}.`),
    `${shown(path)}: ${formatBytes(bytes)} for ${eggs} eggs, ${files} files of ${formatBytes(treeBytes)}`,
    ...[sbom, ...signatures].map(shown),
    `${manifest.name} ${manifest.version} for ${manifest.prefix ?? ''} (${manifest.root.slice(0, 12)}): ` +
      `needs ${manifest.python?.executable ?? 'no Python'} and ${libraries} libraries of the system`,
  ].join('\n');
}
