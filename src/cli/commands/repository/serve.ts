// `serve`: the egg repository's server.

import { resolve } from 'node:path';
import { BuildError, countAsWork, formatBytes, parseAge, parseByteSize, type Environment } from '#base';
import {
  backUpRepository,
  checkRepository,
  serveRepository,
  type ListenAddress,
  type ServeSettings,
} from '#repository';
import type { Command, Invocation } from '../command.ts';
import { parseWords, printText, usageError, type ParsedWords } from '../command-words.ts';
import { createLogWriter } from './write-log.ts';

const usage = `\
Usage: clutch serve --data DIR [option...]

Serves a repository of eggs, wheels and sdists: a simple index for pip, uv and buildout, uploads for twine, uv and
clutch publish. Everything lies below DIR: back that up. Uploads need a token: see clutch token --help.

  --data DIR              the data directory; made when missing
  --listen [HOST:]PORT    where to listen (127.0.0.1:8765); port 0 lets the system pick one
  --private               reading needs a token too (HTTP Basic, any user name)
  --no-staging            uploads are released at once; by default they wait in staging for clutch promote
  --max-file-size SIZE    of one uploaded file (1G)
  --upstream URL          where names that are not ours come from: https://pypi.org/simple/; several are asked in order
                          (CLUTCH_UPSTREAM, for URLs with a login; ~/.netrc too)
  --upstream-files HOST   a host that upstream's files may come from; known for pypi.org
  --upstream-size SIZE    what files of upstream may take (20G); what was not used longest goes first
  --upstream-refresh AGE  how long a page of upstream is used without asking again (10m)
  --backup DIR            do not serve: copy the data directory there, also while it is served; again: what is new
  --check                 do not serve: compare every file with its record, and say what does not fit
  --webhook URL           told (POST, JSON) of uploads, promotions, yanks and deletions; signed with
                          CLUTCH_WEBHOOK_SECRET when that is set
  --log text|json         how the log is written to standard output (text)
  --no-access-log         no line for each request

People open / in a browser: search, projects, recent uploads, staging.
Pages: /simple/ (released), /staging/simple/ (all), /links/ and /staging/links/ (flat, for find-links),
/dev/ (flat, with development links), /api/ (JSON), /health, /metrics. Upload to /legacy/.

Examples:
  clutch serve --data /srv/eggs --upstream https://pypi.org/simple/
  clutch serve --data /srv/eggs --private --listen 127.0.0.1:9000 --log json
  clutch serve --data /srv/eggs --backup /backup/eggs
  clutch serve --data /backup/eggs --check
`;

export const serve: Command = {
  usage,
  run: async (invocation) => {
    const words = parseWords(invocation, options, 0);
    const { values } = words;
    const directory = readDirectory(invocation, values['data']);
    if (values['check'] === true) return check(invocation, directory);
    const { backup } = values;
    if (typeof backup === 'string')
      return backUp(invocation, directory, resolve(invocation.context.cwd, backup));
    return countAsWork(serveUntilStopped(invocation, readSettings(invocation, directory, words)));
  },
};

/** Ends by itself, in order, when the program is told to. */
async function serveUntilStopped(invocation: Invocation, settings: ServeSettings): Promise<number> {
  const { signal } = invocation.context;
  const server = await serveRepository(settings);
  printText(invocation, `Serving ${settings.directory} at ${server.url}`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.stop();
  return 0;
}

async function backUp(invocation: Invocation, directory: string, target: string): Promise<number> {
  const { copied, kept, bytes } = await backUpRepository(directory, target, progressOf(invocation));
  printText(
    invocation,
    `${copied} files copied (${formatBytes(bytes)}), ${kept} were there; records copied to ${target}`,
  );
  return 0;
}

/** A file on the live line of a terminal. */
function progressOf({ context: { report } }: Invocation): (name: string) => void {
  return (name) => {
    report({ type: 'fetch-start', name });
    report({ type: 'fetch-end', name });
  };
}

/** 1 when something does not fit. */
async function check(invocation: Invocation, directory: string): Promise<number> {
  const { files, bytes, problems, leftovers } = await checkRepository(directory, progressOf(invocation));
  for (const problem of problems) printText(invocation, problem);
  const left =
    leftovers === 0 ? '' : `; ${leftovers} leftovers of a killed server, which the next start removes`;
  printText(
    invocation,
    `${files} files, ${formatBytes(bytes)}: ${problems.length === 0 ? 'all fit their records' : `${problems.length} problems`}${left}`,
  );
  return problems.length === 0 ? 0 : 1;
}

const options = {
  data: { type: 'string' },
  listen: { type: 'string' },
  private: { type: 'boolean' },
  'no-staging': { type: 'boolean' },
  'max-file-size': { type: 'string' },
  log: { type: 'string' },
  'no-access-log': { type: 'boolean' },
  check: { type: 'boolean' },
  backup: { type: 'string' },
  upstream: { type: 'string', multiple: true },
  webhook: { type: 'string', multiple: true },
  'upstream-files': { type: 'string', multiple: true },
  'upstream-size': { type: 'string' },
  'upstream-refresh': { type: 'string' },
} as const;

function readDirectory({ context }: Invocation, data: unknown): string {
  if (typeof data !== 'string') throw usageError('serve needs --data DIR');
  return resolve(context.cwd, data);
}

function readSettings({ context }: Invocation, directory: string, words: ParsedWords): ServeSettings {
  const { values } = words;
  const { log = 'text' } = values;
  const upstream = readUpstream(context.environment, words);
  if (log !== 'text' && log !== 'json') throw usageError('--log is `text` or `json`');
  return {
    directory,
    listen: readListen(values['listen']),
    isPrivate: values['private'] === true,
    noStaging: values['no-staging'] === true,
    maximumFileBytes: readSize('--max-file-size', values['max-file-size'], 2 ** 30),
    accessLog: values['no-access-log'] !== true,
    log: createLogWriter(log),
    environment: context.environment,
    webhooks: words.lists['webhook'] ?? [],
    ...(upstream !== undefined && { upstream }),
  };
}

function readUpstream(
  environment: Environment,
  { values, lists }: ParsedWords,
): ServeSettings['upstream'] | undefined {
  const fromEnvironment = (environment['CLUTCH_UPSTREAM'] ?? '').split(/\s+/).filter((url) => url !== '');
  const urls = lists['upstream'] ?? fromEnvironment;
  if (urls.length === 0) return undefined;
  const refresh = values['upstream-refresh'];
  const refreshMilliseconds = typeof refresh === 'string' ? parseAge(refresh) : 600_000;
  if (refreshMilliseconds === undefined) {
    throw usageError(`\`${String(refresh)}\` is no age for --upstream-refresh: write 10m or 1h`);
  }
  return {
    urls,
    fileHosts: lists['upstream-files'] ?? [],
    maximumBytes: readSize('--upstream-size', values['upstream-size'], 20 * 2 ** 30),
    refreshMilliseconds,
  };
}

function readListen(value: unknown): ListenAddress {
  const text = typeof value === 'string' ? value : '127.0.0.1:8765';
  const [, bracketed, plain, port = ''] = /^(?:(?:\[([^\]]+)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535) {
    throw usageError(`\`${text}\` is no address: give PORT, HOST:PORT or [HOST]:PORT`);
  }
  const host = bracketed ?? plain;
  return { host: host === undefined || host === '' ? '127.0.0.1' : host, port: Number(port) };
}

function readSize(option: string, value: unknown, otherwise: number): number {
  if (typeof value !== 'string') return otherwise;
  const size = parseByteSize(value);
  if (size !== undefined && size > 0) return size;
  throw new BuildError('USAGE', `\`${value}\` is no size for ${option}`, {
    hint: `write 500M or 2G; the default is ${formatBytes(otherwise)}`,
  });
}
