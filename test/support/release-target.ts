// A target with a small application `shop`: installed in version 1.0, with an upgrade to 1.1 at hand.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { ReleaseFacts } from '#release';
import { expect, onTestFinished } from 'vitest';
import {
  makeUpgrade,
  runPython,
  writeBundle,
  type PythonRunOptions,
  type ReleaseFiles,
  type TestBundle,
} from './release-fixture.ts';
import { createWorkspace, type RunResult, type Workspace } from './run-clutch.ts';

export interface ReleaseTarget {
  /** What belongs to this target alone. */
  workspace: Workspace;
  /** Where it is installed, below the workspace. */
  prefix: string;
  /** Versions 1.0, 1.1 and 1.2; for `/opt/shop`. They are shared: change none. */
  bundles: readonly TestBundle[];
  /** From 1.0 to 1.1. */
  upgrade: string;
  /** Runs the upgrade on the prefix with more words. */
  run: (words?: readonly string[], options?: PythonRunOptions) => Promise<RunResult>;
  /** Runs an `install.py` for the prefix. */
  install: (directory: string | undefined, words?: readonly string[]) => Promise<RunResult>;
}

interface Releases {
  workspace: Workspace;
  bundles: readonly TestBundle[];
  upgrade: string;
}

const modules = Array.from(
  { length: 30 },
  (_, index) => `def function${index}():\n    return ${index * 31}\n`,
);

/** The files of a version; what changes from one to the next is of every kind. */
export function filesOf(version: string): ReleaseFiles {
  const egg = `eggs/shop-${version}-py3.11.egg`;
  return {
    'bin/shop': `#!/bin/sh\nexec echo shop ${version}\n`,
    [`${egg}/shop/__init__.py`]: `version = '${version}'\n${modules.join('')}`,
    [`${egg}/shop/data file.txt`]: 'unchanged\n',
    [`${egg}/shop-${version}.dist-info/METADATA`]: `Name: shop\nVersion: ${version}\n`,
    [`${egg}/shop-${version}.dist-info/top_level.txt`]: 'shop\n',
    'eggs/lib-2.0.egg/lib.py': modules.join(''),
    'parts/app/etc/app.conf': `version ${version}\n`,
    latest: { link: egg },
    var: { link: '../../var' },
  };
}

/** A target that is removed when the current test ends. `facts` are said by the manifests of 1.1 and 1.2. */
export async function releaseTarget(facts?: Partial<ReleaseFacts>): Promise<ReleaseTarget> {
  const { bundles, upgrade } = await (facts === undefined
    ? (shared ??= makeReleases({}))
    : makeReleases(facts));
  const workspace = createWorkspace();
  onTestFinished(() => {
    // Installed directories are read-only.
    execFileSync('chmod', ['-R', 'u+w', workspace.base]);
    workspace.remove();
  });
  const prefix = join(workspace.base, 'opt/shop');
  const target: ReleaseTarget = {
    workspace,
    prefix,
    bundles,
    upgrade,
    run: (words = [], options = {}) => runPython([upgrade, prefix, ...words], options),
    install: (directory, words = []) =>
      runPython([join(directory ?? '', 'install.py'), '--root', workspace.base, ...words]),
  };
  expect(await target.install(bundles[0]?.directory)).toMatchObject({ code: 0, stderr: '' });
  return target;
}

let shared: Promise<Releases> | undefined;
const made: Workspace[] = [];
process.once('exit', () => {
  for (const workspace of made) workspace.remove();
});

async function makeReleases(facts: Partial<ReleaseFacts>): Promise<Releases> {
  const workspace = createWorkspace();
  made.push(workspace);
  const bundles = ['1.0', '1.1', '1.2'].map((version) =>
    writeBundle(
      join(workspace.base, `shop-${version}`),
      {
        name: 'shop',
        version,
        prefix: '/opt/shop',
        state: ['var', 'var/log'],
        ...(version === '1.0' ? {} : facts),
      },
      filesOf(version),
    ),
  );
  const upgrade = await makeUpgrade(workspace, bundles[0]?.directory ?? '', bundles[1]?.directory ?? '');
  return { workspace, bundles, upgrade };
}
