// Shared directories as buildouts use them: eggs lie in one place and are used from there.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { buildWheel } from '../support/build-distribution.ts';
import { buildsIn, countedSdist } from '../support/cache-fixture.ts';
import {
  eggsIn,
  expectSuccess,
  simpleConfiguration,
  workspaceForTest,
  type SimpleConfiguration,
  type TestWorkspace,
} from '../support/for-test.ts';
import type { RunOptions, RunResult } from '../support/run-clutch.ts';

interface SharingWorkspace extends TestWorkspace {
  shared: string;
}

function sharingWorkspace(): SharingWorkspace {
  const workspace = workspaceForTest();
  const shared = join(workspace.base, 'shared');
  mkdirSync(shared);
  return { ...workspace, shared };
}

interface Buildout extends Partial<SimpleConfiguration> {
  /** Default: the workspace's own. */
  roots?: readonly string[];
  /** Words and options of the run. */
  words?: readonly string[];
  run?: RunOptions;
}

/** Writes a buildout and runs it; its directory and what the run said. */
async function runBuildout(
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

const sharedEggs = ({ shared }: SharingWorkspace): string[] => {
  const eggs = join(shared, '__eggs__');
  return existsSync(eggs) ? readdirSync(eggs).sort() : [];
};

const projectsOf = (names: readonly string[]): string[] => names.map((name) => name.split('-', 1)[0] ?? '');

/** A home of its own, so that nothing is known from other runs. */
function freshHome(workspace: SharingWorkspace, name: string): RunOptions {
  const home = join(workspace.base, name);
  mkdirSync(home, { recursive: true });
  return { environment: { HOME: home } };
}

test('buildouts use the same eggs from the shared directory, and copy none', async () => {
  const workspace = sharingWorkspace();
  buildWheel(workspace.links, { name: 'demo', version: '1.0', requires: ['dep'] });
  await countedSdist(workspace, { name: 'dep' });
  const one = await runBuildout(workspace, 'one', {});
  expectSuccess(one.result);
  const two = await runBuildout(workspace, 'two', {});
  expectSuccess(two.result);
  expect(two.result.stdout).not.toContain('Getting');
  // Another user, who has no egg cache: nothing is fetched or built.
  const three = await runBuildout(workspace, 'three', {
    run: freshHome(workspace, 'other'),
    versions: { demo: '1.0', dep: '1.0' },
  });
  expectSuccess(three.result);
  expect(three.result.stdout).not.toContain('Getting');
  expect(buildsIn(workspace)).toEqual(['dep']);
  expect(projectsOf(sharedEggs(workspace))).toEqual(['demo', 'dep']);
  for (const { directory } of [one, two, three]) {
    expect(eggsIn(directory)).toEqual([]);
    const py = readFileSync(join(directory, 'bin', 'py'), 'utf8');
    expect(py).toContain(`'${workspace.shared}/__eggs__/demo-1.0-py`);
    execFileSync(join(directory, 'bin', 'py'), ['-c', 'import demo, dep']);
  }
  const again = await workspace.run(['-o'], { cwd: three.directory });
  expectSuccess(again);
  expect(again.stdout).toBe('Updating app.\n');
});
