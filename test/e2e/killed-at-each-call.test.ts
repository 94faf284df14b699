// Killed at one file-system call after the other while eggs are made, stored and placed: nothing half done is ever
// used, and the next run completes. Plain runs take every sixth call, from another one each day; CLUTCH_TEST_STRIDE=1
// takes all.

import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { hashFile } from '#base';
import { openCatalog } from '#store';

import { buildWheel } from '../support/build-distribution.ts';
import {
  expectSuccess,
  pathsBelow,
  simpleConfiguration,
  workspaceForTest,
  type TestWorkspace,
} from '../support/for-test.ts';
import { killPrefix, readMoments, someMoments, tracePrefix, type Moment } from '../support/kill-at-call.ts';

const calls = 'mkdir,link,symlink,rename,unlink,rmdir,write,utimensat,chmod,fchmod,ftruncate,fsync'.split(
  ',',
);

function writeProjects(workspace: TestWorkspace): void {
  buildWheel(workspace.links, { name: 'one', version: '1.0', files: { 'one/__init__.py': 'x = 1\n' } });
  const files = { 'two/__init__.py': '', 'two/part/__init__.py': 'y = 2\n' };
  buildWheel(workspace.links, { name: 'two', version: '1.0', requires: ['one'], files });
  workspace.write({ 'buildout.cfg': simpleConfiguration({ index: workspace.links, eggs: ['two'] }) });
}

function forget(workspace: TestWorkspace): void {
  for (const name of ['eggs', 'bin', 'parts', 'develop-eggs', '.installed.cfg'])
    rmSync(join(workspace.directory, name), { recursive: true, force: true });
  rmSync(workspace.home, { recursive: true, force: true });
  mkdirSync(workspace.home);
}

/** Every call that a run makes, by counting one. */
async function listMoments(workspace: TestWorkspace): Promise<Moment[]> {
  const log = join(workspace.base, 'calls');
  expectSuccess(await workspace.run([], { prefix: tracePrefix(calls, log) }));
  return readMoments(log);
}

/** What is in the eggs directory, to the byte. */
function describeEggs(workspace: TestWorkspace): string[] {
  const eggs = join(workspace.directory, 'eggs', 'v5');
  return pathsBelow(eggs).map((path) => {
    const status = lstatSync(join(eggs, path));
    const content = status.isFile() ? `${hashFile(join(eggs, path))} ${status.mtimeMs}` : '';
    return `${path} ${status.mode.toString(8)} ${content}`;
  });
}

/** Entries that anybody could find are whole. */
function expectWholeCache(workspace: TestWorkspace): void {
  const catalog = openCatalog({ directory: workspace.eggCache, report: () => undefined });
  const problems = catalog.entries().flatMap((entry) => catalog.verify(entry));
  expect(problems).toEqual([]);
}

test('killed at any file-system call, no bad entry is used and the next run completes', async () => {
  const workspace = workspaceForTest();
  writeProjects(workspace);
  const moments = await listMoments(workspace);
  const expected = describeEggs(workspace);
  expect(moments.length).toBeGreaterThan(100);
  const some = someMoments(moments);
  let deaths = 0;
  for (const moment of some) {
    const what = `killed at ${moment.call} ${moment.number}`;
    forget(workspace);
    if ((await workspace.run([], { prefix: killPrefix(moment) })).signal === 'SIGKILL') deaths += 1;
    expectWholeCache(workspace);
    expectSuccess(await workspace.run());
    expect(describeEggs(workspace), what).toEqual(expected);
    expectWholeCache(workspace);
    execFileSync(join(workspace.directory, 'bin', 'py'), ['-c', 'import one, two.part']);
  }
  // Threads share the work as they like, so a thread may not come to its last calls.
  expect(deaths / some.length).toBeGreaterThan(0.6);
});
