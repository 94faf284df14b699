// Configuration files by URL: offline mode, the cache of extended files and its names, and what is said about it
// (download.py, Download with hash_name). The request itself is handed in.

import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BuildError, hashBytes, hasCode, pythonRepr, writeFileAtomically, type Report } from '#base';
import { absolutePath, joinPath, withoutCredentials } from './python-path.ts';

export interface RemoteSettings {
  /** `extends-cache` as written, relative to `directory`; empty or absent: no cache. */
  cache: string | undefined;
  directory: string;
  offline: boolean;
  /** Ask the network first although the cache has the file. */
  fallback: boolean;
  cwd: string;
  /** What was fetched is not kept in the cache. */
  readOnly?: boolean;
  fetchRemote(url: string): Promise<Uint8Array>;
  report: Report;
}

export interface RemoteFile {
  content: Uint8Array;
  /** Where the bytes lie, for error messages. */
  place: string;
}

/** The file behind `url`, out of the cache or the network as the settings say. */
export async function openRemoteFile(url: string, settings: RemoteSettings): Promise<RemoteFile> {
  const cache = settings.cache ?? '';
  if (cache === '') return download(url, settings);
  const directory = realPath(absolutePath(settings.cwd, joinPath(settings.directory, cache)));
  if (!existsSync(directory)) throw createNoCacheError(directory);
  debug(settings, `Searching cache at ${directory}${directory.endsWith('/') ? '' : '/'}`);
  const path = join(directory, hashBytes(url, 'md5'));
  if (!existsSync(path)) {
    debug(settings, `Cache miss; will cache ${withoutCredentials(url)} as ${path}`);
    const file = await download(url, settings);
    if (settings.readOnly === true) return file;
    writeFileAtomically(path, file.content);
  } else {
    const fresh = settings.fallback ? await tryDownload(url, settings) : undefined;
    if (fresh !== undefined && settings.readOnly === true) return fresh;
    if (fresh !== undefined) writeFileAtomically(path, fresh.content);
    debug(settings, `Using cache file ${path}`);
  }
  return { content: readFileSync(path), place: path };
}

/** The cached file stays when the network fails, for whatever reason: that is what the cache is for. */
async function tryDownload(url: string, settings: RemoteSettings): Promise<RemoteFile | undefined> {
  try {
    return await download(url, settings);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    debug(settings, error.message);
    return undefined;
  }
}

async function download(url: string, settings: RemoteSettings): Promise<RemoteFile> {
  if (/^file:/i.test(url)) return readLocal(url, settings);
  const shown = withoutCredentials(url);
  if (settings.offline) {
    throw new BuildError('CONFIG_OFFLINE', `Couldn't download ${pythonRepr(shown)} in offline mode.`, {
      where: { file: shown },
      hint: 'run once without offline mode and with an `extends-cache` to have it at hand',
    });
  }
  settings.report({ type: 'log', level: 'info', text: `Downloading ${shown}` });
  try {
    return { content: await settings.fetchRemote(url), place: 'a temporary file' };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new BuildError('CONFIG_DOWNLOAD', `Error downloading extends for URL ${shown}: ${error.message}`, {
      where: { file: shown },
      cause: error,
      ...(error instanceof BuildError && error.hint ? { hint: error.hint } : {}),
    });
  }
}

function readLocal(url: string, settings: RemoteSettings): RemoteFile {
  debug(settings, `Using local resource ${url}`);
  try {
    const path = fileURLToPath(url);
    return { content: readFileSync(path), place: path };
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'EISDIR', 'EACCES', 'ENOTDIR', 'ERR_INVALID_FILE_URL_HOST')) throw error;
    throw new BuildError('CONFIG_NO_FILE', `Couldn't open ${url}`, { where: { file: url }, cause: error });
  }
}

function createNoCacheError(directory: string): BuildError {
  return new BuildError(
    'CONFIG_NO_EXTENDS_CACHE',
    `The directory:\n${pythonRepr(directory)}\nto be used as a download cache doesn't exist.\n`,
    { where: { section: 'buildout', option: 'extends-cache' }, hint: `create it: mkdir -p ${directory}` },
  );
}

/** `os.path.realpath`: also of a path that does not exist. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return path;
    throw error;
  }
}

function debug(settings: RemoteSettings, text: string): void {
  settings.report({ type: 'log', level: 'debug', text });
}
