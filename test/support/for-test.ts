// What an end-to-end test starts with: a workspace and servers that go away when the test ends, and questions about
// the files a run left behind.

import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';

import { buildWheel } from './build-distribution.ts';
import { startIndexServer, type IndexServer, type IndexServerOptions } from './index-server.ts';
import { createWorkspace, type RunResult, type Workspace } from './run-clutch.ts';

export interface TestWorkspace extends Workspace {
  /** A directory for distributions, outside the buildout; it has a zc.recipe.egg. */
  links: string;
  /** The default egg cache. */
  eggCache: string;
}

/** A workspace that is removed when the current test ends. */
export function workspaceForTest(): TestWorkspace {
  const workspace = createWorkspace();
  onTestFinished(() => workspace.remove());
  const links = join(workspace.base, 'links');
  mkdirSync(links);
  buildWheel(links, { name: 'zc.recipe.egg', version: '6.0.0', files: { 'zc/recipe/egg/__init__.py': '' } });
  return { ...workspace, links, eggCache: join(workspace.home, '.cache', 'clutch') };
}

/** An index server that is closed when the current test ends. */
export async function indexForTest(options: IndexServerOptions): Promise<IndexServer> {
  const server = await startIndexServer(options);
  onTestFinished(() => server.close());
  return server;
}

export interface SimpleConfiguration {
  index: string;
  eggs: readonly string[];
  /** More lines of `[buildout]`. */
  buildout?: readonly string[];
  versions?: Readonly<Record<string, string>>;
  /** More lines of `[app]`. */
  app?: readonly string[];
}

/** A `buildout.cfg` with one part `app` of zc.recipe.egg, its interpreter `bin/py`. */
export function simpleConfiguration(options: SimpleConfiguration): string {
  return [
    '[buildout]',
    'parts = app',
    `index = ${options.index}`,
    ...(options.buildout ?? []),
    '[versions]',
    ...Object.entries(options.versions ?? {}).map(([name, version]) => `${name} = ${version}`),
    '[app]',
    'recipe = zc.recipe.egg',
    `eggs = ${options.eggs.join('\n    ')}`,
    'interpreter = py',
    ...(options.app ?? []),
    '',
  ].join('\n');
}

/** Fails with everything the program said unless it exited with 0. */
export function expectSuccess(result: RunResult): void {
  expect(result.code, `${result.stdout}\n${result.stderr}`).toBe(0);
}

/** The run failed as a user's run fails: exit code 1 and no stack trace of ours. Gives all it said. */
export function expectFailure(result: RunResult): string {
  const said = `${result.stdout}\n${result.stderr}`;
  expect(result.code, said).toBe(1);
  expect(said).not.toMatch(/^ +at .*\.(js|ts):\d+/m);
  return said;
}

/** The names in `eggs/v5`, sorted. */
export function eggsIn(directory: string): string[] {
  const eggs = join(directory, 'eggs', 'v5');
  return existsSync(eggs) ? readdirSync(eggs).sort() : [];
}

/** All files, links and directories below `directory`, as paths relative to it. */
export function pathsBelow(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
}

/** The files below `directory` that have `text` in their content, name or link target. */
export function pathsWith(directory: string, text: string): string[] {
  return pathsBelow(directory).filter((name) => {
    const path = join(directory, name);
    const status = lstatSync(path);
    if (name.includes(text)) return true;
    if (status.isSymbolicLink()) return readlinkSync(path).includes(text);
    return status.isFile() && readFileSync(path).includes(text);
  });
}
