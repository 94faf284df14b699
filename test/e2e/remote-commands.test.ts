// The commands around the cache that machines share, configured as operators do it: by files of the machine.

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { buildWheel } from '../support/build-distribution.ts';
import { buildsIn, countedSdist } from '../support/cache-fixture.ts';
import { cacheServerForTest } from '../support/cache-server.ts';
import { builder, fleetForTest, makeKeys, reader, warningsIn } from '../support/fleet.ts';
import { expectFailure, expectSuccess, indexForTest, workspaceForTest } from '../support/for-test.ts';
import { createMachine } from '../support/two-machines.ts';

test('a builder fills the cache with `push`, and a reader with two lines of configuration builds nothing', async () => {
  const workspace = workspaceForTest();
  await countedSdist(workspace, { name: 'one' });
  await countedSdist(workspace, { name: 'two' });
  buildWheel(workspace.links, { name: 'ready', version: '1.0' });
  const index = await indexForTest({ directory: workspace.links });
  const server = await cacheServerForTest({ strict: true, writer: { user: 'ci', password: 'secret' } });
  const a = createMachine(workspace, 'a');

  const made = await a.command(['cache', 'keygen']);
  expectSuccess(made);
  const key = join(a.home, '.config', 'clutch', 'signing-key.pem');
  expect(statSync(key).mode & 0o777).toBe(0o600);
  const publicKey = /^public key +(\S+)$/m.exec(made.stdout)?.[1] ?? '';
  expect(readFileSync(`${key}.pub`, 'utf8')).toBe(`${publicKey}\n`);
  expect(expectFailure(await a.command(['cache', 'keygen']))).toContain('is there already');

  const eggs = ['one', 'ready', 'two'];
  const buildout = ['download-cache = ../downloads'];
  const built = await a.install('app', { index: index.indexUrl, eggs, buildout });
  const push = (...names: string[]): ReturnType<typeof a.command> =>
    workspace.run(['cache', 'push', ...names], { cwd: built.directory, environment: a.environment });
  expect(expectFailure(await push())).toContain('No remote cache is configured on this machine');
  a.configure(`[remote-cache]\nurl = ${server.url}\nsigning-key = signing-key.pem\n`);
  expect(expectFailure(await push())).toContain('may not write to its remote cache');
  a.configure(`[remote-cache]\nurl = ${server.url}\nsigning-key = signing-key.pem\nwrite = yes\n`);
  expect(expectFailure(await push())).toContain('does not take one-1.0');
  writeFileSync(join(a.home, '.netrc'), 'machine 127.0.0.1 login ci password secret\n', { mode: 0o600 });
  expect(expectFailure(await push('three'))).toContain('Nothing of three was built or fetched here');
  expect((await push('One', '--dry-run')).stdout).toMatch(/^one-1\.0-py\S+\.egg\n\S+one-1\.0\.tar\.gz\n$/);
  const first = await push('one');
  expectSuccess(first);
  expect(first.stdout).toMatch(/^one-1\.0-\S+\.egg: stored\none-1\.0\.tar\.gz: stored\n2 stored, 0 there/);
  const all = await push();
  expectSuccess(all);
  expect(all.stdout).toContain('one-1.0.tar.gz: there already\n');
  expect(all.stdout).toContain('ready-1.0-py3-none-any.whl: stored\n');
  const again = await push('--json');
  expect(JSON.parse(again.stdout)).toHaveLength(5);
  expect(again.stdout).not.toContain('written');

  const b = createMachine(workspace, 'b');
  b.configure(`[remote-cache]\nurl = ${server.url}\ntrusted-keys =\n    ${publicKey} the builder\n`);
  const read = await b.install('app', { index: index.indexUrl, eggs, words: ['-v'] });
  expect(warningsIn(read)).toEqual([expect.stringMatching(/eggs: 2 hits.*files: \d hits, [01] misses/)]);
  expect(read.eggs).toEqual(built.eggs);
  expect(buildsIn(workspace)).toEqual(['one', 'two']);
});

test.each([
  { strict: true, compression: 'zstd' },
  { strict: false, compression: 'none' },
])('`remote check` tells what a machine may do (strict: $strict)', async ({ strict, compression }) => {
  const workspace = workspaceForTest();
  const login = { user: 'ci', password: 'secret' };
  const server = await cacheServerForTest({ strict, writer: login });
  const keys = makeKeys(workspace);
  const machine = createMachine(workspace, 'a');
  const check = ['cache', 'remote', 'check'];
  const asReader = await machine.command(check, reader(server.url, keys));
  expectSuccess(asReader);
  expect(asReader.stdout).toMatch(/^reading +yes$/m);
  expect(asReader.stdout).toContain('not wanted here');
  expect(asReader.stdout).toMatch(new RegExp(`^compression +${compression}$`, 'm'));
  const refused = await machine.command(check, builder(server.url, keys));
  expect(refused.code).toBe(1);
  expect(refused.stdout).toMatch(/^writing +no: it answers with status 401$/m);
  const url = server.url.replace('://', '://ci:secret@');
  const asBuilder = await machine.command([...check, '--json'], builder(url, keys));
  expectSuccess(asBuilder);
  expect(JSON.parse(asBuilder.stdout)).toMatchObject({
    url: server.url,
    reads: true,
    writes: true,
    zstd: strict,
    signs: { publicText: keys.trusted },
  });
  const nobody = await machine.command(check, { CLUTCH_REMOTE_CACHE_URL: server.url });
  expect(nobody.code).toBe(1);
  expect(nobody.stdout).toContain('nobody: `trusted-keys` in [remote-cache] is empty');
  expect(expectFailure(await machine.command(['-o', ...check], reader(server.url, keys)))).toContain(
    'cannot be asked in offline mode',
  );
  await server.close();
  const gone = await machine.command(check, reader(server.url, keys));
  expect(gone.code).toBe(1);
  expect(gone.stdout).toMatch(/^answers +no: `127\.0\.0\.1:\d+` refuses the connection/m);
});

test('where an egg came from is shown, and a key that is not trusted any more takes its eggs along', async () => {
  const workspace = workspaceForTest();
  await countedSdist(workspace, { name: 'tool' });
  await countedSdist(workspace, { name: 'mine', requires: ['tool'] });
  await countedSdist(workspace, { name: 'other' });
  const server = await cacheServerForTest();
  const keys = makeKeys(workspace);
  const id = (text: string): string => /([0-9a-f]{16})/.exec(text)?.[1] ?? '';
  await createMachine(workspace, 'a').install('app', {
    index: workspace.links,
    eggs: ['tool'],
    environment: builder(server.url, keys),
  });
  const b = createMachine(workspace, 'b');
  const environment = reader(server.url, keys);
  const { directory } = await b.install('app', {
    index: workspace.links,
    eggs: ['mine', 'other'],
    environment,
  });
  expect(buildsIn(workspace)).toEqual(['mine', 'other', 'tool']);
  const command = (...words: string[]): ReturnType<typeof b.command> => b.command(['cache', ...words]);
  const shown = await command('show', 'tool');
  const signer = id(/elsewhere, signed by the key (\S+)/.exec(shown.stdout)?.[1] ?? '');
  expect(signer).toHaveLength(16);
  expect((await command('stats')).stdout).toMatch(/^from source 3, 1 of them by other machines$/m);
  expect((await command('stats')).stdout).toMatch(/^ {2}eggs {6}1 hits, 2 misses, 0 errors, 0 rejected/m);
  const explained = await workspace.run(['cache', 'explain-miss', 'other'], {
    cwd: directory,
    environment: b.environment,
  });
  expect(explained.stdout).toMatch(
    /^The remote cache http:\S+ was asked for an egg of other-1\.0\.tar\.gz at .* UTC: miss, it is not there\.$/m,
  );

  expect(expectFailure(await command('distrust', 'nobody'))).toContain('is no key id');
  const still = await b.command(['cache', 'distrust', signer, '--dry-run'], environment);
  expect(expectFailure(still)).toContain('is still trusted by CLUTCH_REMOTE_CACHE_TRUSTED_KEYS');
  const gone = await command('distrust', keys.trusted);
  expectSuccess(gone);
  expect(gone.stdout).toMatch(/^tool-1\.0-\S+\.egg$/m);
  expect(gone.stdout).toMatch(/^mine-1\.0-\S+\.egg \(built with tool-1\.0-\S+\.egg\)$/m);
  expect(gone.stdout).toContain('2 eggs removed.');
  expect((await command('show', 'other')).code).toBe(0);
  expect((await command('show', 'tool')).code).toBe(1);
});

test('a project that names a remote cache is told where that belongs, and decides nothing', async () => {
  const workspace = workspaceForTest();
  await countedSdist(workspace, { name: 'pure' });
  const server = await cacheServerForTest();
  const run = await createMachine(workspace, 'a').install('app', {
    index: workspace.links,
    eggs: ['pure'],
    app: ['[remote-cache]', `url = ${server.url}`, 'write = yes'],
    environment: { CLUTCH_HINTS: '1' },
  });
  expect(run.result.stdout).toMatch(/^Option `url` in \[remote-cache\] \(\S+buildout\.cfg:\d+\) is ignored/m);
  expect(run.result.stderr).toContain('it belongs into [remote-cache] of /etc/clutch/clutch.cfg');
  expect(server.requests).toEqual([]);
});

test('settings that make no sense cost a warning, not the run', async () => {
  const workspace = workspaceForTest();
  await countedSdist(workspace, { name: 'pure' });
  await countedSdist(workspace, { name: 'other' });
  const machine = createMachine(workspace, 'a');
  machine.configure('[remote-cache]\nurl = http://127.0.0.1:1\ntrusted-keys = ed25519:short\n');
  const run = await machine.install('app', { index: workspace.links, eggs: ['pure'] });
  expect(warningsIn(run)).toEqual([
    expect.stringMatching(/^No remote cache is used: `ed25519:short` is no public key \(\S+clutch\.cfg:3\)$/),
  ]);
  const lost = join(machine.home, 'lost.pem');
  machine.configure(`[remote-cache]\nurl = http://127.0.0.1:1\nsigning-key = ${lost}\nwrite = yes\n`);
  const next = await machine.install('next', { index: workspace.links, eggs: ['other'] });
  expect(warningsIn(next)).toEqual([expect.stringContaining('lost.pem` is not there')]);
});

test('a run that has nothing to fetch or to build asks nothing', async () => {
  const fleet = await fleetForTest();
  const run = await fleet.read();
  const before = fleet.server.requests.length;
  const environment = { ...run.machine.environment, ...reader(fleet.server.url, fleet.keys) };
  expectSuccess(await fleet.workspace.run([], { cwd: run.directory, environment }));
  await run.machine.install('second', {
    ...fleet.configuration,
    environment: reader(fleet.server.url, fleet.keys),
  });
  expect(fleet.server.requests.length).toBe(before);
  expect(existsSync(join(run.machine.eggCache, 'remote.json'))).toBe(true);
});
