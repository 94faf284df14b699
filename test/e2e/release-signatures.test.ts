// Who made a release: the first installation keeps a key, and from then on the installed `bin/upgrade` refuses what its
// owner did not sign, before a byte of it runs.

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { createSecretKey, formatPublicKey, signContent, type SecretKey } from '#release';
import { expect, test } from 'vitest';
import { currentOf, runPython } from '../support/release-fixture.ts';
import { releaseTarget, type ReleaseTarget } from '../support/release-target.ts';
import type { RunResult } from '../support/run-clutch.ts';

interface SignedTarget extends ReleaseTarget {
  key: SecretKey;
  /** A bundle of the target's own, signed. */
  signedBundle: (index: number, by?: SecretKey) => string;
  /** A copy of the upgrade, signed. */
  signedUpgrade: (by?: SecretKey) => string;
  /** Runs the installed bin/upgrade. */
  upgradeBy: (words: readonly string[]) => Promise<RunResult>;
}

function signed(key: SecretKey, file: string): string {
  return signContent(readFileSync(file), { key, file: basename(file), epoch: 0 });
}

async function signedTarget(): Promise<SignedTarget> {
  const target = await releaseTarget();
  const { workspace, bundles, prefix } = target;
  const key = createSecretKey();
  const keyFile = join(workspace.base, 'key.pub');
  writeFileSync(keyFile, formatPublicKey(key));
  const signedBundle = (index: number, by = key): string => {
    const directory = join(workspace.base, `bundle-${index}`);
    cpSync(bundles[index]?.directory ?? '', directory, { recursive: true, verbatimSymlinks: true });
    const manifest = join(directory, 'manifest.json');
    writeFileSync(`${manifest}.minisig`, signed(by, manifest));
    return directory;
  };
  const signedUpgrade = (by = key): string => {
    const file = join(workspace.base, 'upgrade.pyz');
    copyFileSync(target.upgrade, file);
    writeFileSync(`${file}.minisig`, signed(by, file));
    return file;
  };
  const upgradeBy = (words: readonly string[]): Promise<RunResult> =>
    runPython([join(prefix, 'current/bin/upgrade'), ...words]);
  const installed = await target.install(signedBundle(0), ['--key', keyFile]);
  expect(installed.stdout).toMatch(/^Signed by [0-9A-F]{16}: timestamp:0\tfile:manifest\.json\thashed\n/);
  expect(readFileSync(join(prefix, '.clutch/key.pub'), 'utf8')).toBe(formatPublicKey(key));
  return { ...target, key, signedBundle, signedUpgrade, upgradeBy };
}

async function expectDistrust(
  { prefix, bundles }: ReleaseTarget,
  act: Promise<RunResult>,
  says: string,
): Promise<void> {
  const result = await act;
  expect(result.stderr).toContain(says);
  expect(result.code).toBe(77);
  expect(currentOf(prefix)).toBe(bundles[0]?.manifest.root);
  expect(readdirSync(join(prefix, 'releases'))).toEqual([bundles[0]?.manifest.root]);
}

test('a signed upgrade is verified, runs and leaves nothing behind', async () => {
  const target = await signedTarget();
  const result = await target.upgradeBy([target.signedUpgrade(), '--json']);
  expect(result.stderr).toMatch(
    /^Signed by [0-9A-F]{16}: timestamp:0\tfile:upgrade\.pyz\thashed\nshop 1\.1 \(\w+\) is current\n$/,
  );
  expect(JSON.parse(result.stdout)).toMatchObject({
    result: 'upgraded',
    signedBy: expect.stringMatching(/^[0-9A-F]{16}$/) as string,
  });
  expect(currentOf(target.prefix)).toBe(target.bundles[1]?.manifest.root);
  expect(readdirSync(join(target.prefix, '.clutch')).sort()).toEqual([
    'journal.json',
    'key.pub',
    'lock',
    'log',
    'previous',
    'releases',
  ]);
  const back = await target.upgradeBy(['--rollback']);
  expect(back).toMatchObject({ code: 0, stdout: expect.stringContaining('is current again') as string });
  const bundle = await target.upgradeBy([target.signedBundle(2)]);
  expect(bundle).toMatchObject({ code: 0, stdout: expect.stringContaining('Signed by') as string });
  expect(currentOf(target.prefix)).toBe(target.bundles[2]?.manifest.root);
});

test('no signature, that of another key, and one of other content are refused', async () => {
  const target = await signedTarget();
  await expectDistrust(
    target,
    target.upgradeBy([target.upgrade]),
    `is not signed: there is no \`${target.upgrade}.minisig\``,
  );
  const file = target.signedUpgrade(createSecretKey());
  await expectDistrust(target, target.upgradeBy([file]), 'it was signed by the key');
  const other = createSecretKey();
  target.signedUpgrade({ ...other, id: target.key.id });
  await expectDistrust(target, target.upgradeBy([file]), 'the signature does not fit');
  await expectDistrust(target, target.upgradeBy([target.bundles[1]?.directory ?? '']), 'is not signed');
  await expectDistrust(target, target.upgradeBy([target.signedBundle(1, other)]), 'it was signed by the key');
  await expectDistrust(target, target.install(target.bundles[2]?.directory), 'is not signed');
});

test('not one byte runs of a file that was changed, or whose checker was replaced', async () => {
  const target = await signedTarget();
  const file = target.signedUpgrade();
  const original = readFileSync(file);
  for (const place of [0, 0.01, 0.5, 0.98, 1]) {
    const changed = Buffer.from(original);
    const at = Math.round((changed.length - 1) * place);
    changed[at] = (changed[at] ?? 0) ^ 1;
    writeFileSync(file, changed);
    await expectDistrust(target, target.upgradeBy([file]), 'the signature does not fit');
  }
  const marker = join(target.workspace.base, 'ran');
  // A program of an attacker, with checksum and all, that says it checked everything.
  const evil = [
    'import hashlib, sys, zipfile',
    'source, file, marker = sys.argv[1:]',
    'with zipfile.ZipFile(source) as old, zipfile.ZipFile(file, "w") as new:',
    '    for name in old.namelist():',
    '        text = b"open(%r, \'w\')" % marker if name == "__main__.py" else old.read(name)',
    '        new.writestr(name, text)',
    '    new.comment = b"0" * 64',
    'content = open(file, "rb").read()[:-64]',
    'open(file, "wb").write(content + hashlib.sha256(content).hexdigest().encode())',
  ].join('\n');
  expect(await runPython(['-c', evil, target.upgrade, file, marker])).toMatchObject({ code: 0, stderr: '' });
  await expectDistrust(target, target.upgradeBy([file]), 'the signature does not fit');
  expect(existsSync(marker)).toBe(false);
  // It would have run.
  await runPython([file, target.prefix]);
  expect(existsSync(marker)).toBe(true);
});

test('minisign itself: its signatures are accepted, and it accepts none that we refuse', async () => {
  const target = await signedTarget();
  const { base } = target.workspace;
  const secret = join(base, 'minisign.key');
  const key = join(base, 'minisign.pub');
  execFileSync('minisign', ['-G', '-W', '-s', secret, '-p', key]);
  const bundle = join(base, 'bundle-1');
  cpSync(target.bundles[1]?.directory ?? '', bundle, { recursive: true, verbatimSymlinks: true });
  execFileSync('minisign', ['-S', '-s', secret, '-m', join(bundle, 'manifest.json'), '-t', 'from minisign']);
  const installed = await target.install(bundle, ['--key', key]);
  expect(installed).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(': from minisign\n') as string,
  });
  expect(readFileSync(join(target.prefix, '.clutch/key.pub'), 'utf8')).toBe(readFileSync(key, 'utf8'));
  appendFileSync(join(bundle, 'manifest.json'), '\n');
  expect(() =>
    execFileSync('minisign', ['-V', '-p', key, '-m', join(bundle, 'manifest.json')], { stdio: 'pipe' }),
  ).toThrow();
  expect(await target.upgradeBy([bundle])).toMatchObject({ code: 77 });
});
