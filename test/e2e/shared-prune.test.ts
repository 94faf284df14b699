// `prune`: what buildouts use stays, by our own prune and by SlapOS's rule; the rest goes; and nothing goes wrong while
// buildouts appear.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { buildWheel } from '../support/build-distribution.ts';
import { expectFailure, expectSuccess, pathsBelow } from '../support/for-test.ts';
import { repository, type RunResult } from '../support/run-clutch.ts';
import {
  freshHome,
  projectsOf,
  runBuildout,
  sharedEggs,
  sharingWorkspace,
  type SharingWorkspace,
} from '../support/sharing-fixture.ts';

interface PruneReport {
  dryRun: boolean;
  directories: {
    moved: { place: string; bytes: number }[];
    deleted: { place: string }[];
    buildouts: string[];
    used: number;
    bytesFreed: number;
  }[];
}

const prune = (workspace: SharingWorkspace, words: readonly string[] = []): Promise<RunResult> =>
  workspace.run(['prune', '--shared', workspace.shared, ...words], { cwd: workspace.base });

async function pruneReport(workspace: SharingWorkspace, words: readonly string[]): Promise<PruneReport> {
  const result = await prune(workspace, [...words, '--json']);
  expectSuccess(result);
  return JSON.parse(result.stdout) as PruneReport;
}

/** Three buildouts with eggs and shared scripts, two versions of a project, and one egg that is kept apart. */
async function fill(workspace: SharingWorkspace): Promise<void> {
  const entryPoints = '[console_scripts]\nhello = demo:main\n';
  const files = { 'demo.py': 'def main():\n    print("hello")\n' };
  buildWheel(workspace.links, { name: 'demo', version: '1.0', requires: ['dep'], entryPoints, files });
  for (const version of ['1.0', '2.0']) buildWheel(workspace.links, { name: 'dep', version });
  const other = join(workspace.base, 'other-links');
  mkdirSync(other);
  buildWheel(other, { name: 'dep', version: '1.0', files: { 'dep.py': "version = 'other'\n" } });
  const software = (name: string): string => join('software', name);
  const shared = { app: ['shared = true'] };
  expectSuccess(
    (await runBuildout(workspace, software('one'), { versions: { dep: '1.0' }, ...shared })).result,
  );
  expectSuccess(
    (await runBuildout(workspace, software('two'), { versions: { dep: '2.0' }, ...shared })).result,
  );
  const apart = { index: other, eggs: ['dep'], versions: { dep: '1.0' } };
  expectSuccess((await runBuildout(workspace, software('three'), apart)).result);
}

const entriesIn = ({ shared }: SharingWorkspace): string[] =>
  readdirSync(shared)
    .filter((section) => !section.startsWith('.'))
    .flatMap((section) => readdirSync(join(shared, section)).map((name) => `${section}/${name}`))
    .sort();

/** Works offline, and what it needs is there. */
async function expectWorking(workspace: SharingWorkspace, name: string): Promise<void> {
  const directory = join(workspace.base, 'software', name);
  const again = await workspace.run(['-o'], { cwd: directory });
  expectSuccess(again);
  expect(again.stdout).not.toMatch(/Getting|missing|Put back/);
  const bin =
    /^bin-directory = (.*)$/m.exec(readFileSync(join(directory, '.installed.cfg'), 'utf8'))?.[1] ?? '';
  execFileSync(join(bin, 'py'), ['-c', 'import dep']);
}

test("SlapOS's rule, applied by an independent script, keeps what is in use and frees what our prune frees", async () => {
  const workspace = sharingWorkspace();
  await fill(workspace);
  const software = join(workspace.base, 'software');
  const rule = (): string[] =>
    execFileSync('python3', [join(repository, 'test/support/slapos_rule.py'), workspace.shared, software], {
      encoding: 'utf8',
    })
      .split('\n')
      .filter((line) => line !== '')
      .map((path) => path.slice(workspace.shared.length + 1));
  const all = entriesIn(workspace);
  expect(all).toHaveLength(6);
  expect(rule()).toEqual([]);
  for (const name of ['one', 'two', 'three']) await expectWorking(workspace, name);

  rmSync(join(software, 'two'), { recursive: true });
  const [report] = (await pruneReport(workspace, ['--dry-run'])).directories;
  const ours = report?.moved.map(({ place }) => place).sort();
  expect(ours).toHaveLength(2);
  expect(rule().sort()).toEqual(ours);
  expect(entriesIn(workspace)).toEqual(all.filter((place) => ours?.includes(place) !== true));
  for (const name of ['one', 'three']) await expectWorking(workspace, name);
  // What the other tool took away is put back for who needs it again.
  const back = await runBuildout(workspace, join('software', 'two'), { versions: { dep: '2.0' } });
  expectSuccess(back.result);
  expect(projectsOf(sharedEggs(workspace))).toEqual(['demo', 'dep', 'dep']);
});

test('prune moves what nobody uses to .trash, deletes it in time, and says what it does', async () => {
  const workspace = sharingWorkspace();
  await fill(workspace);
  const before = entriesIn(workspace);
  const kept = await prune(workspace);
  expectSuccess(kept);
  expect(kept.stdout).toContain(
    '6 entries used by 3 buildouts.\n0 unused entries (0 bytes) moved to .trash;',
  );
  rmSync(join(workspace.base, 'software', 'two'), { recursive: true });
  const files = pathsBelow(workspace.shared);
  const plan = await prune(workspace, ['--dry-run']);
  expect(plan.stdout).toContain('would be moved to .trash');
  expect(pathsBelow(workspace.shared)).toEqual(files);

  const moved = await prune(workspace);
  expect(moved.stdout).toContain(`forgotten, since it is gone: ${workspace.base}/software/two\n`);
  expect(moved.stdout).toMatch(/__eggs__\/dep-2\.0-py\S+ {2}\S+ \S+ {2}moved to \.trash\n/);
  expect(moved.stdout).toMatch(/in \.trash go 7d after they were moved\.\n$/);
  const deleted = (await pruneReport(workspace, ['--grace', '0'])).directories[0];
  expect(deleted?.deleted).toHaveLength(2);
  expect(readdirSync(join(workspace.shared, '.trash'))).toEqual([]);
  expect(entriesIn(workspace)).toHaveLength(before.length - 2);
  for (const name of ['one', 'three']) await expectWorking(workspace, name);
  // Nothing that is known of it is left, so it can be made again.
  expect(pathsBelow(join(workspace.shared, '.clutch')).filter((path) => path.includes('dep-2.0'))).toEqual(
    [],
  );
  const again = await runBuildout(workspace, 'again', { versions: { dep: '2.0' } });
  expectSuccess(again.result);
});

test('a buildout that a prune did not know puts back what it needs', async () => {
  const workspace = sharingWorkspace();
  await fill(workspace);
  rmSync(join(workspace.shared, '.users'), { recursive: true });
  const software = ['--software', join(workspace.base, 'software', 'three')];
  expect((await pruneReport(workspace, software)).directories[0]?.moved).toHaveLength(4);
  const directory = join(workspace.base, 'software', 'one');
  const back = await workspace.run(['-o'], { cwd: directory });
  expectSuccess(back);
  expect(back.stdout).toContain(`Put back what was pruned from ${workspace.shared}: `);
  await expectWorking(workspace, 'one');
  // Now it is known.
  expect((await pruneReport(workspace, [])).directories[0]?.buildouts).toContain(directory);
});

test('buildouts that appear while prunes run lose nothing', async () => {
  const workspace = sharingWorkspace();
  await fill(workspace);
  const work = { isDone: false };
  const pruning = (async () => {
    const codes: (number | null)[] = [];
    while (!work.isDone) codes.push((await prune(workspace, ['--grace', '0'])).code);
    return codes;
  })();
  const appear = async (index: number): Promise<void> => {
    for (const round of [0, 1, 2]) {
      const name = join('software', `new${index}-${round}`);
      const versions = { dep: round === 1 ? '2.0' : '1.0' };
      const run = freshHome(workspace, `home${index}`);
      const { directory, result } = await runBuildout(workspace, name, { versions, run });
      expectSuccess(result);
      execFileSync(join(directory, 'bin', 'py'), ['-c', 'import demo, dep']);
      if (round === 1) rmSync(directory, { recursive: true });
    }
  };
  await Promise.all([0, 1, 2].map(appear));
  work.isDone = true;
  const codes = await pruning;
  expect(codes.length).toBeGreaterThan(1);
  // Either it pruned, or a run was at work.
  expect(codes.every((code) => code === 0 || code === 1)).toBe(true);
  for (const name of readdirSync(join(workspace.base, 'software'))) await expectWorking(workspace, name);
});

test('prune says what is wrong with what it is asked', async () => {
  const workspace = sharingWorkspace();
  await fill(workspace);
  const before = pathsBelow(workspace.shared);
  const said = async (words: readonly string[]): Promise<string> =>
    expectFailure(await workspace.run(['prune', ...words], { cwd: workspace.base }));
  expect(await said([])).toContain('prune needs either --shared DIR or --egg-cache');
  expect(await said(['--shared', 'shared', '--egg-cache'])).toContain('prune needs either');
  expect(await said(['--shared', 'shared', '--size', '1G'])).toContain('--size does not go with these');
  expect(await said(['--shared', 'shared', '--grace', 'soon'])).toContain(
    '--grace does not understand `soon`',
  );
  expect(await said(['--shared', 'none'])).toContain(`There is no directory ${workspace.base}/none`);
  expect(await said(['--shared', 'shared', '--software', 'links'])).toContain(
    `There is no buildout in ${workspace.base}/links`,
  );
  rmSync(join(workspace.shared, '.users'), { recursive: true });
  expect(await said(['--shared', 'shared'])).toContain(
    `Nothing is known that uses ${workspace.shared}, so all of it would go`,
  );
  expect(pathsBelow(workspace.shared)).toEqual(before.filter((path) => !path.startsWith('.users')));
  const help = await workspace.run(['prune', '--help']);
  expectSuccess(help);
  expect(help.stdout).toContain('--software DIR');
});

test('prune --egg-cache is cache prune', async () => {
  const workspace = sharingWorkspace();
  await fill(workspace);
  const cwd = join(workspace.base, 'software', 'one');
  const words = ['--older', '0', '--dry-run', '--json'];
  const one = await workspace.run(['prune', '--egg-cache', ...words], { cwd });
  const other = await workspace.run(['cache', 'prune', ...words], { cwd });
  expectSuccess(one);
  expect(one.stdout).toBe(other.stdout);
  expect(JSON.parse(one.stdout)).toMatchObject({ dryRun: true });
  expectSuccess(await workspace.run(['prune', '--egg-cache', '--size', '0'], { cwd }));
  // Shared eggs need no cache.
  await expectWorking(workspace, 'one');
});
