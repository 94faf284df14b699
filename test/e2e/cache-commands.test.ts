// The commands on the egg cache, each with what it leaves behind.

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { buildSdistFile, buildWheel } from '../support/build-distribution.ts';
import { buildsIn, cache, countedSdist, eggPath, entryOf, runFresh } from '../support/cache-fixture.ts';
import {
  eggsIn,
  expectFailure,
  expectSuccess,
  simpleConfiguration,
  workspaceForTest,
} from '../support/for-test.ts';

test('`cache rebuild` makes an egg again, compares it, and the next run places the new one', async () => {
  const workspace = workspaceForTest();
  const stamp = join(workspace.base, 'stamp');
  writeFileSync(stamp, 'a = 1\n');
  const prepare = `files['stamp.py'] = open(${JSON.stringify(stamp)}, 'rb').read()`;
  await countedSdist(workspace, { name: 'source', prepare });
  const { directory } = await runFresh(workspace, 'first', { eggs: ['source'] });
  const same = await cache(workspace, directory, ['rebuild', 'source', '--compare']);
  expectSuccess(same);
  expect(same.stdout).toContain('made again, every file is the same');
  writeFileSync(stamp, 'a = 2\n');
  const other = await cache(workspace, directory, ['rebuild', 'source==1.0', '--compare']);
  expect(other.stdout).toMatch(/made again, \d files differ\n(.*\n)* {2}~ stamp\.py\n/);
  expect(buildsIn(workspace)).toEqual(['source', 'source', 'source']);
  const second = await runFresh(workspace, 'second', { eggs: ['source'] });
  expect(readFileSync(join(eggPath(second.directory, 'source'), 'stamp.py'), 'utf8')).toBe('a = 2\n');
  expect(buildsIn(workspace)).toHaveLength(3);
  expect(expectFailure(await cache(workspace, directory, ['rebuild', 'missing']))).toContain(
    'The egg cache has no missing',
  );
});

test('`cache prune` takes out what is too much or was not used for long; a run keeps `egg-cache-size`', async () => {
  const workspace = workspaceForTest();
  const big = (name: string): void => {
    buildWheel(workspace.links, {
      name,
      version: '1.0',
      files: { [`${name}.py`]: `# ${'x'.repeat(50_000)}\n` },
    });
  };
  for (const name of ['old', 'new', 'more']) big(name);
  const { directory } = await runFresh(workspace, 'first', { eggs: ['old', 'new'] });
  const then = Date.now() / 1000 - 100 * 86_400;
  utimesSync(join(entryOf(workspace, 'old'), 'manifest.json'), then, then);
  const dry = await cache(workspace, directory, ['prune', '--older', '90d', '--dry-run']);
  expect(dry.stdout).toMatch(/^old-1\.0\S+ +\S+ KB +not used for long\n1 eggs would be removed/m);
  const second = await runFresh(workspace, 'second', { eggs: ['more'], buildout: ['egg-cache-size = 130K'] });
  const names = async (): Promise<string[]> => {
    const shown = await cache(workspace, directory, ['show', '--json']);
    return (JSON.parse(shown.stdout) as { project: string }[]).map(({ project }) => project);
  };
  expect(await names()).not.toContain('old');
  expect(await names()).toContain('more');
  expect((await cache(workspace, directory, ['prune', '--size', '0'])).stdout).toContain('→ 0 bytes.');
  expect(await names()).toEqual([]);
  expect(eggsIn(second.directory).length).toBeGreaterThan(0);
  expectSuccess(await workspace.run([], { cwd: directory }));
});

test('`cache verify` names damage that placing cannot see, and takes it out', async () => {
  const workspace = workspaceForTest();
  await countedSdist(workspace, { name: 'source' });
  const { directory } = await runFresh(workspace, 'first', {
    eggs: ['source'],
    buildout: ['egg-cache-link = copy'],
  });
  const file = join(entryOf(workspace, 'source'), 'egg', 'source.py');
  const { mtimeMs, size } = statSync(file);
  chmodSync(file, 0o644);
  writeFileSync(file, '#'.repeat(size));
  utimesSync(file, mtimeMs / 1000, mtimeMs / 1000);
  const said = await cache(workspace, directory, ['verify', 'source']);
  expect(said.code).toBe(1);
  expect(said.stdout).toMatch(
    /^source-1\.0\S+ is damaged and was taken out:\n {2}source\.py: has other content\n/,
  );
  await runFresh(workspace, 'second', { eggs: ['source'] });
  expect(buildsIn(workspace)).toEqual(['source', 'source']);
});

test("`cache import` takes zc.buildout's eggs whose RECORD vouches for every file", async () => {
  const workspace = workspaceForTest();
  for (const name of ['good', 'edited']) await buildSdistFile(workspace.links, { name, version: '1.0' });
  const { directory } = await runFresh(workspace, 'first', {
    eggs: ['good', 'edited'],
    buildout: ['egg-cache ='],
  });
  const edited = join(eggPath(directory, 'edited'), 'edited.py');
  chmodSync(edited, 0o644);
  appendFileSync(edited, '# hot fix\n');
  const importing = await runFresh(workspace, 'empty', { eggs: [] });
  const said = await cache(workspace, importing.directory, ['import', join(directory, 'eggs', 'v5')]);
  expectSuccess(said);
  expect(said.stdout).toMatch(/edited-1\.0\S+: skipped, edited\.py is not what RECORD says/);
  const again = await cache(workspace, importing.directory, ['import', join(directory, 'eggs', 'v5')]);
  expect(again.stdout).toMatch(/^0 eggs imported/m);
  const shown = await cache(workspace, importing.directory, ['show', 'good', '--json']);
  expect(JSON.parse(shown.stdout)).toEqual([
    expect.objectContaining({ origin: expect.objectContaining({ imported: true }) }),
  ]);
  rmSync(join(workspace.links, 'good-1.0.tar.gz'));
  await countedSdist(workspace, { name: 'good' });
  const second = await runFresh(workspace, 'second', { eggs: ['good'] });
  execFileSync(join(second.directory, 'bin', 'py'), ['-c', 'import good']);
  expect(buildsIn(workspace)).toEqual([]);
});

test('the commands on the cache need no configuration, have help, and say what they do not understand', async () => {
  const workspace = workspaceForTest();
  const dir = await workspace.run(['cache', 'dir']);
  expect([dir.code, dir.stdout]).toEqual([0, `${workspace.eggCache}\n`]);
  expect((await workspace.run(['cache', 'stats', '--json'])).stdout).toContain('"eggs": 0');
  for (const name of [
    '',
    'dir',
    'stats',
    'show',
    'verify',
    'explain-miss',
    'environment',
    'rebuild',
    'import',
    'prune',
  ]) {
    const words = ['cache', name, '--help'].filter((word) => word !== '');
    const help = await workspace.run(words);
    expect(help.stdout).toContain(
      `Usage: buildout [options] [assignments] cache ${name === '' ? 'COMMAND' : name}`,
    );
  }
  expect(expectFailure(await workspace.run(['cache', 'clean']))).toContain('invalid command: cache clean');
  expect(expectFailure(await workspace.run(['cache', 'prune', '--size', 'much']))).toContain('`much`');
  expect(existsSync(join(workspace.eggCache, 'eggs'))).toBe(false);
  workspace.write({
    'buildout.cfg': simpleConfiguration({ index: workspace.links, eggs: [], buildout: ['egg-cache ='] }),
  });
  expect(expectFailure(await workspace.run(['cache', 'stats']))).toContain('This buildout has no egg cache');
});
