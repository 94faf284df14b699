// Parts that keep changing data inside the release: an upgrade replaces the release, so such data has to live beside it.

import { isAbsolute, join, relative, resolve } from 'node:path';
import { locateOption } from '#config';
import type { SurveyedPart } from '#parts';
import { splitRecipe } from '#recipes';
import { isWithin } from '../paths.ts';
import type { CheckContext } from './check-context.ts';
import type { Finding } from './finding.ts';

/** `state`: directories that a release keeps elsewhere, relative to the buildout's directory; `var` it always does. */
export function findState(context: CheckContext, state: readonly string[]): Finding[] {
  const { survey, configuration } = context;
  const { directory } = survey;
  const kept = ['var', ...state].map((path) => join(directory, path));
  return survey.parts.flatMap((part) =>
    findWritten(part, context)
      .filter(({ path }) => isWithin(directory, path) && !kept.some((one) => isWithin(one, path)))
      .map(({ option, path }): Finding => ({
        code: 'writes-inside',
        message: `part \`${part.name}\` writes into \`${relative(directory, path)}\``,
        where: locateOption(configuration.annotated, { section: part.name, option }),
      })),
  );
}

interface Written {
  option: string;
  path: string;
}

function findWritten(part: SurveyedPart, context: CheckContext): Written[] {
  const named = Object.entries(part.options).flatMap(([option, value]) =>
    value
      .split(/[\s=,;'"]+/)
      .filter((word) => isAbsolute(word) && isState(option, word, context))
      .map((path) => ({ option, path })),
  );
  const made = findMade(part, context);
  return named.length + made.length > 0 ? [...named, ...made] : byDefault(part, context);
}

/** Recipes that make empty directories, and the option that says which: somebody is going to write there. */
const makers: Readonly<Record<string, string>> = {
  'z3c.recipe.mkdir': 'paths',
  'ore.recipe.fs': 'path',
  'collective.recipe.mkdir': 'paths',
};

function findMade(part: SurveyedPart, { survey }: CheckContext): Written[] {
  const option = makers[projectOf(part)];
  const text = option === undefined ? '' : (part.options[option] ?? '');
  const paths = text.split(/\s+/).filter((word) => word !== '');
  return paths.map((path) => ({ option: option ?? '', path: resolve(survey.directory, path) }));
}

function projectOf({ recipe }: SurveyedPart): string {
  return splitRecipe(recipe).spec.replace(/[\s<>=!~[].*$/, '');
}

/** Names of options whose files change while the application runs. */
const stateOptions =
  /(?:^|[-_.])(?:var|logs?|log-?files?|log-?path|pid(?:-?file)?|blobs?|storage|file-storage|data(?:base|fs)?|db|spool|run|cache(?:-dir)?|state)(?:$|[-_.])/i;

function isState(option: string, path: string, { survey }: CheckContext): boolean {
  const { directory, main } = survey;
  const names = [
    'bin-directory',
    'eggs-directory',
    'develop-eggs-directory',
    'download-cache',
    'extends-cache',
  ];
  const ours = names.map((name) => main[name] ?? '').filter((own) => own !== '');
  return stateOptions.test(option) && path !== directory && !ours.some((own) => isWithin(own, path));
}

/** Where recipes write that are told nothing. */
const defaults: Readonly<Record<string, (part: string) => string>> = {
  'zc.recipe.filestorage': (part) => `parts/${part}`,
};

function byDefault(part: SurveyedPart, { survey }: CheckContext): Written[] {
  const place = defaults[projectOf(part)];
  return place === undefined ? [] : [{ option: 'recipe', path: join(survey.directory, place(part.name)) }];
}
