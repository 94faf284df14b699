// Installing, upgrading and going back on a very small target with a fault injected; what must be true afterwards.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createLimiter } from '#base';
import { expect } from 'vitest';
import { listFaults, runWithFault, type Fault } from './fail-at-each-call.ts';
import {
  currentOf,
  makeUpgrade,
  runPython,
  snapshotOf,
  targetPython,
  writeBundle,
} from './release-fixture.ts';
import { repository, type Workspace } from './run-clutch.ts';

export interface FaultyTarget {
  workspace: Workspace;
  upgrade: string;
  roots: readonly [string, string];
  /** Where version 1.0 is installed, and where 1.1 is current and 1.0 the previous one. Never changed. */
  installed: string;
  upgraded: string;
  /** What the releases are, in the order of `roots`. */
  releases: readonly Record<string, string>[];
}

interface Work {
  /** What the prefix is before; nothing when absent. */
  start?: (target: FaultyTarget) => string;
  command: (target: FaultyTarget, prefix: string) => string[];
  /** Indexes into `roots`; absent: nothing is installed. */
  before?: 0 | 1;
  after: 0 | 1;
}

export type WorkName = 'install' | 'upgrade' | 'rollback';

const works: Record<WorkName, Work> = {
  install: { command: ({ workspace }, prefix) => installCommand(workspace, prefix), after: 0 },
  upgrade: {
    start: ({ installed }) => installed,
    command: ({ upgrade }, prefix) => [targetPython, upgrade, prefix],
    before: 0,
    after: 1,
  },
  rollback: {
    start: ({ upgraded }) => upgraded,
    command: ({ upgrade }, prefix) => [targetPython, upgrade, prefix, '--rollback'],
    before: 1,
    after: 0,
  },
};

/** Without the bundle's own copy of the program, which would be most of the files. */
function installCommand({ base }: Workspace, prefix: string): string[] {
  const program = [
    'import sys',
    'sys.path.insert(0, sys.argv.pop(1))',
    'from clutch_release.install import main',
    'sys.exit(main(sys.argv.pop(1)))',
  ].join('\n');
  return [
    targetPython,
    '-B',
    '-c',
    program,
    join(repository, 'python'),
    join(base, '1.0'),
    '--prefix',
    prefix,
  ];
}

export async function createFaultyTarget(workspace: Workspace): Promise<FaultyTarget> {
  const [first, second] = ['1.0', '1.1'].map(
    (version) =>
      writeBundle(
        join(workspace.base, version),
        { name: 'shop', version, state: ['var'], program: false },
        {
          'bin/shop': `echo ${version}\n`,
          'eggs/lib-2.0.egg/lib.py': 'same = True\n',
          [`eggs/shop-${version}.egg/shop.py`]: `${'# a line that stays as it is\n'.repeat(9)}version = '${version}'\n`,
          [`eggs/shop-${version}.egg/moved`]: 'the same content under another name\n',
          latest: { link: `eggs/shop-${version}.egg` },
        },
      ).manifest.root,
  );
  const upgrade = await makeUpgrade(workspace, join(workspace.base, '1.0'), join(workspace.base, '1.1'));
  const installed = join(workspace.base, 'installed');
  const upgraded = join(workspace.base, 'upgraded');
  await expectSuccess(installCommand(workspace, installed));
  copy(installed, upgraded);
  await expectSuccess([targetPython, upgrade, upgraded]);
  const roots = [first ?? '', second ?? ''] as const;
  const releases = roots.map((root) => snapshotOf(join(upgraded, 'releases', root)));
  return { workspace, upgrade, roots, installed, upgraded, releases };
}

async function expectSuccess([, ...words]: readonly string[]): Promise<void> {
  expect(await runPython(words)).toMatchObject({ code: 0, stderr: '' });
}

function copy(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to]);
}

/** Does the work once for each call of these kinds (or every so manieth), with this effect on that call; how often. */
export async function sufferAll(
  target: FaultyTarget,
  name: WorkName,
  { effect, calls, every = 1 }: { effect: string; calls: readonly string[]; every?: number },
): Promise<number> {
  const work = works[name];
  const label = `${name}-${effect.replace(/\W/, '-')}`;
  const counted = fresh(target, work, `${label}-counted`);
  const log = `${counted}.log`;
  const all = await listFaults(work.command(target, counted), { calls, effect, log });
  const faults = all.filter((_, index) => index % every === 0);
  const limit = createLimiter(3);
  const suffered = faults.map((fault, index) =>
    limit(() => suffer(target, work, { fault, name: `${label}-${index}` })),
  );
  await Promise.all(suffered);
  return faults.length;
}

function fresh(target: FaultyTarget, { start }: Work, name: string): string {
  const runs = join(target.workspace.base, 'runs');
  mkdirSync(runs, { recursive: true });
  const prefix = join(runs, name);
  if (start !== undefined) copy(start(target), prefix);
  return prefix;
}

/** Runs with the fault and looks, runs again and looks. */
async function suffer(
  target: FaultyTarget,
  work: Work,
  { fault, name }: { fault: Fault; name: string },
): Promise<void> {
  const { roots } = target;
  const prefix = fresh(target, work, name);
  const told = `${fault.effect} at ${fault.call} ${fault.number}`;
  const command = work.command(target, prefix);
  const result = await runWithFault(command, fault);
  expect(result.stderr, told).not.toContain('Traceback');
  const before = work.before === undefined ? undefined : roots[work.before];
  const current = existsSync(join(prefix, 'current')) ? currentOf(prefix) : undefined;
  expect([before, roots[work.after]], told).toContain(current);
  if (result.code === 0) expect(current, told).toBe(roots[work.after]);
  for (const [index, root] of roots.entries()) {
    const isThere = existsSync(join(prefix, 'releases', root));
    if (isThere) expect(snapshotOf(join(prefix, 'releases', root)), told).toEqual(target.releases[index]);
    else expect([current, before], told).not.toContain(root);
  }
  expect(await runPython(command.slice(1)), told).toMatchObject({ code: 0 });
  expect(currentOf(prefix), told).toBe(roots[work.after]);
  expect(leftoversIn(prefix), told).toEqual([]);
  remove(prefix);
}

/** Installed directories are read-only. Files keep their modes: other trees may have links to them. */
export function remove(directory: string): void {
  execFileSync('find', [directory, '-type', 'd', '-exec', 'chmod', 'u+w', '{}', '+']);
  rmSync(directory, { recursive: true });
}

function leftoversIn(prefix: string): string[] {
  const folders = ['.', '.clutch', '.clutch/releases', 'releases'];
  const names = folders.flatMap((folder) => readdirSync(join(prefix, folder)));
  return names.filter((name) => /\.tmp$|^\.(building|removing)|\.new$/.test(name));
}
