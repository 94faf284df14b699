// `release source`: runs the buildout once in a copy of the project, so that its download cache gets all that installing
// needs, and packs that with the project, clutch and `install.py` into one archive. docs/releases.md has the layout.

import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError, type Environment } from '#base';
import type { Assignment } from '#config';
import { readCacheSettings, type BuildoutOptions } from '#parts';
import { openEggCache, type EggCache } from '#store';
import { countDistributions } from './collect-distributions.ts';
import { extendedFilesIn, keepExtended, readExtending } from './extended-files.ts';
import { fetchCheckout } from './fetch-checkout.ts';
import { fillCache } from './fill-cache.ts';
import { openProject, requireDirectory } from './open-project.ts';
import { compressOnce, packArchive } from './pack-archive.ts';
import { packRelease } from './pack-release.ts';
import { parseSource, type ReleaseSource } from './parse-source.ts';
import { refuseLoginsInAssignments } from './refuse-logins.ts';

export interface SourceReleaseRequest {
  /** A directory or a URL (parse-source.ts). */
  source: string;
  /** The configuration file, relative to the source. */
  configuration: string;
  /** In effect now and when the release is installed. */
  assignments: readonly Assignment[];
  /** The archive is `NAME.tgz`, its directory `NAME`; default: the last part of the source. */
  name?: string;
  /** The archive carries the Node of this platform. */
  withNode: boolean;
}

export interface SourceReleaseTools {
  cwd: string;
  environment: Environment;
  signal: AbortSignal;
  /** Reads a configuration without the user's defaults, with these assignments over it. */
  readSettings(file: string, assignments: readonly Assignment[]): Promise<BuildoutOptions>;
  /** A fresh directory; the caller removes it. */
  workDirectory: string;
}

export interface SourceRelease {
  path: string;
  bytes: number;
  /** Files in `release-distributions/dist`. */
  distributions: number;
}

/** What a release is called before it is made. Fails as `parseSource`, or with `USAGE` for a name that is no file name. */
export function nameRelease({ source, name }: SourceReleaseRequest, cwd: string): string {
  const chosen = name ?? parseSource(source, cwd).name;
  if (/^[\w.+@~-]+$/.test(chosen) && !/^\.+$/.test(chosen)) return chosen;
  throw new BuildError('USAGE', `\`${chosen}\` cannot be the name of a release`, {
    hint: 'give another one: `-n NAME`, without slashes and blanks',
  });
}

/** Writes `NAME.tgz` into the working directory, whole or not at all. */
export async function makeSourceRelease(
  request: SourceReleaseRequest,
  tools: SourceReleaseTools,
): Promise<SourceRelease> {
  const name = nameRelease(request, tools.cwd);
  refuseLoginsInAssignments(request.assignments);
  const output = join(tools.cwd, `${name}.tgz`);
  const source = parseSource(request.source, tools.cwd);
  const root = await openSource(source, join(tools.workDirectory, 'checkout', name), tools);
  const extended = extendedFilesIn(join(tools.workDirectory, 'extends'), tools.environment);
  // Of two assignments to one option, zc.buildout takes the one whose value sorts later: ours must be alone.
  const readIn = (directory: string, own: readonly Assignment[]): Promise<BuildoutOptions> => {
    const isOurs = ({ section, option }: Assignment): boolean =>
      own.some((one) => one.section === section && one.option === option);
    const theirs = request.assignments.filter((assignment) => !isOurs(assignment));
    return tools.readSettings(join(directory, request.configuration), [...own, ...theirs]);
  };
  const settings = await readExtending((more) => readIn(root, more), extended);
  const project = await openProject(source, { root, settings, output });
  if (existsSync(join(root, 'install.py'))) {
    const text = 'The release has its own install.py in place of the one of the project.';
    settings.report({ type: 'log', level: 'warning', text });
  }
  const place = await openPlace(settings, tools);
  // Also when a Ctrl-C ends it.
  const clean = (): void => rmSync(place.directory, { recursive: true, force: true });
  process.once('exit', clean);
  try {
    const collection = {
      project,
      build: join(place.directory, 'build', name),
      cache: join(place.directory, 'release-distributions'),
      eggCache: place.eggCache?.directory ?? '',
      extended: existsSync(extended.directory) ? extended.directory : '',
    };
    const { eggCache } = place;
    await fillCache(collection, { eggCache, readIn, onRead: (read) => keepExtended(read, extended) });
    const compress = compressOnce(eggCache);
    const members = packRelease({ ...request, ...collection, name, compress, python: settings.python });
    const bytes = await packArchive(members, output, settings.report);
    return { path: output, bytes, distributions: countDistributions(collection.cache) };
  } finally {
    place.eggCache?.keepLimit();
    place.eggCache?.close();
    process.removeListener('exit', clean);
    clean();
  }
}

interface Place {
  /** Where the release is put together: beside the egg cache, so that eggs can be linked. */
  directory: string;
  eggCache: EggCache | undefined;
}

async function openPlace(settings: BuildoutOptions, { workDirectory }: SourceReleaseTools): Promise<Place> {
  const cacheSettings = await readCacheSettings(settings);
  if (cacheSettings === undefined) return { directory: join(workDirectory, 'place'), eggCache: undefined };
  const { environment, report } = settings;
  const { directory, link } = cacheSettings;
  const eggCache = openEggCache({ directory, link, environment, report });
  return { directory: realpathSync(eggCache.temporaryDirectory()), eggCache };
}

async function openSource(
  source: ReleaseSource,
  checkout: string,
  { environment, signal }: SourceReleaseTools,
): Promise<string> {
  if (source.kind === 'directory') return requireDirectory(source.path);
  mkdirSync(join(checkout, '..'), { recursive: true });
  await fetchCheckout(source, checkout, { environment, signal });
  return checkout;
}
