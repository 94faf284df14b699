// Whose files an upgrade makes: those of the installation's owner, also when root starts it; and copies instead of hard
// links where the old release's files are somebody else's. Needs root.

import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { currentOf, runPython } from '../support/release-fixture.ts';
import { releaseTarget } from '../support/release-target.ts';

const isRoot = process.getuid?.() === 0;
/** That every user can start; the one on the PATH may lie in root's home. */
const python = '/usr/bin/python3';

function ownersIn(directory: string): Set<number> {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return new Set(['.', ...paths].map((path) => lstatSync(join(directory, path)).uid));
}

test.runIf(isRoot)('root works as the owner of the installation, and is root for the commands', async () => {
  const { workspace, prefix, upgrade, bundles } = await releaseTarget();
  const owner = 12_345;
  chmodSync(workspace.base, 0o755);
  execFileSync('chown', ['-R', String(owner), join(workspace.base, 'opt')]);
  const told = join(workspace.base, 'told');
  const result = await runPython([upgrade, prefix, '--start', `id -u >> ${told}`], { python });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(currentOf(prefix)).toBe(bundles[1]?.manifest.root);
  expect(ownersIn(prefix)).toEqual(new Set([owner]));
  expect(readFileSync(told, 'utf8')).toBe('0\n');
  const release = join(prefix, 'releases', bundles[1]?.manifest.root ?? '');
  expect(lstatSync(join(release, 'eggs/lib-2.0.egg/lib.py')).nlink).toBe(2);
});

test.runIf(isRoot)('files of somebody else are copied, not linked', async () => {
  const { prefix, bundles, run } = await releaseTarget();
  const [first = '', second = ''] = bundles.map(({ manifest }) => join(prefix, 'releases', manifest.root));
  execFileSync('chown', ['-R', '12345', first]);
  expect(await run()).toMatchObject({ code: 0, stderr: '' });
  expect(ownersIn(second)).toEqual(new Set([0]));
  const copied = lstatSync(join(second, 'eggs/lib-2.0.egg/lib.py'));
  expect(copied).toMatchObject({ nlink: 1, mtimeMs: 1_577_836_800_000 });
  expect((copied.mode & 0o777).toString(8)).toBe('444');
});
