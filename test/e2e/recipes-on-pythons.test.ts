// Python recipes on every Python that pyenv has here, with recipes from PyPI and from a checkout; and runs that need
// no Python start none.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { configurationOf, recordedParts, writeRecipes } from '../support/develop-recipes.ts';
import { expectSuccess, workspaceForTest } from '../support/for-test.ts';

const versions = ['3.9', '3.10', '3.11', '3.12', '3.13', '3.14', '3.15'] as const;

/** The interpreter of a `major.minor` that pyenv has. */
function findPython(version: string): string | undefined {
  const root = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const names = existsSync(root) ? readdirSync(root) : [];
  const name = names.find((candidate) => candidate.startsWith(`${version}.`));
  return name === undefined ? undefined : join(root, name, 'bin', 'python3');
}

test.each(versions)('recipes run on Python %s', async (version) => {
  const python = findPython(version);
  if (python === undefined) {
    process.stdout.write(`recipes-on-pythons: skipped Python ${version}: pyenv has none\n`);
    return;
  }
  const workspace = workspaceForTest();
  writeRecipes(
    workspace,
    `
class Tell(Recipe):
    def install(self):
        with open(self.options['file'], 'w') as file:
            file.write('%d.%d %s' % (*sys.version_info[:2], self.buildout['made']['paths']))
        return self.options['file']
`,
  );
  const parts = {
    made: ['recipe = z3c.recipe.mkdir', 'paths = var/log'],
    told: ['recipe = demo:tell', 'file = told.txt'],
  };
  workspace.write({ 'buildout.cfg': configurationOf(parts) });
  const environment = { BUILDOUT_PYTHON: python };
  expectSuccess(await workspace.run([], { environment }));
  const log = join(workspace.directory, 'var', 'log');
  expect(existsSync(log)).toBe(true);
  expect(readFileSync(join(workspace.directory, 'told.txt'), 'utf8')).toBe(`${version} ${log}`);

  const again = await workspace.run([], { environment });
  expectSuccess(again);
  expect(again.stdout).toMatch(/Updating made\.\n(made: .*\n)?Updating told\.\n$/);
  expectSuccess(await workspace.run(['buildout:parts='], { environment }));
  expect(existsSync(join(workspace.directory, 'told.txt'))).toBe(false);
  expect(recordedParts(workspace)).toEqual([]);
});

test.skipIf(spawnSync('strace', ['-V']).status !== 0)(
  'a no-op run without Python recipes starts no process at all',
  async () => {
    const workspace = workspaceForTest();
    workspace.write({
      'buildout.cfg': `[buildout]\nindex = ${workspace.links}\nparts = app\n[app]\nrecipe = zc.recipe.egg\neggs = zc.recipe.egg\ninterpreter = py\n`,
    });
    expectSuccess(await workspace.run());
    const trace = join(workspace.base, 'trace');
    const prefix = ['strace', '-f', '-qq', '-e', 'trace=execve', '-o', trace];
    const result = await workspace.run([], { prefix });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const started = readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith(' = 0'))
      .map((line) => /execve\("([^"]*)"/.exec(line)?.[1] ?? line);
    // The shell script, then Node in its place.
    expect(started.filter((path) => !/\/(node|buildout)$/.test(path))).toEqual([]);
  },
);
