// Install, upgrade, roll back and clean up on a target, with the programs that a bundle and a `.pyz` bring.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describeTree } from '#release';
import { expect, test } from 'vitest';
import { currentOf, makeUpgrade, runPython, snapshotOf } from '../support/release-fixture.ts';
import { releaseTarget } from '../support/release-target.ts';

test('installs, upgrades, goes back and forth, and leaves the state alone', async () => {
  const { prefix, upgrade, run, bundles } = await releaseTarget();
  const [first = '', second = ''] = bundles.map(({ manifest }) => manifest.root);
  writeFileSync(join(prefix, 'var', 'log', 'data'), 'precious');
  const before = snapshotOf(join(prefix, 'releases', first));
  expect(upgrade).toMatch(/shop-1\.0-1\.1\.pyz$/);

  const upgraded = await run([]);
  expect(upgraded).toMatchObject({ code: 0, stderr: '' });
  expect(upgraded.stdout).toContain('this file cannot vouch for its origin');
  expect(upgraded.stdout).toContain(`shop 1.1 (${second.slice(0, 12)}) is current`);
  expect(currentOf(prefix)).toBe(second);
  expect(execFileSync(join(prefix, 'current/bin/shop')).toString()).toBe('shop 1.1\n');
  const copy = join(prefix, 'releases', second);
  expect(snapshotOf(join(copy, 'latest'))).toEqual(snapshotOf(join(copy, 'eggs/shop-1.1-py3.11.egg')));
  expect(snapshotOf(join(prefix, 'releases', first))).toEqual(before);

  expect(await run([])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('is installed already') as string,
  });
  const json = await run(['--rollback', '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({ result: 'rolled-back', code: 0, from: second, to: first });
  expect(currentOf(prefix)).toBe(first);
  const twice = await run(['--rollback']);
  expect(twice).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('is current again already') as string,
  });
  expect(currentOf(prefix)).toBe(first);
  expect(await run([])).toMatchObject({ code: 0 });
  expect(currentOf(prefix)).toBe(second);
  expect(readFileSync(join(prefix, 'var', 'log', 'data'), 'utf8')).toBe('precious');
  expect(readdirSync(join(prefix, '.clutch')).sort()).toEqual([
    'journal.json',
    'lock',
    'log',
    'previous',
    'releases',
  ]);
});

test('what an upgrade makes is what a full installation makes, byte for byte, mode for mode, with the same record', async () => {
  const { workspace, prefix, run, bundles } = await releaseTarget();
  await run([]);
  const { root } = bundles[1]?.manifest ?? { root: '' };
  const other = join(workspace.base, 'root');
  const words = [join(bundles[1]?.directory ?? '', 'install.py'), '--root', other];
  expect(await runPython(words)).toMatchObject({ code: 0 });
  const installed = join(other, 'opt/shop');
  expect(snapshotOf(join(prefix, 'releases', root))).toEqual(snapshotOf(join(installed, 'releases', root)));
  for (const record of [`${root}.json`, `${root}.tree`]) {
    const place = join('.clutch', 'releases', record);
    expect(readFileSync(join(prefix, place), 'utf8')).toBe(readFileSync(join(installed, place), 'utf8'));
  }
  expect(readFileSync(join(prefix, '.clutch/releases', `${root}.json`), 'utf8')).toBe(
    readFileSync(join(bundles[1]?.directory ?? '', 'manifest.json'), 'utf8'),
  );
});

test('keeps as many releases as asked for, the current and the previous one always', async () => {
  const { workspace, prefix, run, bundles } = await releaseTarget();
  const [first = '', second = '', third = ''] = bundles.map(({ manifest }) => manifest.root);
  await run([]);
  const next = await makeUpgrade(workspace, bundles[1]?.directory ?? '', bundles[2]?.directory ?? '');
  const kept = await runPython([next, prefix, '--keep', '3', '--json']);
  expect(JSON.parse(kept.stdout)).not.toHaveProperty('removed');
  const list = await runPython([join(prefix, 'current/bin/upgrade'), '--list']);
  expect(list.stdout).toBe(
    [
      `current   shop 1.2 (${third.slice(0, 12)})`,
      `previous  shop 1.1 (${second.slice(0, 12)})`,
      `          shop 1.0 (${first.slice(0, 12)})`,
      '',
    ].join('\n'),
  );
  const again = await runPython([next, prefix, '--keep', '1', '--json']);
  expect(JSON.parse(again.stdout)).toMatchObject({ result: 'already', removed: [first] });
  expect(readdirSync(join(prefix, 'releases')).sort()).toEqual([second, third].sort());
});

test('the same input gives the same bytes', async () => {
  const { workspace, bundles, upgrade } = await releaseTarget();
  const again = await makeUpgrade(workspace, bundles[0]?.directory ?? '', bundles[1]?.directory ?? '');
  expect(again).not.toBe(upgrade);
  expect(readFileSync(again).equals(readFileSync(upgrade))).toBe(true);
});

test('trees that are no installation: a new one is made, the old one is left alone', async () => {
  const { workspace, upgrade, bundles } = await releaseTarget();
  const old = join(bundles[0]?.directory ?? '', 'tree');
  const made = join(workspace.base, 'made');
  expect(await runPython([upgrade, '--from', old, '--to', made])).toMatchObject({ code: 0, stderr: '' });
  expect(describeTree(made).root).toBe(bundles[1]?.manifest.root);
  expect(describeTree(old).root).toBe(bundles[0]?.manifest.root);
  const again = await runPython([upgrade, '--from', made, '--to', join(workspace.base, 'again')]);
  expect(again).toMatchObject({
    code: 76,
    stderr: expect.stringContaining('it differs in `.`, `bin`') as string,
  });
});

test('archives are opened, bundles and source releases alike', async () => {
  const { workspace, bundles, upgrade, run } = await releaseTarget();
  const packed = bundles.slice(0, 2).map(({ directory }, index) => {
    const file = join(workspace.base, `bundle-${index}.tar.gz`);
    execFileSync('tar', ['-czf', file, '-C', dirname(directory), basename(directory)]);
    return file;
  });
  const made = await makeUpgrade(workspace, packed[0] ?? '', packed[1] ?? '');
  expect(readFileSync(made).equals(readFileSync(upgrade))).toBe(true);
  const source = (version: string): string => {
    const file = join(workspace.base, `site-${version}.tgz`);
    execFileSync('tar', [
      '-czf',
      file,
      '-C',
      bundles[version === '1.0' ? 0 : 1]?.directory ?? '',
      `--transform=s,^tree,site-${version},`,
      'tree',
    ]);
    return file;
  };
  expect(basename(await makeUpgrade(workspace, source('1.0'), source('1.1')))).toBe('site-1.0-1.1.pyz');
  const same = await workspace.run(['release', 'delta', packed[0] ?? '', packed[0] ?? '']);
  expect(same).toMatchObject({ code: 1, stderr: expect.stringContaining('have the same files') as string });
  expect((await workspace.run(['release', 'delta', 'nowhere', packed[0] ?? ''])).stderr).toContain(
    'does not exist',
  );
  expect((await run()).code).toBe(0);
});

const pythons = ['3.9', '3.10', '3.12', '3.13', '3.14'].flatMap((version) => {
  const folder = join(homedir(), '.pyenv/versions');
  const name = existsSync(folder)
    ? readdirSync(folder).find((name) => name.startsWith(`${version}.`))
    : undefined;
  return name === undefined ? [] : [join(folder, name, 'bin/python3')];
});

test.each(pythons)('%s installs, upgrades and goes back', async (python) => {
  const { workspace, bundles, upgrade } = await releaseTarget();
  const prefix = join(workspace.base, 'other/opt/shop');
  const install = [join(bundles[0]?.directory ?? '', 'install.py'), '--root', join(workspace.base, 'other')];
  expect(await runPython(install, { python })).toMatchObject({ code: 0, stderr: '' });
  expect(await runPython([upgrade, prefix], { python })).toMatchObject({ code: 0, stderr: '' });
  expect(currentOf(prefix)).toBe(bundles[1]?.manifest.root);
  const back = await runPython([join(prefix, 'current/bin/upgrade'), '--rollback'], { python });
  expect(back).toMatchObject({ code: 0, stderr: '' });
});
