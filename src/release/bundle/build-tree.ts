// The fresh run that makes a release's tree: the project's files are copied, and the program itself installs them at
// the prefix, so that recipes write the final path and nothing has to be rewritten.

import { cpSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BuildError, hasCode, type Environment } from '#base';
import { copyProject } from './copy-project.ts';
import { cachesInside, temporaryName, type BundlePlan, type BundleRequest } from './plan-bundle.ts';
import { isWithin } from '../paths.ts';
import { runHere, runInNamespace, type PrefixOutcome } from './run-at-prefix.ts';
import { listTracked } from '../version-control/list-tracked.ts';

export interface BuiltTree {
  /** Where it lies now. */
  directory: string;
  /** What the run left in the state directories, by their paths below it. */
  stateDirectory: string;
  /** Files of the project that git tracks, relative to it. */
  tracked: ReadonlySet<string>;
}

/** Builds below `workDirectory`; fails with `RELEASE_RUN_FAILED` when the run does, which has said why. */
export async function buildTree(
  plan: BundlePlan,
  request: BundleRequest,
  workDirectory: string,
): Promise<BuiltTree> {
  const directory = join(workDirectory, 'tree');
  const stateDirectory = join(workDirectory, 'state');
  for (const name of ['tree', 'state', 'tmp', 'root']) mkdirSync(join(workDirectory, name));
  const tracked = await listTracked(plan.project.directory, request.settings.environment);
  copyFiles(plan, tracked, directory);
  for (const path of plan.state) takeState(join(directory, path), join(stateDirectory, path));
  const mounts = [
    { source: directory, target: 'current' },
    { source: join(workDirectory, 'tmp'), target: temporaryName },
    ...cachesInside(plan).map((path) => ({
      source: join(plan.project.directory, path),
      target: `current/${path}`,
    })),
    ...plan.state.flatMap((path) =>
      [path, `current/${path}`].map((target) => ({ source: join(stateDirectory, path), target })),
    ),
  ];
  const outcome = await runInNamespace({
    prefix: plan.prefix,
    workDirectory,
    mounts,
    ...runOf(plan, request),
    directory: plan.current,
    python: plan.python,
    signal: request.settings.signal,
  });
  if (outcome.refused === undefined) assertSuccess(outcome, plan, request);
  else await buildInPlace(plan, request, { directory, stateDirectory, refused: outcome.refused });
  return { directory, stateDirectory, tracked };
}

/** What is tracked below a directory of the state lies in the state: a checkout without it would look changed. */
function takeState(place: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  if (existsSync(place)) renameSync(place, target);
  else mkdirSync(target);
}

function copyFiles(plan: BundlePlan, tracked: ReadonlySet<string>, target: string): void {
  const { project, name } = plan;
  const { directory } = project;
  const escaped = name.replaceAll(/[.+]/g, String.raw`\$&`);
  copyProject({
    source: directory,
    target,
    tracked,
    leaveOut: new Set([
      ...project.made,
      ...project.caches,
      ...[...plan.state, ...plan.exclude, ...broughtAlong(directory)].map((path) => join(directory, path)),
    ]),
    // What earlier releases left here.
    leaveOutNames: new RegExp(
      `^${escaped}-.*\\.(?:tar\\.zst|tar\\.gz|tzst|tgz|rpm|deb|pyz|cdx\\.json|minisig)$`,
    ),
    developed: new Set(project.developed),
    versionControl: project.developed.length > 0 || project.hasExtensions,
  });
}

/** What a source release has besides the project. */
function broughtAlong(directory: string): string[] {
  return existsSync(join(directory, 'release-distributions', 'SHA256SUMS'))
    ? ['install.py', 'release-distributions']
    : [];
}

/** The run: this program with the user's options, then what a release needs. */
function runOf(
  plan: BundlePlan,
  request: BundleRequest,
): { command: string[]; environment: Record<string, string> } {
  const { current, project } = plan;
  const assignments = [
    ...project.assignments,
    `buildout:directory=${current}`,
    ...directoryAssignments(plan),
    'buildout:relative-paths=true',
    'buildout:develop-as-eggs=true',
    // A release has all its eggs and parts in itself.
    'buildout:shared-part-list=',
  ];
  return {
    command: [...request.program, ...request.words, ...assignments, 'install'],
    environment: environmentOf(plan, request.settings.environment),
  };
}

/** Directories that the configuration has outside the project are inside the release. */
function directoryAssignments({ project, current }: BundlePlan): string[] {
  const names = ['eggs', 'develop-eggs', 'parts', 'bin'];
  return names.flatMap((name, index) => {
    const path = project.made[index];
    if (path === undefined || isWithin(project.directory, path)) return [];
    return [`buildout:${name}-directory=${current}/${name}`];
  });
}

function environmentOf(plan: BundlePlan, environment: Environment): Record<string, string> {
  const kept = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(?:LC_|LANG|VIRTUAL_ENV$)/.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C.UTF-8',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    TMPDIR: `${plan.prefix}/${temporaryName}`,
    PWD: plan.current,
    SOURCE_DATE_EPOCH: String(plan.epoch),
    PYTHONHASHSEED: '0',
    PYTHONDONTWRITEBYTECODE: '1',
    BUILDOUT_PYTHON: plan.python,
  };
}

function assertSuccess(
  { code, signal }: { code: number | null; signal: string | null },
  plan: BundlePlan,
  { settings }: BundleRequest,
): void {
  settings.signal?.throwIfAborted();
  if (code === 0) return;
  const how = code === null ? `was ended by ${signal}` : `ended with status ${code}`;
  throw new BuildError('RELEASE_RUN_FAILED', `The run at ${plan.current} ${how}`, {
    hint: 'what it printed last says why; nothing was written',
  });
}

type Refusal = NonNullable<PrefixOutcome['refused']>;

/** Without namespaces the tree itself is put at the prefix for the time of the run. */
async function buildInPlace(
  plan: BundlePlan,
  request: BundleRequest,
  { directory, stateDirectory, refused }: Omit<BuiltTree, 'tracked'> & { refused: Refusal },
): Promise<void> {
  const { prefix, current } = plan;
  const made = [current, `${prefix}/${temporaryName}`];
  const taken = made.find((path) => existsSync(path));
  if (taken !== undefined) throw noNamespace(plan, refused, `\`${taken}\` exists`);
  const first = makePrefix(plan, refused);
  try {
    cpSync(directory, current, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    mkdirSync(`${prefix}/${temporaryName}`);
    for (const path of cachesInside(plan)) linkCache(join(plan.project.directory, path), join(current, path));
    for (const path of plan.state) {
      cpSync(join(stateDirectory, path), join(current, path), { recursive: true, verbatimSymlinks: true });
    }
    const { command, environment } = runOf(plan, request);
    const options = { cwd: current, env: environment, signal: request.settings.signal };
    // As in the namespace: what is made has the usual modes.
    const shell = ['/bin/sh', '-c', 'umask 022; exec "$@"', 'sh'];
    assertSuccess(await runHere([...shell, ...command], options), plan, request);
    for (const path of plan.state) {
      rmSync(join(stateDirectory, path), { recursive: true });
      cpSync(join(current, path), join(stateDirectory, path), { recursive: true, verbatimSymlinks: true });
      rmSync(join(current, path), { recursive: true });
    }
    for (const path of cachesInside(plan)) rmSync(join(current, path));
    rmSync(directory, { recursive: true });
    cpSync(current, directory, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  } finally {
    for (const path of [...made, ...(first === undefined ? [] : [first])]) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

function linkCache(source: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(source, target);
}

/** Makes the prefix; the first directory that was missing, to be removed afterwards. */
function makePrefix(plan: BundlePlan, refused: Refusal): string | undefined {
  try {
    return mkdirSync(plan.prefix, { recursive: true });
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST')) throw error;
    throw noNamespace(plan, refused, `\`${plan.prefix}\` cannot be made`);
  }
}

function noNamespace({ prefix }: BundlePlan, { step, path, code }: Refusal, why: string): BuildError {
  return new BuildError(
    'RELEASE_NO_NAMESPACE',
    `Cannot build for ${prefix}: this system gives no mount namespace (${step} ${path}: ${code}), and ${why}`,
    {
      hint:
        `allow user namespaces (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns; ` +
        `in a container, --security-opt seccomp=unconfined), build as root, or build where ${prefix} can be written`,
    },
  );
}
