// URLs with a login in them, in any option of any file that belongs to the configuration.

import type { Where } from '#base';
import { ValueSource, type Configuration, type HistoryItem } from '#config';
import { hideLogins } from '#parts';
import type { Finding } from './finding.ts';

export function findPasswords(configuration: Configuration): Finding[] {
  return [...findInOptions(configuration), ...findInExtends(configuration)];
}

function findInOptions({ annotated }: Configuration): Finding[] {
  return [...annotated].flatMap(([section, options]) =>
    [...options].flatMap(([option, { history }]) =>
      history.flatMap((step) => {
        const urls = findUrls(step.value);
        return urls.map((url) => password(url, { ...placeOf(step), section, option }));
      }),
    ),
  );
}

/** `extends` is no option any more once the files are read. */
function findInExtends({ files }: Configuration): Finding[] {
  return files.flatMap(({ source, extends: names }) =>
    findUrls(names?.text ?? '').map((url) =>
      password(url, {
        file: source,
        ...(names?.line === undefined ? {} : { line: names.line }),
        section: 'buildout',
        option: 'extends',
      }),
    ),
  );
}

/** The URLs with a login, shown without it. */
function findUrls(text: string): string[] {
  return text
    .split(/\s+/)
    .map((word) => [word, hideLogins(word)] as const)
    .flatMap(([word, shown]) => (word === shown ? [] : [shown]));
}

function password(url: string, where: Where): Finding {
  return { code: 'password', message: `the URL \`${url}\` holds a password`, where };
}

const notFiles: ReadonlySet<string> = new Set(Object.values(ValueSource));

function placeOf({ source, line }: HistoryItem): Where {
  if (notFiles.has(source)) return {};
  return line === undefined ? { file: source } : { file: source, line };
}
