// Which setting chose the index and the Python: the file and line, or the variable.

import type { Environment } from '#base';
import { locateOption } from '#config';
import { readPipSettings, redactUrl } from '#net';
import type { BuildoutOptions } from '#parts';
import { formatPlace } from './shorten-path.ts';

export interface Choices {
  readonly python: { readonly executable: string; readonly version: string; readonly chosenBy: string };
  readonly index: { readonly url: string; readonly chosenBy: string };
}

export function explainChoices({ configuration, python, environment, indexUrl }: BuildoutOptions): Choices {
  const option = configuration.annotated.get('buildout')?.get('index');
  const configured = option?.value.trim() ?? '';
  const where = locateOption(configuration.annotated, { section: 'buildout', option: 'index' });
  const place = formatPlace(where, configuration.directory);
  const index =
    configured === ''
      ? { url: redactUrl(indexUrl), chosenBy: indexSource(environment) }
      : {
          url: redactUrl(configured),
          chosenBy: `[buildout] index (${place === '' ? 'command line' : place})`,
        };
  const { executable, version } = python;
  return { python: { executable, version, chosenBy: pythonSource(environment) }, index };
}

/** In the order in which a run looks. */
function indexSource(environment: Environment): string {
  if (isSet(environment['BUILDOUT_INDEX_URL'])) return 'BUILDOUT_INDEX_URL';
  const pip = readPipSettings(environment).indexUrl;
  return pip === undefined ? 'default' : `pip's index-url (${pip.source})`;
}

function pythonSource(environment: Environment): string {
  if (isSet(environment['BUILDOUT_PYTHON'])) return 'BUILDOUT_PYTHON';
  const virtual = environment['VIRTUAL_ENV'];
  if (isSet(virtual)) return `VIRTUAL_ENV (${virtual})`;
  return 'python3 on the PATH';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
