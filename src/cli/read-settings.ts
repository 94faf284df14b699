// Everything a run is made of: the Python, the configuration with its remote files, and the network, opened late.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { BuildError } from '#base';
import { defaultOptions, readConfiguration, type Configuration } from '#config';
import { createHttp, readPipSettings, type Http } from '#net';
import type { BuildoutOptions } from '#parts';
import { describePython, findPython, type PythonDescription } from '#python';
import { evaluateExpression } from './evaluate-expression.ts';
import type { CommandLine } from './parse-command-line.ts';
import type { RunContext } from './run-context.ts';
import { compatibleVersion } from './version.ts';

/** Reads what the command line points at; fails as `readConfiguration` and `findPython` do. */
export async function readSettings(
  line: CommandLine,
  context: RunContext,
  /** Nothing is written, not even what the next run would be glad to find. */
  readOnly = false,
): Promise<BuildoutOptions> {
  const { environment, report } = context;
  const python = await describePython(await findPython(environment, !readOnly), environment, !readOnly);
  const configuration = await readFiles(line, context, { python, readOnly });
  const network = createNetworkOptions(configuration);
  let http: Http | undefined;
  return {
    configuration,
    python,
    environment,
    argv: context.argv,
    report,
    signal: context.signal,
    indexUrl: defaultIndex(context),
    http: () => (http ??= createHttp({ ...network, environment, report })),
  };
}

async function readFiles(
  line: CommandLine,
  context: RunContext,
  { python, readOnly }: { python: PythonDescription; readOnly: boolean },
): Promise<Configuration> {
  const { environment, report } = context;
  let http: Http | undefined;
  const fetchRemote = (url: string): Promise<Uint8Array> => {
    const known = context.remoteFiles?.get(url);
    if (known !== undefined) return known;
    http ??= createHttp({ offline: false, environment, report });
    const fetching = fetchBytes(http, url);
    context.remoteFiles?.set(url, fetching);
    return fetching;
  };
  try {
    return await readConfiguration({
      file: configurationFile(line, context.cwd),
      cwd: context.cwd,
      assignments: line.assignments,
      userDefaults: line.userDefaults,
      environment,
      defaults: { ...defaultOptions, executable: python.executable },
      builtinVersions: { 'zc.buildout': `>=${compatibleVersion}`, 'zc.recipe.egg': '>=2.0.6' },
      fetchRemote,
      evaluateExpression: (expression, condition) => {
        if (condition.remote && line.command !== 'install') throw untrusted(expression, condition);
        return evaluateExpression(expression, python, environment);
      },
      readOnly,
      pythonFacts: () => ({ facts: python.facts, markers: python.markers }),
      report,
    });
  } finally {
    await http?.close();
  }
}

/**
 * `setup` runs without a configuration when there is none (buildout.py, `Buildout.__init__`); so does `cache`, since the
 * egg cache is no buildout's own, and `release egg`, since a project need not have a buildout.
 */
function configurationFile(line: CommandLine, cwd: string): string | undefined {
  const isOptional =
    ['setup', 'runsetup', 'cache', 'publish'].includes(line.command) ||
    (line.command === 'release' && line.arguments[0] === 'egg');
  return isOptional && !existsSync(resolve(cwd, line.configurationFile)) ? undefined : line.configurationFile;
}

function untrusted(expression: string, place: { file: string; line: number }): BuildError {
  return new BuildError(
    'CONFIG_UNTRUSTED_EXPRESSION',
    `The condition \`${expression.trim()}\` came by URL, and only \`install\` evaluates it`,
    { where: { file: place.file, line: place.line } },
  );
}

async function fetchBytes(http: Http, url: string): Promise<Uint8Array> {
  const maximumBytes = 16 << 20;
  const response = await http.get(url, { maximumBytes });
  if (response.status !== 200) throw new BuildError('NET_STATUS', `HTTP Error ${response.status}`);
  return response.body;
}

function createNetworkOptions(
  configuration: Configuration,
): Pick<Parameters<typeof createHttp>[0], 'offline' | 'timeoutSeconds' | 'credentials'> {
  const value = (option: string): string =>
    configuration.annotated.get('buildout')?.get(option)?.value.trim() ?? '';
  const timeout = Number.parseInt(value('socket-timeout'), 10);
  const urls = [value('index'), ...value('find-links').split(/\s+/)].filter((url) => url.includes('@'));
  return {
    offline: value('offline') === 'true',
    ...(Number.isNaN(timeout) ? {} : { timeoutSeconds: timeout }),
    credentials: urls.map((url) => ({ url })),
  };
}

/** The index where the configuration names none: the environment's, pip's, PyPI. */
function defaultIndex(context: RunContext): string {
  const chosen = context.environment['BUILDOUT_INDEX_URL'];
  if (chosen !== undefined && chosen !== '') return chosen;
  const pip = readPipSettings(context.environment);
  return pip.indexUrl?.value ?? 'https://pypi.org/simple';
}
