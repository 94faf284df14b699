// What a bundle will be called, where it is built and what is kept out of it: everything that can be wrong with the
// request is found here, before anything is built.

import { existsSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { BuildError } from '#base';
import type { BuildoutOptions } from '#parts';
import type { PythonDescription } from '#python';
import type { SecretKey } from '../signing/index.ts';
import { isWithin } from '../paths.ts';
import { readProject, type Project } from './read-project.ts';
import { readSourceDateEpoch } from '../source-date-epoch.ts';

export interface BundleRequest {
  /** The settings of the project's own configuration. */
  settings: BuildoutOptions;
  /** How this program is started: Node and the script. */
  program: readonly string[];
  /** The options and assignments that stood before the command, with a full path of the configuration. */
  words: readonly string[];
  cwd: string;
  prefix: string;
  name?: string | undefined;
  version: string;
  output?: string | undefined;
  /** Directories that the application writes to, relative to the prefix. */
  state: readonly string[];
  /** Paths of the project, relative, that are not part of the release. */
  exclude: readonly string[];
  /** Signs the manifest and the archive. */
  key?: SecretKey | undefined;
  /** Of this program, for the SBOM. */
  toolVersion: string;
}

export interface BundlePlan {
  name: string;
  version: string;
  prefix: string;
  /** `PREFIX/current`: where the run sees its directory. */
  current: string;
  /** The archive. */
  output: string;
  compression: 'zstd' | 'gzip';
  state: readonly string[];
  exclude: readonly string[];
  project: Project;
  /** The interpreter of the release; never one of a virtual environment. */
  python: string;
  /** Seconds since 1970: what builds take for the time, and what the release says it was made at. */
  epoch: number;
  /** Whether somebody said so. */
  hasEpoch: boolean;
}

/** Fails with `RELEASE_BAD_…` for what does not fit. */
export async function planBundle(request: BundleRequest): Promise<BundlePlan> {
  const { settings, cwd, version } = request;
  const project = await readProject(settings);
  const prefix = checkPrefix(request.prefix);
  const name = checkName('name', request.name ?? basename(project.directory));
  checkName('version', version);
  const output = resolve(cwd, request.output ?? `${name}-${version}.tar.zst`);
  const plan = {
    name,
    version,
    prefix,
    current: `${prefix}/current`,
    output,
    compression: compressionOf(output),
    state: sortState(request.state.map((path) => checkRelative('--state', path))),
    exclude: request.exclude.map((path) => checkRelative('--exclude', path)),
    project,
    python: interpreterOf(settings.python),
    epoch: readSourceDateEpoch(settings.environment),
    hasEpoch: (settings.environment['SOURCE_DATE_EPOCH'] ?? '') !== '',
  };
  refuseHidden(plan, request);
  return plan;
}

function checkPrefix(prefix: string): string {
  const path = prefix.replace(/\/+$/, '');
  const names = path.split('/').slice(1);
  const isPlain = /^(?:\/[A-Za-z0-9_.@+=,-]+)+$/.test(path) && !names.includes('..') && !names.includes('.');
  if (isPlain && !/^\/(?:proc|sys|dev)(?:\/|$)/.test(path)) return path;
  throw new BuildError('RELEASE_BAD_PREFIX', `\`${prefix}\` cannot be a prefix`, {
    hint: 'give the full path of a directory, of letters, digits and `_.@+=,-`: --prefix /opt/app',
  });
}

/** It becomes a part of file names, of directory names and of a package's name. */
function checkName(what: 'name' | 'version', text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(text)) return text;
  const option = what === 'name' ? '-n NAME' : '--release-version VERSION';
  throw new BuildError('RELEASE_BAD_NAME', `\`${text}\` cannot be the ${what} of a release`, {
    hint: `give another one with ${option}: letters, digits and \`._+-\``,
  });
}

function checkRelative(option: string, path: string): string {
  const plain = path.replace(/\/+$/, '');
  const isRelative = plain.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
  if (isRelative && !plain.includes('\0')) return plain;
  throw new BuildError('RELEASE_BAD_PATH', `${option} \`${path}\` is no path below the release`, {
    hint: `give it relative to the buildout's directory: ${option} var`,
  });
}

/** Parents first; what lies below another one goes with it. */
function sortState(paths: readonly string[]): string[] {
  const sorted = [...new Set(paths)].sort();
  return sorted.filter((path) => !sorted.some((other) => path.startsWith(`${other}/`)));
}

function compressionOf(output: string): 'zstd' | 'gzip' {
  if (/\.(?:tar\.zst|tzst)$/.test(output)) return 'zstd';
  if (/\.(?:tar\.gz|tgz)$/.test(output)) return 'gzip';
  throw new BuildError('RELEASE_BAD_OUTPUT', `\`${basename(output)}\` does not say how to pack the bundle`, {
    hint: 'let the name given with -o end in `.tar.zst` or `.tar.gz`',
  });
}

/** A virtual environment is not on the target: the interpreter that it stands on is. */
function interpreterOf({ executable, prefix, basePrefix, minor }: PythonDescription): string {
  const base = join(basePrefix, 'bin', `python${minor}`);
  return prefix !== basePrefix && existsSync(base) ? base : executable;
}

/** During the run nothing is at the prefix but the release: what the run needs must lie elsewhere. */
function refuseHidden({ prefix, project, python }: BundlePlan, request: BundleRequest): void {
  const { settings, program } = request;
  if (isWithin(project.directory, python)) {
    throw new BuildError('RELEASE_BAD_PYTHON', `The Python lies in the project: \`${python}\``, {
      hint: 'set BUILDOUT_PYTHON to an interpreter that the target has at the same place',
    });
  }
  const needed: [string, string][] = [
    ['the project', project.directory],
    ['the Python', python],
    ...program.map((path): [string, string] => ['clutch', path]),
    ...project.caches.map((path): [string, string] => ['a cache', path]),
    ['the directory for temporary files', tmpdir()],
  ];
  for (const [what, path] of needed) {
    if (!isWithin(prefix, path) && !isWithin(prefix, realpathOf(path))) continue;
    throw new BuildError('RELEASE_PREFIX_IN_USE', `${what} lies below the prefix: \`${path}\``, {
      hint: `build elsewhere: during the build nothing is at ${prefix} but the release`,
    });
  }
  const { file } = settings.configuration;
  if (file !== undefined && isWithin(prefix, file)) {
    throw new BuildError('RELEASE_PREFIX_IN_USE', `the configuration lies below the prefix: \`${file}\``, {
      hint: `build elsewhere: during the build nothing is at ${prefix} but the release`,
    });
  }
}

function realpathOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/** What no file of a release may name: paths of this machine that are not on the target. */
export function buildPathsOf(plan: BundlePlan, workDirectory: string): string[] {
  const { project, prefix, current } = plan;
  const paths = [
    workDirectory,
    project.directory,
    ...project.made,
    ...project.caches,
    `${prefix}/${temporaryName}`,
  ];
  const all = new Set(paths.flatMap((path) => [path, realpathOf(path)]));
  return [...all].filter((path) => !isWithin(path, current) && !isWithin(current, path) && path !== '/');
}

/** Where a run keeps temporary files, below the prefix: the same name in every build. */
export const temporaryName = 'build-tmp';

/** Caches that lie in the project, relative to its directory; they exist. */
export function cachesInside({ project }: BundlePlan): string[] {
  return project.caches
    .filter(
      (path) => isWithin(project.directory, path) && statSync(path, { throwIfNoEntry: false })?.isDirectory(),
    )
    .map((path) => relative(project.directory, path));
}
