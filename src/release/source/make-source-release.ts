// `release source`: runs the buildout once in a copy of the project, so that its download cache gets all that installing
// needs, and packs that with the project, clutch and `install.py` into one archive. docs/releases.md has the layout.

import { createWriteStream, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createTarStream, type NewMember } from '#archive';
import { BuildError, temporaryPathBeside, type Environment } from '#base';
import type { Assignment } from '#config';
import type { BuildoutOptions } from '#parts';
import { collectDistributions, countDistributions } from './collect-distributions.ts';
import { fetchCheckout } from './fetch-checkout.ts';
import { openProject, requireDirectory } from './open-project.ts';
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
  const output = join(tools.cwd, `${name}.tgz`);
  const { workDirectory: work } = tools;
  refuseLoginsInAssignments(request.assignments);
  const source = parseSource(request.source, tools.cwd);
  const root = await openSource(source, join(work, 'checkout', name), tools);
  const readSettings = (directory: string, more: readonly Assignment[]): Promise<BuildoutOptions> =>
    tools.readSettings(join(directory, request.configuration), [...more, ...request.assignments]);
  const settings = await readSettings(root, []);
  const project = await openProject(source, { root, settings, output });
  const build = join(work, 'build', name);
  const cache = join(work, 'release-distributions');
  // What came by URL is carried too.
  if (settings.configuration.files.some(({ remote }) => remote)) {
    mkdirSync(join(cache, 'extends'), { recursive: true });
  }
  project.copyTo(build);
  await collectDistributions({ build, cache, project, readSettings });
  const members = packRelease({ ...request, name, project, cache, python: settings.python });
  await writeArchive(members, output);
  return { path: output, bytes: statSync(output).size, distributions: countDistributions(cache) };
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

async function writeArchive(members: readonly NewMember[], output: string): Promise<void> {
  const temporary = temporaryPathBeside(output);
  try {
    await pipeline(createTarStream(members, 'gzip'), createWriteStream(temporary, { flags: 'wx' }));
    renameSync(temporary, output);
  } finally {
    rmSync(temporary, { force: true });
  }
}
