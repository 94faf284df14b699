// Source directories in use: `develop` and parts of zc.recipe.egg:develop, and checkouts that mr.developer and the like
// would make or have made.

import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { tryReadText } from '#base';
import { locateOption } from '#config';
import { splitRecipe } from '#recipes';
import { canonicalizeName } from '#standards';
import { isWithin } from '../paths.ts';
import type { CheckContext } from './check-context.ts';
import type { Finding } from './finding.ts';

export function findDeveloped(context: CheckContext): Finding[] {
  return [
    ...findDevelopOption(context),
    ...findDevelopParts(context),
    ...findSourceCheckouts(context),
    ...findActivated(context),
    ...findLinked(context),
  ];
}

/** Develop eggs of earlier runs: an egg-link that no option names any more is used all the same. */
function findLinked({ survey }: CheckContext): Finding[] {
  const named = survey.develop.filter(({ action }) => action !== 'delete').map(({ path }) => path);
  const directory = survey.main['develop-eggs-directory'] ?? '';
  const linked = survey.dists.filter(
    ({ precedence, location }) => precedence === 'develop' && !named.some((path) => isWithin(path, location)),
  );
  return linked.flatMap(({ project, location }): Finding[] => {
    const link = join(directory, `${project}.egg-link`);
    if (!existsSync(link)) return [];
    const message = `\`${location}\` is used for ${project} since a run developed it`;
    return [{ code: 'develop', message, where: { file: link, line: 1 } }];
  });
}

/** What `bin/develop activate` of mr.developer wrote down. */
function findActivated({ survey }: CheckContext): Finding[] {
  const file = join(survey.directory, '.mr.developer.cfg');
  const lines = (tryReadText(file, 'EACCES') ?? '').split('\n');
  let section = '';
  return lines.flatMap((text, index): Finding[] => {
    section = /^\[(.+)\]/.exec(text)?.[1] ?? section;
    const [, name] = /^([^\s=]+)\s*=\s*(?:true|auto)\s*$/i.exec(text) ?? [];
    if (section !== 'develop' || name === undefined) return [];
    const message = `\`${name}\` is checked out as source`;
    return [{ code: 'source-checkout', message, where: { file, line: index + 1 } }];
  });
}

function findDevelopOption({ configuration, survey }: CheckContext): Finding[] {
  const place = { section: 'buildout', option: 'develop' };
  return survey.develop
    .filter(({ action }) => action !== 'delete')
    .map(({ path }) => {
      const shown = relative(survey.directory, path) || '.';
      const where = locateOption(configuration.annotated, { ...place, fragment: shown });
      return { code: 'develop', message: `\`${shown}\` is developed`, where };
    });
}

function findDevelopParts({ configuration, survey }: CheckContext): Finding[] {
  return survey.parts
    .filter(({ isBuiltIn, recipe }) => isBuiltIn && splitRecipe(recipe).entry === 'develop')
    .map(({ name, options }) => ({
      code: 'develop',
      message: `part \`${name}\` develops \`${options['setup'] ?? ''}\``,
      where: locateOption(configuration.annotated, { section: name, option: 'setup' }),
    }));
}

/** The extensions that check sources out, and the option of each that says which. */
const checkoutExtensions: Readonly<Record<string, string>> = {
  'mr-developer': 'auto-checkout',
  'gp-vcsdevelop': 'vcs-extend-develop',
};

function findSourceCheckouts(context: CheckContext): Finding[] {
  const { configuration, survey } = context;
  const extensions = (survey.main['extensions'] ?? '').split(/\s+/).map(canonicalizeName);
  return Object.entries(checkoutExtensions).flatMap(([extension, option]) => {
    if (!extensions.includes(extension)) return [];
    return checkedOut(context, option).map((word): Finding => {
      const where = locateOption(configuration.annotated, { section: 'buildout', option, fragment: word });
      const name = option === 'auto-checkout' ? word : (/#egg=([^&]+)/.exec(word)?.[1] ?? word);
      return { code: 'source-checkout', message: `\`${name}\` is checked out as source`, where };
    });
  });
}

/** `*` stands for every source. */
function checkedOut({ configuration, survey }: CheckContext, option: string): string[] {
  const words = (survey.main[option] ?? '').split(/\s+/).filter((word) => word !== '');
  if (option !== 'auto-checkout' || !words.includes('*')) return words;
  const sources = configuration.annotated.get(survey.main['sources'] ?? 'sources');
  return [...(sources?.keys() ?? [])].filter((name) => name !== '<');
}
