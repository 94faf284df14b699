// The smallest whole path: a file is published, waits in staging, is promoted, and is installed by pip and by clutch.

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildEggFile, buildSdistFile, buildWheel } from '../../support/build-distribution.ts';
import {
  eggsIn,
  expectFailure,
  expectSuccess,
  simpleConfiguration,
  workspaceForTest,
} from '../../support/for-test.ts';
import { createTestToken, runWithToken, startRepository } from '../../support/repository-server.ts';

const json = { accept: 'application/vnd.pypi.simple.v1+json' };

async function filesOf(url: string): Promise<string[]> {
  const response = await fetch(url, { headers: json });
  const page = (await response.json()) as { files: { filename: string }[] };
  return page.files.map(({ filename }) => filename);
}

test('a version is staged, promoted as a whole, and then installed by pip and by clutch', async () => {
  const workspace = workspaceForTest();
  const files = [
    buildWheel(workspace.links, { name: 'demo-x', version: '1.0', requiresPython: '>=3.8' }),
    buildEggFile(workspace.links, { name: 'demo-x', version: '1.0', python: '3.11' }),
    await buildSdistFile(workspace.links, { name: 'demo-x', version: '1.0' }),
  ];
  const repository = await startRepository(workspace);
  const token = await createTestToken(workspace, repository.directory);
  const run = async (...words: string[]): ReturnType<typeof runWithToken> =>
    runWithToken(workspace, repository, { token, words });

  const published = await run('publish', ...files);
  expectSuccess(published);
  expect(published.stdout).toContain('demo_x-1.0-py3-none-any.whl is in staging');
  expect(await filesOf(`${repository.url}simple/demo-x/`)).toEqual([]);
  expect(await filesOf(`${repository.url}staging/simple/demo-x/`)).toHaveLength(3);

  expectSuccess(await run('promote', 'demo-x', '1.0'));
  expect(await filesOf(`${repository.url}simple/demo-x/`)).toHaveLength(3);

  const target = join(workspace.base, 'downloads');
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', target, '--index-url'];
  execFileSync('python3', [...pip, `${repository.url}simple/`, 'demo-x'], { stdio: 'pipe' });
  expect(readdirSync(target)).toEqual(['demo_x-1.0-py3-none-any.whl']);

  workspace.write({
    'buildout.cfg': simpleConfiguration({
      index: `${repository.url}simple/`,
      eggs: ['demo-x'],
      buildout: [`find-links = ${workspace.links}/zc.recipe.egg-6.0.0-py3-none-any.whl`],
    }),
  });
  expectSuccess(await workspace.run());
  expect(eggsIn(workspace.directory).join()).toContain('demo_x-1.0');
  expect(repository.output()).toMatch(/GET \/files\/.*demo_x-1\.0-py3-none-any\.whl\.metadata 200/);
  expect(await repository.stop()).toBe(0);
});

test('released files never change, staged ones only when told to, deleted names never come back', async () => {
  const workspace = workspaceForTest();
  const repository = await startRepository(workspace);
  const token = await createTestToken(workspace, repository.directory);
  const run = async (...words: string[]): ReturnType<typeof runWithToken> =>
    runWithToken(workspace, repository, { token, words });
  const wheel = (body: string): string =>
    buildWheel(workspace.links, { name: 'demo', version: '1.0', files: { 'demo.py': body } });

  expectSuccess(await run('publish', wheel('1')));
  const again = await run('publish', wheel('1'));
  expect(again.stdout).toContain('was here already');
  const other = await run('publish', wheel('2'));
  expect(other.code).toBe(1);
  expect(other.stdout).toContain('is in staging with other bytes');
  expectSuccess(await run('publish', '--replace', wheel('2')));
  expectSuccess(await run('promote', 'demo==1.0'));
  const released = await run('publish', '--replace', wheel('3'));
  expect(released.stdout).toContain('released files never change');

  const dry = await run('delete', 'demo', '1.0');
  expect(dry.stdout).toContain('This would delete\n  demo-1.0-py3-none-any.whl (release)');
  expectSuccess(await run('delete', 'demo', '1.0', '--yes'));
  const back = await run('publish', '--replace', wheel('2'));
  expect(back.stdout).toContain('a file name is used once');
  expect(await filesOf(`${repository.url}simple/demo/`)).toEqual([]);
});

test('without a token nothing changes, and the message says how to give one', async () => {
  const workspace = workspaceForTest();
  const repository = await startRepository(workspace);
  const file = buildWheel(workspace.links, { name: 'demo', version: '1.0' });
  const words = ['publish', '--repository', repository.url, file];
  const said = (await workspace.run(words)).stdout;
  expect(said).toContain('This needs a token');
  const refused = await runWithToken(workspace, repository, {
    token: 'clutch_x_y',
    words: ['promote', 'demo', '1'],
  });
  expect(expectFailure(refused)).toContain('The token is not known, has expired or was revoked');
  const nowhere = await workspace.run(['publish', file]);
  expect(expectFailure(nowhere)).toContain('No repository is named');
});

test('yank, reserve and their undoing; spellings and slips', async () => {
  const workspace = workspaceForTest();
  const repository = await startRepository(workspace, { words: ['--no-staging'] });
  const token = await createTestToken(workspace, repository.directory);
  const run = async (...words: string[]): ReturnType<typeof runWithToken> =>
    runWithToken(workspace, repository, { token, words });
  const files = ['1.0', '2.0'].map((version) => buildWheel(workspace.links, { name: 'demo.x', version }));
  expectSuccess(await run('publish', ...files));
  const yankedOf = async (): Promise<unknown> => {
    const page = await (await fetch(`${repository.url}simple/demo-x/`, { headers: json })).json();
    return (page as { files: { yanked: unknown }[] }).files.map(({ yanked }) => yanked);
  };
  const yanked = await run('yank', 'Demo_X', '2', '--reason', 'loses <mail>');
  expect(yanked.stdout).toBe('demo-x 2.0: demo.x-2.0-py3-none-any.whl yanked\n');
  expect(await yankedOf()).toEqual([false, 'loses <mail>']);

  workspace.write({
    'buildout.cfg': simpleConfiguration({
      index: `${repository.url}simple/`,
      eggs: ['demo.x'],
      buildout: [`find-links = ${workspace.links}/zc.recipe.egg-6.0.0-py3-none-any.whl`],
    }),
  });
  expectSuccess(await workspace.run());
  expect(eggsIn(workspace.directory).join()).toContain('demo.x-1.0');
  expect((await run('yank', 'demo.x==2.0', '--reason', 'loses <mail>')).stdout).toContain('nothing changed');
  expectSuccess(await run('yank', 'demo.x', '2.0', '--undo'));
  expect(await yankedOf()).toEqual([false, false]);

  expect((await run('reserve', 'Secret.Name', 'other')).stdout).toBe(
    'Secret.Name is reserved\nother is reserved\n',
  );
  expect(await filesOf(`${repository.url}simple/secret-name/`)).toEqual([]);
  expectSuccess(await run('reserve', '--undo', 'other'));
  expect((await fetch(`${repository.url}simple/other/`)).status).toBe(404);

  expect(expectFailure(await run('promote', 'demo.x', '9.9'))).toMatch(
    /has no version `9\.9`\nhint: it has 2\.0, 1\.0/,
  );
  expect(expectFailure(await run('promote', 'nosuch', '1'))).toContain('There is no project `nosuch`');
  expect((await run('promote', 'demo.x', '1.0')).stdout).toContain('was released before');
  expect(expectFailure(await run('promote', 'demo.x'))).toContain('promote needs NAME VERSION');
  expect(expectFailure(await run('publish', 'nothing.whl'))).toContain('there is no file `nothing.whl`');
});
