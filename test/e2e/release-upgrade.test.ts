// Install, upgrade, roll back and clean up on a target, with the programs that a bundle and a `.pyz` bring.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
