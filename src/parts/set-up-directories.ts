// The directories of a buildout, announced as they are made, and freed of what killed runs left in them.

import { existsSync, mkdirSync } from 'node:fs';
import { pythonRepr, removeAbandoned } from '#base';
import { booleanOption } from '#config';
import { pythonJoin, type BuildoutHandle } from '#recipes';
import { versionedEggsDirectory } from './egg-settings.ts';
import { log, type Run } from './run-state.ts';

/** `eggs-directory` with the version and the ABI below it, from here on. */
export async function settleEggsDirectory({ main }: Run, python: BuildoutHandle['python']): Promise<void> {
  const options = new Map<string, string>();
  for (const name of ['eggs-directory-version', 'eggs-directory'])
    options.set(name, await main.require(name));
  options.set('abi-tag-eggs', String(await booleanOption(main, 'abi-tag-eggs', 'false')));
  const eggs = versionedEggsDirectory((name) => options.get(name) ?? '', python.soabi);
  main.set('eggs-directory', eggs);
}

/** Makes the eggs directory, the download cache and the extends cache. */
export async function makeCacheDirectories({ main, handle }: Run): Promise<void> {
  const eggs = await main.require('eggs-directory');
  const downloadCache = await main.get('download-cache');
  for (const cache of [downloadCache, await main.get('extends-cache'), eggs]) {
    if (cache !== undefined && cache !== '') makeDirectory(pythonJoin(handle.directory, cache), handle);
  }
  if (downloadCache !== undefined && downloadCache !== '') {
    const files = pythonJoin(pythonJoin(handle.directory, downloadCache), 'dist');
    mkdirSync(files, { recursive: true });
    removeAbandoned(files);
  }
}

/** Makes `bin`, `parts` and `develop-eggs`. */
export async function setUpDirectories({ main, handle }: Run): Promise<void> {
  removeAbandoned(handle.directory);
  for (const name of ['bin', 'parts', 'develop-eggs'])
    makeDirectory(await main.require(`${name}-directory`), handle);
}

function makeDirectory(path: string, { report }: BuildoutHandle): void {
  if (existsSync(path)) {
    removeAbandoned(path);
    return;
  }
  log(report, 'info', `Creating directory ${pythonRepr(path)}.`);
  mkdirSync(path, { recursive: true });
}
