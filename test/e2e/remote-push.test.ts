// `cache push` when something is in its way: killed at any request, beside another one, with damaged and foreign files, a
// full disk, another user's cache; and the renewal of a key, in which nobody has to build.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

import { buildsIn, countedSdist, entryOf } from '../support/cache-fixture.ts';
import { cacheServerForTest, type CacheServer } from '../support/cache-server.ts';
import { builder, makeKeys, reader, warningsIn, type Keys } from '../support/fleet.ts';
import { expectFailure, expectSuccess, workspaceForTest, type TestWorkspace } from '../support/for-test.ts';
import { finish, type RunOptions, type RunResult } from '../support/run-clutch.ts';
import { createMachine, type Machine } from '../support/two-machines.ts';

interface Scene {
  workspace: TestWorkspace;
  server: CacheServer;
  keys: Keys;
  /** It has built `one` and `two`, and stored nothing yet. */
  machine: Machine;
  directory: string;
  configuration: { index: string; eggs: string[]; buildout: string[] };
  push: (options?: RunOptions) => Promise<RunResult>;
  /** What a new machine finds there. */
  hits: (keys?: Keys) => Promise<number>;
}

async function createScene(): Promise<Scene> {
  const workspace = workspaceForTest();
  for (const name of ['one', 'two']) await countedSdist(workspace, { name });
  const server = await cacheServerForTest({ strict: true });
  const keys = makeKeys(workspace);
  const machine = createMachine(workspace, 'a');
  const downloads = join(workspace.base, 'downloads');
  mkdirSync(join(downloads, 'dist'), { recursive: true });
  const configuration = { index: workspace.links, eggs: ['one', 'two'], buildout: [] };
  const { directory } = await machine.install('app', {
    ...configuration,
    buildout: [`download-cache = ${downloads}`],
  });
  let readers = 0;
  return {
    workspace,
    server,
    keys,
    machine,
    directory,
    configuration,
    push: ({ environment = {}, ...options } = {}) =>
      workspace.run(['cache', 'push'], {
        cwd: directory,
        environment: { ...machine.environment, ...builder(server.url, keys), ...environment },
        ...options,
      }),
    hits: async (trusted = keys) => {
      readers += 1;
      const run = await createMachine(workspace, `reader${readers}`).install('app', {
        ...configuration,
        words: ['-v'],
        environment: reader(server.url, trusted),
      });
      return Number(/eggs: (\d+) hits/.exec(warningsIn(run).join('\n'))?.[1]);
    },
  };
}

test('killed at any request, it leaves eggs that are whole or not there, and the next one completes', async () => {
  const { workspace, server, keys, machine, directory, push, hits } = await createScene();
  const environment = { ...machine.environment, ...builder(server.url, keys) };
  for (let last = 1; ; last += 2) {
    server.content.clear();
    const before = server.requests.length;
    const child = workspace.start(['cache', 'push'], { cwd: directory, environment });
    const ended = finish(child);
    server.misbehave = () => {
      if (server.requests.length - before < last) return undefined;
      child.kill('SIGKILL');
      return 'silence';
    };
    const { code } = await ended;
    server.misbehave = () => undefined;
    // What refers to an egg is stored last.
    for (const [, action] of server.blobs('ac')) {
      const named = action.toString('latin1').match(/[0-9a-f]{64}/g) ?? [];
      expect(named.filter((hash) => !server.content.has(`cas/${hash}`))).toEqual([]);
    }
    if (code === 0) break;
    expect(await push()).toMatchObject({ code: 0 });
    expect(server.blobs('ac').length).toBeGreaterThanOrEqual(2);
  }
  expect(await hits()).toBe(2);
  expect(buildsIn(workspace)).toEqual(['one', 'two']);
  const temporary = readdirSync(join(machine.eggCache, 'tmp'));
  expect(temporary.length).toBeLessThan(20);
});

test('two at once do not disturb each other', async () => {
  const { push, hits } = await createScene();
  for (const result of await Promise.all([push(), push(), push()])) expectSuccess(result);
  expect(await hits()).toBe(2);
});

test('an egg that is damaged here is skipped with the reason, and no link is followed', async () => {
  const { workspace, machine, server, push, hits } = await createScene();
  const egg = join(entryOf({ ...workspace, eggCache: machine.eggCache }, 'one'), 'egg', 'one.py');
  chmodSync(egg, 0o644);
  writeFileSync(egg, 'version = "6.6"\n');
  const secret = join(workspace.base, 'secret');
  writeFileSync(secret, 'nobody else may see this');
  symlinkSync(secret, join(workspace.base, 'downloads', 'dist', 'linked-1.0.tar.gz'));
  symlinkSync(join(workspace.base, 'nowhere'), join(workspace.base, 'downloads', 'dist', 'gone-1.0.tar.gz'));
  const result = await push();
  expectSuccess(result);
  expect(result.stdout).toMatch(
    /^one-1\.0-\S+: skipped, the egg is damaged here: one\.py: has other content: `cache verify one`$/m,
  );
  expect(result.stdout).toMatch(/^two-1\.0-\S+: stored$/m);
  expect(result.stdout).not.toMatch(/linked|gone-/);
  expect([...server.content.values()].filter((bytes) => bytes.includes('nobody else'))).toEqual([]);
  expect(await hits()).toBe(1);
});

test('a full disk ends it with the directory, and the server has no half of an egg', async () => {
  const { machine, server, push, hits } = await createScene();
  const script =
    'mount -t tmpfs -o size=4k tmpfs "$1" && head -c 9999 /dev/zero > "$1/full" || true; shift && exec "$@"';
  const temporary = join(machine.eggCache, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const prefix = ['unshare', '-Urm', 'sh', '-c', script, 'sh', temporary];
  const said = expectFailure(await push({ prefix }));
  expect(said).toContain(`The disk is full, writing below \`${temporary}\``);
  expect(server.blobs('ac')).toEqual([]);
  expectSuccess(await push());
  expect(await hits()).toBe(2);
});

const nobody = 65_534;
const systemPython = '/usr/bin/python3';
const canSwitch =
  process.geteuid?.() === 0 && existsSync(systemPython) && spawnSync('setpriv', ['--version']).status === 0;

test.runIf(canSwitch)("another user's cache is stored from, and left alone", async () => {
  const { workspace, machine, keys, push, hits } = await createScene();
  for (let path = machine.eggCache; path.startsWith(workspace.base); path = dirname(path))
    chmodSync(path, 0o755);
  chownSync(keys.signingKey, nobody, nobody);
  const home = join(workspace.base, 'home-of-nobody');
  mkdirSync(home);
  chownSync(home, nobody, nobody);
  const prefix = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
  const environment = {
    HOME: home,
    TMPDIR: home,
    XDG_CACHE_HOME: dirname(machine.eggCache),
    BUILDOUT_PYTHON: systemPython,
  };
  const files = join(workspace.base, 'downloads', 'dist');
  chmodSync(join(files, 'one-1.0.tar.gz'), 0);
  const result = await push({ prefix, environment });
  expectSuccess(result);
  expect(result.stdout).toContain('one-1.0.tar.gz: skipped, this user may not read it\n');
  expect(readdirSync(home).filter((name) => name.startsWith('clutch-'))).toEqual([]);
  expect(await hits()).toBe(2);
});

test('a key is renewed without a day on which anybody has to build', async () => {
  const { workspace, server, keys, push, hits } = await createScene();
  expectSuccess(await push());
  // Its successor is trusted beside it; the builder signs with it what it has built.
  const next = makeKeys(workspace, 'next');
  const both = { ...next, trusted: `${keys.trusted} ${next.trusted}` };
  expect(await hits(both)).toBe(2);
  expect(await hits(next)).toBe(0);
  const again = await push({ environment: builder(server.url, next) });
  expectSuccess(again);
  expect(again.stdout).toContain('2 stored, 2 there already, 0 skipped.');
  expect(await hits(both)).toBe(2);
  expect(await hits(next)).toBe(2);
  // Only the machine that trusted nothing that was there has built.
  expect(buildsIn(workspace)).toEqual(['one', 'one', 'two', 'two']);
});

test('after a key was lost, builders replace what it signed as they build', async () => {
  const { workspace, server, configuration, push, hits } = await createScene();
  expectSuccess(await push());
  const next = makeKeys(workspace, 'next');
  const run = await createMachine(workspace, 'builder').install('app', {
    ...configuration,
    words: ['-v'],
    environment: builder(server.url, next),
  });
  expect(warningsIn(run).join('\n')).toMatch(/0 hits, 0 misses, 0 errors, 2 rejected, 2 written/);
  expect(await hits(next)).toBe(2);
});
