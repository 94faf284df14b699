// The README's first command: the example, with PyPI by its normal address.

import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { expectSuccess, workspaceForTest } from '../support/for-test.ts';

test('the quickstart example becomes a running application', async () => {
  const workspace = workspaceForTest();
  workspace.copy('examples/quickstart');
  expectSuccess(await workspace.run());
  const bin = join(workspace.directory, 'bin');
  expect(execFileSync(join(bin, 'hello'), { encoding: 'utf8' })).toMatch(/hello/i);
  const code = 'import hello, waitress, zope.interface; print(zope.interface.__file__)';
  expect(execFileSync(join(bin, 'py'), ['-c', code], { encoding: 'utf8' })).toContain(
    join(workspace.directory, 'eggs', 'v5', 'zope.interface-8.7-'),
  );
  const again = await workspace.run(['-o']);
  expectSuccess(again);
  expect(again.stdout).toContain('Updating app.\n');

  // Without the cache the target Python's own setuptools builds the develop egg, as in zc.buildout; newer Pythons have none.
  const hasSetuptools = spawnSync('python3', ['-I', '-c', 'import setuptools, wheel']).status === 0;
  rmSync(workspace.eggCache, { recursive: true, force: true });
  if (hasSetuptools) expectSuccess(await workspace.run(['-o']));
});
