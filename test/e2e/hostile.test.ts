// Wheels made to do harm: refused by name and reason, with nothing written anywhere but where eggs belong.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { createZip, memberOf, type NewMember } from '#archive';
import { buildLegacySdist } from '../support/build-legacy-sdist.ts';
import {
  eggsIn,
  expectFailure,
  expectSuccess,
  pathsBelow,
  simpleConfiguration,
  workspaceForTest,
  type TestWorkspace,
} from '../support/for-test.ts';

const file = 'evil-1.0-py3-none-any.whl';
const metadata = 'Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n';
const wheelText = 'Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n';

/** A wheel that is fine but for the members a test adds. */
function writeEvilWheel(workspace: TestWorkspace, members: readonly NewMember[], record = ''): void {
  const all = [
    memberOf('evil.py', 'version = 1\n'),
    ...members,
    memberOf('evil-1.0.dist-info/METADATA', metadata),
    memberOf('evil-1.0.dist-info/WHEEL', wheelText),
    memberOf('evil-1.0.dist-info/RECORD', record === '' ? 'evil.py,,\n' : record),
  ];
  writeFileSync(join(workspace.links, file), createZip(all, { keepOrder: true }));
  const configuration = { index: workspace.links, eggs: ['evil'], versions: { evil: '1.0' } };
  workspace.write({ 'buildout.cfg': simpleConfiguration(configuration) });
}

async function expectRefusal(workspace: TestWorkspace, reason: RegExp): Promise<void> {
  const before = pathsBelow(workspace.base).filter((name) => !isOurs(name));
  const said = expectFailure(await workspace.run());
  expect(said).toContain(file);
  expect(said).toMatch(reason);
  expect(eggsIn(workspace.directory).filter((name) => !name.startsWith('zc.recipe.egg'))).toEqual([]);
  expect(pathsBelow(workspace.eggCache).filter((name) => /evil|owned/.test(name))).toEqual([]);
  expect(pathsBelow(workspace.base).filter((name) => !isOurs(name))).toEqual(before);
}

const isOurs = (name: string): boolean =>
  /^(home\/\.cache($|\/clutch)|buildout\/(eggs|bin|parts|develop-eggs|\.installed\.cfg))/.test(name);

const link = (path: string, target: string): NewMember => ({ ...memberOf(path, target), kind: 'symlink' });

test.each([
  ['climbs out of its directory', '../../../owned.py', /\.\.\/owned\.py/],
  ['climbs out in the middle of a path', 'evil/../../../owned.py', /owned\.py/],
  ['names an absolute path', '/tmp/clutch-e2e-owned.py', /clutch-e2e-owned\.py/],
  ['climbs out with backslashes', '..\\..\\owned.py', /owned\.py/],
])('refuses a wheel with a member that %s', async (_, path, reason) => {
  const workspace = workspaceForTest();
  writeEvilWheel(workspace, [memberOf(path, 'owned = True\n')]);
  await expectRefusal(workspace, reason);
  expect(existsSync('/tmp/clutch-e2e-owned.py')).toBe(false);
});

test('refuses a wheel with a link that leads out', async () => {
  const workspace = workspaceForTest();
  writeEvilWheel(workspace, [link('evil-data', '../../..'), memberOf('evil-data/owned.py', 'x')]);
  await expectRefusal(workspace, /evil-data/);
});

test('refuses a wheel with a link to a file of the machine', async () => {
  const workspace = workspaceForTest();
  writeEvilWheel(workspace, [link('stolen.txt', '/etc/passwd')]);
  await expectRefusal(workspace, /stolen\.txt/);
});

test('refuses a wheel that has one name twice', async () => {
  const workspace = workspaceForTest();
  writeEvilWheel(workspace, [memberOf('evil/a.py', '1\n'), memberOf('evil/a.py', '2\n')]);
  await expectRefusal(workspace, /evil\/a\.py/);
});

test('refuses a wheel whose RECORD has another hash than the file', async () => {
  const workspace = workspaceForTest();
  const record = `evil.py,sha256=${'A'.repeat(43)},12\nevil-1.0.dist-info/RECORD,,\n`;
  writeEvilWheel(workspace, [], record);
  await expectRefusal(workspace, /RECORD[\s\S]*evil\.py|evil\.py[\s\S]*RECORD/);
});

test('refuses a wheel that is no zip file', async () => {
  const workspace = workspaceForTest();
  writeEvilWheel(workspace, []);
  writeFileSync(join(workspace.links, file), 'PK\x03\x04 not really');
  await expectRefusal(workspace, /zip/i);
});

test('refuses a wheel for another project than its name says', async () => {
  const workspace = workspaceForTest();
  writeEvilWheel(workspace, []);
  const members = [
    memberOf('other.py', ''),
    memberOf('other-2.0.dist-info/METADATA', metadata.replace('evil', 'other').replace('1.0', '2.0')),
    memberOf('other-2.0.dist-info/WHEEL', wheelText),
    memberOf('other-2.0.dist-info/RECORD', ''),
  ];
  writeFileSync(join(workspace.links, file), createZip(members));
  await expectRefusal(workspace, /other|dist-info/);
});

test('an sdist that climbs out is refused before anything in it runs', async () => {
  const workspace = workspaceForTest();
  await buildLegacySdist(workspace.links, {
    name: 'evil',
    version: '1.0',
    files: { 'setup.py': 'raise SystemExit("it ran")\n', '../../../owned.py': 'owned = True\n' },
  });
  workspace.write({ 'buildout.cfg': simpleConfiguration({ index: workspace.links, eggs: ['evil'] }) });
  const said = expectFailure(await workspace.run());
  expect(said).toContain('evil-1.0.tar.gz');
  expect(said).toContain('owned.py');
  expect(said).not.toContain('it ran');
  expect(pathsBelow(workspace.base).filter((name) => name.endsWith('owned.py'))).toEqual([]);
});

test('a good version installs after a hostile one was refused', async () => {
  const workspace = workspaceForTest();
  writeEvilWheel(workspace, [memberOf('../owned.py', 'x')]);
  expectFailure(await workspace.run());
  writeEvilWheel(workspace, []);
  expectSuccess(await workspace.run());
});
