// Built once, used everywhere: what the egg cache built is published, and installed from there instead of the source.

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { buildSdistFile } from '../../support/build-distribution.ts';
import {
  eggsIn,
  expectFailure,
  expectSuccess,
  simpleConfiguration,
  workspaceForTest,
} from '../../support/for-test.ts';
import { createTestToken, runWithToken, startRepository } from '../../support/repository-server.ts';

test('an egg of the egg cache is published by name, and others need not build it', async () => {
  const workspace = workspaceForTest();
  const repository = await startRepository(workspace, { words: ['--no-staging'] });
  const token = await createTestToken(workspace, repository.directory);
  const sdists = [
    await buildSdistFile(workspace.links, { name: 'acme.lib', version: '1.0' }),
    await buildSdistFile(workspace.links, {
      name: 'acme.app',
      version: '1.0',
      requires: ['acme.lib>=1', 'nothing; python_version < "3"', 'never; extra == "x"'],
      extras: ['x'],
      entryPoints: '[console_scripts]\nacme = acme_app:main\n',
      files: { 'acme_app.py': 'def main():\n    print("made from source")\n' },
    }),
  ];
  const run = async (...words: string[]): ReturnType<typeof runWithToken> =>
    runWithToken(workspace, repository, { token, words });
  expectSuccess(await run('publish', ...sdists));
  const configuration = simpleConfiguration({
    index: `${repository.url}simple/`,
    eggs: ['acme.app'],
    buildout: [`find-links = ${workspace.links}/zc.recipe.egg-6.0.0-py3-none-any.whl`],
  });
  workspace.write({ 'buildout.cfg': configuration });
  expectSuccess(await workspace.run());

  expect(expectFailure(await run('publish', 'nosuch'))).toContain(
    'The egg cache has no egg of nosuch for Python 3.',
  );
  expect(expectFailure(await run('publish', 'acme.app==9'))).toContain('no egg of acme.app 9');
  const dry = await run('publish', 'Acme.App', '--dry-run');
  expect(dry.stdout).toMatch(/^acme\.app-1\.0-py3\.\d+-.*\.egg \(acme-app 1\.0\) would be sent$/m);
  const published = await run('publish', 'acme.app', 'acme.lib==1.0');
  expectSuccess(published);
  expect(published.stdout.match(/\.egg is released/g)).toHaveLength(2);
  // The same egg gives the same bytes.
  expect((await run('publish', 'acme.app')).stdout).toContain('was here already, with the same bytes');

  const other = workspaceForTest();
  other.write({ 'buildout.cfg': configuration.replaceAll(workspace.links, other.links) });
  expectSuccess(await other.run());
  const fetched = [...repository.output().matchAll(/GET \/files\/\S+\/(acme[^/ ]+) 200/g)].map(
    ([, name = '']) => name,
  );
  expect(fetched.slice(-2).sort()).toEqual([
    expect.stringMatching(/^acme\.app-1\.0-py3\.\d+-.*\.egg$/),
    expect.stringMatching(/^acme\.lib-1\.0-py3\.\d+-.*\.egg$/),
  ]);
  expect(eggsIn(other.directory).filter((name) => name.startsWith('acme'))).toHaveLength(2);
  const said = execFileSync(`${other.directory}/bin/acme`, { encoding: 'utf8' });
  expect(said).toBe('made from source\n');
});
