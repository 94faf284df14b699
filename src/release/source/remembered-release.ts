// A release of the same inputs needs the same files: they are taken from the machine's own store, and nothing is
// fetched, built or run. The inputs are the project's files, the configuration with all it extends, the Python, and what
// the configuration resolves to now.

import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { NewMember } from '#archive';
import { hashBytes, hashFile, isTemporaryName } from '#base';
import { rawSections } from '#config';
import { surveyInstall, type BuildoutOptions, type InstallSurvey } from '#parts';
import { addToDownloadCache, type EggCache } from '#store';

export interface ReleaseInputs {
  /** The project's files. */
  members: readonly NewMember[];
  /** Read in the copy that is built. */
  settings: BuildoutOptions;
  /** Directories of this run only, which are in values and decide nothing. */
  passing: readonly string[];
}

export interface RememberedRelease {
  /** Fills the download cache as the last release of these inputs did; false: there is none, or not any more. */
  recall(cache: string): Promise<boolean>;
  /** Remembers what a run has put into the download cache. */
  remember(cache: string): Promise<void>;
}

const format = 1;

export function rememberRelease(inputs: ReleaseInputs, eggCache: EggCache): RememberedRelease {
  const key = keyOf(inputs);
  let survey: Promise<InstallSurvey> | undefined;
  const resolve = (): Promise<InstallSurvey> => (survey ??= surveyInstall(inputs.settings));
  return {
    recall: async (cache) => {
      const record = eggCache.releases.find(key);
      if (record === undefined) return false;
      const { arrivals, failures } = await resolve();
      const isOutOfReach = failures.some(({ code }) => code.startsWith('NET_'));
      if (!isOutOfReach && !isSame(arrivals, record.resolved)) return false;
      const found = record.files.map((file) => ({ ...file, from: eggCache.files.find(file.sha256) }));
      if (found.some(({ from }) => from === undefined)) return false;
      for (const { path, from } of found) placeFile(join(cache, path), from ?? '');
      if (isOutOfReach) warn(inputs.settings);
      return true;
    },
    remember: async (cache) => {
      const files = filesIn(cache).map((path) => ({ path, sha256: hashFile(join(cache, path)) }));
      for (const { path, sha256 } of files) eggCache.files.add(join(cache, path), sha256);
      eggCache.releases.save(key, { resolved: describeArrivals((await resolve()).arrivals), files });
    },
  };
}

function warn({ report }: BuildoutOptions): void {
  const text =
    'The index cannot be asked: the release gets the distributions that the last one of these files got.';
  report({ type: 'log', level: 'warning', text });
}

function keyOf({ members, settings, passing }: ReleaseInputs): string {
  const { configuration, python, indexUrl } = settings;
  const sections = [...rawSections(configuration.annotated)].map(([name, options]) => [name, [...options]]);
  const files = members.map(({ path, kind, mode, read }) => [path, kind, mode, hashBytes(read())]);
  const { implementation, version, platform, cacheTag, environmentKey } = python;
  const facts = [
    format,
    files,
    sections,
    indexUrl,
    [implementation, version, platform, cacheTag, environmentKey],
  ];
  return hashBytes(passing.reduce((text, path) => text.replaceAll(path, ''), JSON.stringify(facts)));
}

/** Whether these are the files that the last release got. What lies behind a link without a hash, nobody knows. */
function isSame(arrivals: InstallSurvey['arrivals'], resolved: string): boolean {
  const isKnown = arrivals.every(({ sha256, path }) => sha256 !== undefined || path !== undefined);
  return isKnown && describeArrivals(arrivals) === resolved;
}

function describeArrivals(arrivals: InstallSurvey['arrivals']): string {
  const lines = arrivals.map(({ project, version, filename, sha256, path }) =>
    [project, version, filename, sha256 ?? hashOf(path)].join(' '),
  );
  return hashBytes(lines.sort().join('\n'));
}

/** An unpacked egg has none, and is refused anyway. */
function hashOf(path: string | undefined): string {
  return path !== undefined && statSync(path).isFile() ? hashFile(path) : '';
}

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !isTemporaryName(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}

function placeFile(target: string, from: string): void {
  mkdirSync(dirname(target), { recursive: true });
  if (!existsSync(target)) addToDownloadCache(dirname(target), from, target);
}
