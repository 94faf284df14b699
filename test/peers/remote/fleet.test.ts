// The commands of docs/fleet.md, run as they stand there, in their order, with both servers; only places are replaced.

import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';

import { buildsIn, countedSdist } from '../../support/cache-fixture.ts';
import { bazelRemote, fleetBlock } from '../../support/build-bazel-remote.ts';
import { realServerForTest, withPlaces, type ServerKind } from '../../support/cache-servers.ts';
import { warningsIn } from '../../support/fleet.ts';
import { expectSuccess, simpleConfiguration, workspaceForTest } from '../../support/for-test.ts';
import { finish, repository, type RunResult } from '../../support/run-clutch.ts';
import { createMachine, type Machine } from '../../support/two-machines.ts';

beforeAll(() => void bazelRemote(), 900_000);

const kinds: readonly ServerKind[] = ['bazel-remote', 'nginx'];

test.each(kinds)('docs/fleet.md works as it stands, with %s', async (kind) => {
  const workspace = workspaceForTest();
  for (const name of ['one', 'two']) await countedSdist(workspace, { name });
  const srv = join(workspace.base, 'srv');
  const etc = join(workspace.base, 'etc');
  mkdirSync(etc);
  const server = await realServerForTest(kind, srv);
  const places = { srv, etc, port: Number(new URL(server.url).port), publicKey: '' };
  const text = (name: string): string => withPlaces(fleetBlock(name), places);
  const run = async (machine: Machine, name: string, cwd: string): Promise<RunResult> => {
    const path = `${join(repository, 'bin')}:${machine.environment['PATH'] ?? process.env['PATH'] ?? ''}`;
    const env = { ...process.env, ...machine.environment, PATH: path };
    return finish(spawn('sh', ['-euc', text(name)], { cwd, env }));
  };
  const project = (name: string, eggs: readonly string[]): string => {
    const directory = join(workspace.base, name);
    mkdirSync(directory);
    writeFileSync(join(directory, 'buildout.cfg'), simpleConfiguration({ index: workspace.links, eggs }));
    return directory;
  };

  const a = createMachine(workspace, 'a');
  const made = await run(a, 'run: keygen', workspace.base);
  expectSuccess(made);
  places.publicKey = readFileSync(join(etc, 'signing-key.pem.pub'), 'utf8').trim();
  expect(made.stdout).toContain(places.publicKey);

  // The builder: it stores while it builds, and push finds nothing left.
  a.configure(text('file: builder'));
  const checked = await run(a, 'run: check', workspace.base);
  expectSuccess(checked);
  expect(checked.stdout).toMatch(/^writing +yes$/m);
  await a.install('app', { index: workspace.links, eggs: ['one'] });
  const pushed = await run(a, 'run: push', workspace.base);
  expectSuccess(pushed);
  expect(pushed.stdout).toContain('0 stored, 1 there already, 0 skipped.');

  // The CI: variables and no file.
  const ci = createMachine(workspace, 'ci');
  const job = await run(ci, 'run: ci', project('job', ['one', 'two']));
  expectSuccess(job);
  expect(job.stdout).toMatch(/^two-1\.0-\S+\.egg: there already$/m);
  expect(job.stdout).toMatch(/^one-1\.0-\S+\.egg: skipped, another machine built it$/m);
  expect(buildsIn(workspace)).toEqual(['one', 'two']);

  // A reader.
  const b = createMachine(workspace, 'b', { compiler: false });
  b.configure(text('file: reader'));
  expectSuccess(await run(b, 'run: check', workspace.base));
  const read = await b.install('app', { index: workspace.links, eggs: ['one', 'two'], words: ['-v'] });
  expect(warningsIn(read)).toEqual([expect.stringContaining('eggs: 2 hits, 0 misses, 0 errors, 0 rejected')]);
  expect(buildsIn(workspace)).toEqual(['one', 'two']);

  // A new key: what this builder built is signed again, and who trusts nothing but the new key finds it.
  expectSuccess(await run(a, 'run: next key', workspace.base));
  a.configure(text('file: builder').replace('signing-key.pem', 'signing-key-2027.pem'));
  const signed = await run(a, 'run: sign again', workspace.base);
  expectSuccess(signed);
  expect(signed.stdout).toContain('1 stored, 0 there already, 0 skipped.');
  const c = createMachine(workspace, 'c', { compiler: false });
  const nextKey = readFileSync(join(etc, 'signing-key-2027.pem.pub'), 'utf8').trim();
  c.configure(text('file: reader').replace(places.publicKey, nextKey));
  const renewed = await c.install('app', { index: workspace.links, eggs: ['one'], words: ['-v'] });
  expect(warningsIn(renewed)).toEqual([
    expect.stringContaining('eggs: 1 hits, 0 misses, 0 errors, 0 rejected'),
  ]);

  // A lost key.
  const early = await run(b, 'run: distrust', workspace.base);
  expect(early.code).toBe(1);
  expect(early.stderr).toContain('is still trusted by');
  b.configure(`[remote-cache]\nurl = ${server.url}\n`);
  expectSuccess(await run(b, 'run: distrust', workspace.base));
  expect((await b.command(['cache', 'stats'])).stdout).toMatch(/^eggs +0 of 0 projects$/m);

  if (kind === 'nginx') await prunes(server.data, () => run(a, 'run: nginx prune', workspace.base));
});

async function prunes(data: string, prune: () => Promise<RunResult>): Promise<void> {
  const files = (): string[] =>
    readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((name) => /[0-9a-f]{64}$/.test(name));
  const before = files();
  expect(before.length).toBeGreaterThan(6);
  const [old = ''] = before;
  const then = Date.now() / 1000 - 61 * 86_400;
  utimesSync(join(data, old), then, then);
  chmodSync(join(data, old), 0o644);
  expectSuccess(await prune());
  expect(files()).toEqual(before.slice(1));
}
