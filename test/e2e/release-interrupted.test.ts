// A source release that is killed, interrupted, or out of disk space leaves nothing half done: the archive is the old one,
// the new one, or not there, and the next run makes it. Two at once do not disturb each other.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';

import { countedSdist } from '../support/cache-fixture.ts';
import {
  expectFailure,
  expectSuccess,
  pathsBelow,
  simpleConfiguration,
  workspaceForTest,
  type TestWorkspace,
} from '../support/for-test.ts';

const words = ['release', 'source', 'project', '-n', 'app', '--without-node'];

async function slowProject(): Promise<TestWorkspace> {
  const workspace = workspaceForTest();
  await countedSdist(workspace, { name: 'slow', prepare: 'time.sleep(0.3)' });
  workspace.write({
    'project/buildout.cfg': simpleConfiguration({ index: workspace.links, eggs: ['slow'] }),
  });
  return workspace;
}

function distributionsIn(workspace: TestWorkspace): string[] {
  const names = execFileSync('tar', ['tzf', join(workspace.directory, 'app.tgz')], { encoding: 'utf8' });
  return names.split('\n').filter((name) => /release-distributions\/dist\/./.test(name));
}

async function endAfter(child: ChildProcess, milliseconds: number, signal: NodeJS.Signals): Promise<void> {
  const ended = once(child, 'close');
  await sleep(milliseconds);
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, signal);
  await ended;
}

test('killed at any moment there is a whole archive or none, and the next run makes it', async () => {
  const workspace = await slowProject();
  const temporary = join(workspace.base, 'tmp');
  mkdirSync(temporary);
  const environment = { TMPDIR: temporary };
  for (const milliseconds of [150, 300, 450, 600, 800, 1100]) {
    rmSync(join(workspace.directory, 'app.tgz'), { force: true });
    await endAfter(workspace.start(words, { detached: true, environment }), milliseconds, 'SIGKILL');
    if (existsSync(join(workspace.directory, 'app.tgz'))) expect(distributionsIn(workspace)).toHaveLength(1);
  }
  expectSuccess(await workspace.run(words, { environment }));
  expect(distributionsIn(workspace)).toHaveLength(1);
  expect(readdirSync(join(workspace.directory, 'project'))).toEqual(['buildout.cfg']);
});

test('interrupted it leaves nothing behind', async () => {
  for (const milliseconds of [300, 700]) {
    const workspace = await slowProject();
    const temporary = join(workspace.base, 'tmp');
    mkdirSync(temporary);
    const child = workspace.start(words, { detached: true, environment: { TMPDIR: temporary } });
    await endAfter(child, milliseconds, 'SIGINT');
    expect(readdirSync(temporary)).toEqual([]);
    expect(pathsBelow(join(workspace.eggCache, 'tmp'))).toEqual([]);
    if (child.exitCode !== 0) expect(readdirSync(workspace.directory)).toEqual(['project']);
  }
});

test('a full disk ends it with a sentence, and the archive that was there stays', async () => {
  const workspace = await slowProject();
  expectSuccess(await workspace.run(words));
  const out = join(workspace.base, 'out');
  mkdirSync(out);
  // The release is 700 KB; the disk below its directory has half of that.
  const script = [
    'mount -t tmpfs -o size=400k tmpfs "$1" && cp "$2/buildout.cfg" "$1/" && cd "$1" && shift 2',
    '"$@"; code=$?; ls -A; exit $code',
  ].join(' && ');
  const prefix = ['unshare', '-Urm', 'sh', '-c', script, 'sh', out, join(workspace.directory, 'project')];
  const result = await workspace.run(['release', 'source', '.', '-n', 'app', '--without-node'], { prefix });
  expect(expectFailure(result)).toMatch(/disk is full|no space/i);
  expect(result.stdout.trimEnd().split('\n').at(-1)).toBe('buildout.cfg');
  expect(distributionsIn(workspace)).toHaveLength(1);
});

test('two at once give the same archive', async () => {
  const workspace = await slowProject();
  const results = await Promise.all([workspace.run(words), workspace.run(words)]);
  for (const result of results) expectSuccess(result);
  expect(distributionsIn(workspace)).toHaveLength(1);
});
