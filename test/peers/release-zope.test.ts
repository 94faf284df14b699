// A real Zope, released as a bundle with plone.recipe.zope2instance, upgraded and rolled back while it runs: the running
// one keeps working until --start, and what is in `var` survives everything untouched.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { remove } from '../support/faulty-target.ts';
import { makeUpgrade, runPython } from '../support/release-fixture.ts';
import { createWorkspace, finish, type RunResult, type Workspace } from '../support/run-clutch.ts';

let workspace: Workspace;
let prefix: string;
let port: number;
let upgrade: string;
let bundles: string[];

beforeAll(async () => {
  workspace = createWorkspace();
  prefix = join(workspace.base, 'opt');
  port = await freePort();
  workspace.copy('bench/plone62');
  const configuration = (version: string): string =>
    [
      '[buildout]',
      'extends = versions.cfg',
      'parts = instance',
      '[instance]',
      'recipe = plone.recipe.zope2instance',
      'user = admin:admin',
      `http-address = 127.0.0.1:${port}`,
      'eggs =',
      'zodb-temporary-storage = off',
      '[versions]',
      // A package that is imported when the first page template is shown, not before.
      version === '1.0' ? 'zope-tales = <7.0' : '',
      '',
    ].join('\n');
  workspace.write({ '1.0.cfg': configuration('1.0'), '1.1.cfg': configuration('1.1') });
  bundles = [];
  for (const version of ['1.0', '1.1']) {
    const output = join(workspace.base, `zope-${version}.tar.gz`);
    const words = ['release', 'bundle', `${version}.cfg`, '--prefix', prefix, '-n', 'zope', '-o', output];
    const built = await workspace.run([...words, '--release-version', version]);
    expect(built.code, built.stderr).toBe(0);
    execFileSync('tar', ['-xf', output, '-C', workspace.base]);
    bundles.push(join(workspace.base, `zope-${version}`));
  }
  upgrade = await makeUpgrade(workspace, bundles[0] ?? '', bundles[1] ?? '');
}, 900_000);

afterAll(() => {
  spawnSync(instance(), ['stop']);
  remove(workspace.base);
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

const instance = (): string => join(prefix, 'current/bin/instance');

/** Without the privilege that lets root write where modes forbid it: as the application's own user would run. */
const asUser = ['setpriv', '--bounding-set', '-dac_override'];

function python(words: readonly string[]): Promise<RunResult> {
  return runPython(words, { prefix: asUser });
}

const waitFor = (path: string): string =>
  `curl -fsS --retry 60 --retry-delay 1 --retry-connrefused -u admin:admin -o /dev/null http://127.0.0.1:${port}${path}`;

async function statusOf(path: string): Promise<number> {
  const headers = { authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}` };
  return (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status;
}

/** The version of the release that the running Zope has its libraries from. */
function runningVersion(): string | undefined {
  const pid = readFileSync(join(prefix, 'var/instance/Z4.pid'), 'utf8').trim();
  const roots = new Set(readFileSync(`/proc/${pid}/maps`, 'utf8').match(/[0-9a-f]{64}(?=\/eggs)/g));
  expect(roots.size).toBe(1);
  const manifests = bundles.map(
    (bundle) =>
      JSON.parse(readFileSync(join(bundle, 'manifest.json'), 'utf8')) as { root: string; version: string },
  );
  return manifests.find(({ root }) => roots.has(root))?.version;
}

test(
  'a running Zope works on from its release until --start; Data.fs and logs survive',
  { timeout: 600_000 },
  async () => {
    expect(await python([join(bundles[0] ?? '', 'install.py')])).toMatchObject({ code: 0, stderr: '' });
    const started = await finish(spawn(asUser[0] ?? '', [...asUser.slice(1), instance(), 'start']));
    expect(started.code, started.stdout + started.stderr).toBe(0);
    execFileSync('/bin/sh', ['-c', waitFor('/')]);
    expect(await statusOf('/manage_addProduct/OFSP/manage_addFolder?id=precious')).toBe(200);
    expect(runningVersion()).toBe('1.0');
    const data = join(prefix, 'var/filestorage/Data.fs');
    const before = readFileSync(data);
    const log = readFileSync(join(prefix, 'var/log/instance-access.log'), 'utf8');

    const upgraded = await python([join(prefix, 'current/bin/upgrade'), upgrade]);
    expect(upgraded.code, upgraded.stderr).toBe(0);
    expect(upgraded.stderr).toMatch(/\d still run from the old release: \d+ \(.*python/);
    expect(readFileSync(data).equals(before)).toBe(true);
    // Templates load what was not imported yet: from the old release, whatever `current` says.
    for (const path of ['/precious/manage_main', '/manage_main', '/precious/manage_access']) {
      expect(await statusOf(path), path).toBe(200);
    }
    expect(runningVersion()).toBe('1.0');

    const service = ['--stop', `${instance()} stop`, '--start', `${instance()} start`];
    const health = ['--health', waitFor('/precious/manage_main')];
    const restart = await python([upgrade, prefix, ...service, ...health]);
    expect(restart.stdout).toContain('is installed already');
    const back = await python([join(prefix, 'current/bin/upgrade'), '--rollback', ...service, ...health]);
    expect(back.code, back.stderr).toBe(0);
    expect(runningVersion()).toBe('1.0');
    const forth = await python([join(prefix, 'current/bin/upgrade'), upgrade, ...service, ...health]);
    expect(forth.code, forth.stderr).toBe(0);
    expect(runningVersion()).toBe('1.1');
    expect(forth.stderr).not.toContain('still run');

    const ill = await python([
      join(prefix, 'current/bin/upgrade'),
      '--rollback',
      ...service,
      '--health',
      'false',
    ]);
    expect(ill.code).toBe(80);
    execFileSync('/bin/sh', ['-c', waitFor('/precious/manage_main')]);
    expect(runningVersion()).toBe('1.1');
    const now = readFileSync(data);
    expect(now.subarray(0, before.length).equals(before)).toBe(true);
    expect(readFileSync(join(prefix, 'var/log/instance-access.log'), 'utf8').startsWith(log)).toBe(true);
    expect(readlinkSync(join(prefix, 'current/var'))).toBe('../../var');
    expect(readdirSync(join(prefix, 'releases')).length).toBe(2);
  },
);
