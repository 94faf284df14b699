// Recipes from npm: the example of docs/npm-recipes.md, installed, changed, failing, and uninstalled.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { recordedParts } from '../support/develop-recipes.ts';
import { expectFailure, expectSuccess, workspaceForTest, type TestWorkspace } from '../support/for-test.ts';

function exampleForTest(): TestWorkspace {
  const workspace = workspaceForTest();
  workspace.copy('examples/npm-recipe');
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '--silent'], {
    cwd: workspace.directory,
    env: { ...process.env, HOME: workspace.home },
  });
  return workspace;
}

/** Replaces text of a file in the buildout's directory. */
function edit(workspace: TestWorkspace, file: string, [from, to]: readonly [string, string]): void {
  const path = join(workspace.directory, file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}

test('the example is installed, updated and uninstalled, without Python', async () => {
  const workspace = exampleForTest();
  const { directory } = workspace;
  const first = await workspace.run();
  expectSuccess(first);
  expect(first.stdout).toMatch(
    new RegExp(`Installing greeting\\.\\ngreeting: Greets ${directory}\\nInstalling motd\\.\\n$`),
  );
  const greeting = join(directory, 'bin', 'greeting');
  expect(execFileSync(greeting, { encoding: 'utf8' })).toBe(`Hello ${directory}\n`);
  expect(statSync(greeting).mode & 0o777).toBe(0o755);
  expect(readFileSync(join(directory, 'parts', 'motd'), 'utf8')).toBe(`Run ${greeting} for a greeting.\n`);
  const record = readFileSync(join(directory, '.installed.cfg'), 'utf8');
  expect(record).toContain('__buildout_signature__ = npm:greeting-recipe-1.0.0\n');

  const again = await workspace.run();
  expect(again).toMatchObject({ code: 0, stdout: 'Updating greeting.\nUpdating motd.\n', stderr: '' });
  expect(existsSync(join(directory, 'eggs', 'v5'))).toBe(true);

  expectSuccess(await workspace.run(['buildout:parts=greeting']));
  expect(existsSync(join(directory, 'parts', 'motd'))).toBe(false);
  expect(existsSync(greeting)).toBe(true);
  expect(recordedParts(workspace)).toEqual(['greeting']);
});

test('a new version of the package installs its parts again', async () => {
  const workspace = exampleForTest();
  expectSuccess(await workspace.run());
  edit(workspace, 'greeting-recipe/package.json', ['1.0.0', '1.1.0']);
  const result = await workspace.run();
  expect(result.stdout).toContain('Uninstalling greeting.\nInstalling greeting.\n');
});

test('a user’s mistake is printed without a stack, a bug of the recipe with one', async () => {
  const workspace = exampleForTest();
  edit(workspace, 'buildout.cfg', ['mode = 755', 'mode = rwx']);
  const failed = await workspace.run();
  expect(expectFailure(failed)).toContain('Initializing section greeting.\nError: Not a mode: rwx\n');
  edit(workspace, 'buildout.cfg', ['mode = rwx', 'mode = 644']);
  edit(workspace, 'greeting-recipe/greeting-recipe.js', ['await chmod', 'await change']);
  const { code, stderr } = await workspace.run();
  expect(code).toBe(1);
  expect(stderr).toContain('An internal error occurred due to a bug in either zc.buildout or in a\nrecipe');
  expect(stderr).toMatch(/ReferenceError: change is not defined\n +at .*greeting-recipe\.js:\d+/);
  expect(existsSync(join(workspace.directory, 'bin', 'greeting'))).toBe(false);
});

test('a package or export that is not there is named', async () => {
  const workspace = exampleForTest();
  edit(workspace, 'buildout.cfg', ['npm:greeting-recipe:file', 'npm:greeting-recipe:files']);
  expect(expectFailure(await workspace.run())).toContain(
    'Error: The npm package `greeting-recipe` exports no recipe `files`\n',
  );
  edit(workspace, 'buildout.cfg', ['npm:greeting-recipe:files', 'npm:@example/lost']);
  expect(expectFailure(await workspace.run())).toContain(
    "Error: Couldn't find the npm package `@example/lost`\n",
  );
});
