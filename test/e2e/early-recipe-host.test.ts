// The recipe host of the last run is started again before the configuration is read: that may only ever save time.

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { configurationOf, writeRecipes } from '../support/develop-recipes.ts';
import { expectSuccess, workspaceForTest, type TestWorkspace } from '../support/for-test.ts';
import type { RunResult } from '../support/run-clutch.ts';

let cache: string;

beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'clutch-early-'));
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const source = `
class Tell(Recipe):
    def update(self):
        print('update in', os.getcwd(), os.path.basename(sys.argv[0]), sys.argv[1:])
`;

async function prepare(): Promise<TestWorkspace> {
  const workspace = workspaceForTest();
  writeRecipes(workspace, source);
  workspace.write({ 'buildout.cfg': configurationOf({ tell: ['recipe = demo:tell'] }) });
  expectSuccess(await run(workspace));
  return workspace;
}

const run = (workspace: TestWorkspace, words: readonly string[] = []): Promise<RunResult> =>
  workspace.run(words, { environment: { XDG_CACHE_HOME: cache } });

const remembered = (): string[] => {
  const directory = join(cache, 'clutch', 'recipe-hosts');
  return existsSync(directory) ? readdirSync(directory) : [];
};

test('the next run says and does the same as the first one', async () => {
  const workspace = await prepare();
  expect(remembered().length).toBeGreaterThan(0);
  const first = await run(workspace, ['-N']);
  expectSuccess(first);
  expect(first.stdout).toContain(`update in ${workspace.directory} buildout ['-N']`);
  expect((await run(workspace, ['-N'])).stdout).toBe(first.stdout);
});

test('recipes see the environment of the user, and nothing that the program sets for itself', async () => {
  const workspace = workspaceForTest();
  writeRecipes(
    workspace,
    `
class Tell(Recipe):
    def update(self):
        print('arenas', os.environ.get('MALLOC_ARENA_MAX'))
`,
  );
  workspace.write({ 'buildout.cfg': configurationOf({ tell: ['recipe = demo:tell'] }) });
  expectSuccess(await run(workspace));
  expect((await run(workspace)).stdout).toContain('arenas None');
  const environment = { XDG_CACHE_HOME: cache, MALLOC_ARENA_MAX: '3' };
  expect((await workspace.run([], { environment })).stdout).toContain('arenas 3');
});

test('with the eggs gone that it would import from, they are fetched again and the recipe runs', async () => {
  const workspace = await prepare();
  rmSync(join(workspace.directory, 'eggs'), { recursive: true });
  const again = await run(workspace);
  expectSuccess(again);
  expect(again.stdout).toContain('update in ');
  expect(again.stderr).not.toContain('Traceback');
});

test('a buildout that needs none any more is not given one for ever', async () => {
  const workspace = await prepare();
  const before = remembered();
  workspace.write({ 'buildout.cfg': '[buildout]\ndevelop = recipes\nparts =\n' });
  expectSuccess(await run(workspace));
  // The recipe of the part that went was asked whether it has something to uninstall.
  expectSuccess(await run(workspace));
  expect(remembered().length).toBe(before.length - 1);
});

test('a mistake in the configuration is told as ever', async () => {
  const workspace = await prepare();
  workspace.write({ 'buildout.cfg': '[buildout]\nparts = ${nowhere:x}\n' });
  const failed = await run(workspace);
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain("The referenced section, 'nowhere', was not defined.");
  expect(failed.stderr).not.toContain('Traceback');
});
