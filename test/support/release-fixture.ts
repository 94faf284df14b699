// Small releases made by tests: bundles without a build, upgrades between them by `clutch release delta`, and the Python
// programs run as on a target.

import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { findPython } from '#python';
import {
  createManifest,
  describeTree,
  formatManifest,
  installProgram,
  writeUpgradeProgram,
  type ReleaseFacts,
  type ReleaseManifest,
} from '#release';
import { expect } from 'vitest';
import { finish, type RunResult, type Workspace } from './run-clutch.ts';

/** A file's text, executable when its path is in `bin/`; or a link. */
export type ReleaseFiles = Readonly<Record<string, string | { link: string }>>;

export interface TestBundle {
  directory: string;
  manifest: ReleaseManifest;
}

export const targetPython: string = await findPython(process.env);

/** An unpacked bundle at `directory`, for the prefix of its facts; with install.py and bin/upgrade unless told otherwise. */
export function writeBundle(
  directory: string,
  { program = true, ...facts }: ReleaseFacts & { program?: boolean },
  files: ReleaseFiles,
): TestBundle {
  const tree = join(directory, 'tree');
  for (const [path, content] of Object.entries(files)) {
    const place = join(tree, path);
    mkdirSync(dirname(place), { recursive: true });
    if (typeof content !== 'string') symlinkSync(content.link, place);
    else {
      writeFileSync(place, content);
      if (path.startsWith('bin/')) chmodSync(place, 0o755);
    }
  }
  if (program) {
    writeUpgradeProgram(tree, targetPython);
    writeFileSync(join(directory, 'install.py'), installProgram());
  }
  const manifest = createManifest(facts, describeTree(tree));
  writeFileSync(join(directory, 'manifest.json'), formatManifest(manifest));
  return { directory, manifest };
}

/** Makes the upgrade from one release to another; its path. */
export async function makeUpgrade(workspace: Workspace, old: string, target: string): Promise<string> {
  const made = await workspace.run(['release', 'delta', old, target, '--json']);
  expect(made.code, made.stderr).toBe(0);
  return (JSON.parse(made.stdout) as { file: string }).file;
}

export interface PythonRunOptions {
  python?: string;
  /** Run under this command, for example `['unshare', '-Urm']`. */
  prefix?: readonly string[];
  environment?: Record<string, string>;
}

export function startPython(words: readonly string[], options: PythonRunOptions = {}): ChildProcess {
  const [command = '', ...rest] = [...(options.prefix ?? []), options.python ?? targetPython, ...words];
  return spawn(command, rest, { env: { ...process.env, ...options.environment } });
}

export function runPython(words: readonly string[], options: PythonRunOptions = {}): Promise<RunResult> {
  return finish(startPython(words, options));
}

/** Every path below a directory with what it is: mode, time, content or target. */
export function snapshotOf(directory: string): Record<string, string> {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    paths.map((path) => {
      const place = join(directory, path);
      const status = lstatSync(place);
      const mode = (status.mode & 0o7777).toString(8);
      if (status.isSymbolicLink()) return [path, `-> ${readlinkSync(place)}`];
      if (status.isDirectory()) return [path, `directory ${mode}`];
      return [path, `${mode} ${status.mtimeMs} ${readFileSync(place, 'latin1')}`];
    }),
  );
}

/** The root hash that `current` leads to. */
export function currentOf(prefix: string): string {
  return readlinkSync(join(prefix, 'current')).replace('releases/', '');
}
