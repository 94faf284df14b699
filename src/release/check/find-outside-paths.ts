// Files and directories that the configuration names outside the tree that is released: the checkout that the buildout
// lies in, else its directory.

import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { homeDirectory, type Where } from '#base';
import { locateOption } from '#config';
import { findCheckout } from '../version-control/checkout.ts';
import { isWithin } from '../paths.ts';
import type { CheckContext } from './check-context.ts';
import type { Finding } from './finding.ts';

export function findOutsidePaths(context: CheckContext): Finding[] {
  const { survey, environment } = context;
  const tree = findCheckout(survey.directory, environment)?.root ?? survey.directory;
  const isOutside = (path: string): boolean => !isWithin(tree, path);
  return [
    ...findDirectories(context),
    ...findDeveloped(context, isOutside),
    ...findExtended(context, isOutside),
    ...findInParts(context, isOutside),
  ];
}

const directoryOptions = ['bin-directory', 'parts-directory', 'eggs-directory', 'develop-eggs-directory'];

/** These have to be in the buildout's own directory. */
function findDirectories({ configuration, survey }: CheckContext): Finding[] {
  return directoryOptions.flatMap((option) => {
    // The survey looks at an eggs directory of its own.
    const raw = configuration.annotated.get('buildout')?.get(option)?.value ?? '';
    const path = raw.includes('${') ? (survey.main[option] ?? '') : resolve(survey.directory, raw);
    if (isWithin(survey.directory, path)) return [];
    return [
      outside(
        `\`${option}\` is \`${path}\``,
        locateOption(configuration.annotated, { section: 'buildout', option }),
      ),
    ];
  });
}

function findDeveloped(
  { configuration, survey }: CheckContext,
  isOutside: (path: string) => boolean,
): Finding[] {
  return survey.develop
    .filter(({ action, path }) => action !== 'delete' && isOutside(path))
    .map(({ path }) => {
      const place = { section: 'buildout', option: 'develop', fragment: relative(survey.directory, path) };
      return outside(`\`${path}\` is developed`, locateOption(configuration.annotated, place));
    });
}

function findExtended({ configuration }: CheckContext, isOutside: (path: string) => boolean): Finding[] {
  const { files, file: main } = configuration;
  return files
    .filter(({ source, remote, isUserDefaults }) => !remote && !isUserDefaults && source !== main)
    .map(({ source }) => resolve(source))
    .filter(isOutside)
    .map((path) => {
      const by = files.find(({ source, extends: names }) =>
        (names?.text ?? '').split(/\s+/).some((word) => resolve(dirname(source), word) === path),
      );
      const line = by?.extends?.line;
      const where = by && { file: by.source, ...(line === undefined ? {} : { line }) };
      return outside(`\`${path}\` is extended`, { ...where, section: 'buildout', option: 'extends' });
    });
}

/** Options that name where distributions come from, or that recipes fill in. */
const otherOptions = /^(?:_.*|find-links|index|executable|recipe|(?:eggs|develop-eggs|bin)-directory)$/;

function findInParts(context: CheckContext, isOutside: (path: string) => boolean): Finding[] {
  const { survey, configuration } = context;
  const isForeign = createForeignFilter(context);
  return survey.parts.flatMap(({ name, options }) =>
    Object.entries(options).flatMap(([option, value]) => {
      if (otherOptions.test(option)) return [];
      const paths = value
        .split(/[\s=:,;'"]+/)
        .filter((word) => isAbsolute(word) && isOutside(word) && isForeign(word));
      return [...new Set(paths)].flatMap((path) => {
        const where = locateOption(configuration.annotated, { section: name, option, fragment: path });
        // What a recipe set by itself is none of the user's.
        return where.file === undefined ? [] : [outside(`part \`${name}\` uses \`${path}\``, where)];
      });
    }),
  );
}

const systemDirectories = [
  'bin',
  'dev',
  'etc',
  'lib',
  'lib64',
  'opt',
  'proc',
  'run',
  'sbin',
  'srv',
  'sys',
  'usr',
  'var',
];

/** What is on this machine only: what belongs to the system is there on the next one too, or named on purpose. */
function createForeignFilter({ survey, environment }: CheckContext): (path: string) => boolean {
  const { main } = survey;
  const known = [
    ...systemDirectories.map((name) => `/${name}`),
    main['download-cache'] ?? '',
    dirname(dirname(main['executable'] ?? '')),
  ].filter((path) => path !== '' && path !== '.' && path !== '/');
  const home = homeDirectory(environment);
  return (path) =>
    path !== '/' &&
    !known.some((directory) => isWithin(directory, path)) &&
    (isWithin(home, path) || existsSync(join(path)));
}

function outside(message: string, where: Where): Finding {
  return { code: 'outside-path', message: `${message}, outside the tree`, where };
}
