// What tests of shared directories start with: a workspace with such a directory, and buildouts that use it.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  simpleConfiguration,
  workspaceForTest,
  type SimpleConfiguration,
  type TestWorkspace,
} from './for-test.ts';
import type { RunOptions, RunResult } from './run-clutch.ts';

export interface SharingWorkspace extends TestWorkspace {
  shared: string;
}

/** A workspace with an empty shared directory. */
export function sharingWorkspace(): SharingWorkspace {
  const workspace = workspaceForTest();
  const shared = join(workspace.base, 'shared');
  mkdirSync(shared);
  return { ...workspace, shared };
}

export interface Buildout extends Partial<SimpleConfiguration> {
  /** Default: the workspace's own. */
  roots?: readonly string[];
  /** Words and options of the run. */
  words?: readonly string[];
  run?: RunOptions;
}

/** Writes a buildout and runs it; its directory and what the run said. */
export async function runBuildout(
  workspace: SharingWorkspace,
  name: string,
  buildout: Buildout,
): Promise<{ directory: string; result: RunResult }> {
  const directory = join(workspace.base, name);
  mkdirSync(directory, { recursive: true });
  const { roots = [workspace.shared], words = [], run = {}, ...configuration } = buildout;
  const text = simpleConfiguration({
    index: workspace.links,
    eggs: ['demo'],
    ...configuration,
    buildout: [`shared-part-list = ${roots.join('\n    ')}`, ...(configuration.buildout ?? [])],
  });
  writeFileSync(join(directory, 'buildout.cfg'), text);
  return { directory, result: await workspace.run(words, { cwd: directory, ...run }) };
}

/** The names of the shared eggs, sorted. */
export const sharedEggs = ({ shared }: SharingWorkspace): string[] => {
  const eggs = join(shared, '__eggs__');
  return existsSync(eggs) ? readdirSync(eggs).sort() : [];
};

export const projectsOf = (names: readonly string[]): string[] =>
  names.map((name) => name.split('-', 1)[0] ?? '');

/** A home of its own, so that nothing is known from other runs. */
export function freshHome(workspace: SharingWorkspace, name: string): RunOptions {
  const home = join(workspace.base, name);
  mkdirSync(home, { recursive: true });
  return { environment: { HOME: home } };
}
