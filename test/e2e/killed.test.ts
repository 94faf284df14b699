// A run that is killed or interrupted at any moment harms nothing: the next one completes.

import { execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';

import { buildSdistFile, buildWheel } from '../support/build-distribution.ts';
import { buildLegacySdist } from '../support/build-legacy-sdist.ts';
import {
  eggsIn,
  expectSuccess,
  indexForTest,
  simpleConfiguration,
  workspaceForTest,
  type TestWorkspace,
} from '../support/for-test.ts';
import { finish } from '../support/run-clutch.ts';

const kills = 50;
const projects = Array.from({ length: 12 }, (_, index) => `project${index}`);

/** Twelve distributions, each needing the one before; every fourth must be built. */
async function writeProjects(workspace: TestWorkspace): Promise<void> {
  for (const [index, name] of projects.entries()) {
    const requires = index === 0 ? [] : [`project${index - 1}`];
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_unused, number) => [`${name}/module${number}.py`, `x = ${number}\n`]),
    );
    const entryPoints = `[console_scripts]\n${name} = ${name}.module1:main\n`;
    const dist = {
      name,
      version: '1.0',
      requires,
      entryPoints,
      files: { ...files, [`${name}/__init__.py`]: '' },
    };
    if (index % 4 === 3) await buildSdistFile(workspace.links, dist);
    else buildWheel(workspace.links, dist);
  }
  const eggs = projects.toReversed();
  workspace.write({ 'buildout.cfg': simpleConfiguration({ index: workspace.links, eggs }) });
}

/** Numbers in [0, 1) that a seed decides (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, signal);
}

function forget(workspace: TestWorkspace): void {
  for (const name of ['eggs', 'bin', 'parts', 'develop-eggs', '.installed.cfg']) {
    rmSync(join(workspace.directory, name), { recursive: true, force: true });
  }
  rmSync(workspace.home, { recursive: true, force: true });
  mkdirSync(workspace.home);
}

function expectComplete(workspace: TestWorkspace): void {
  const litter = eggsIn(workspace.directory).filter((name) => !/^[\w.]+-[\d.]+-py3\.\d+.*\.egg$/.test(name));
  expect(litter).toEqual([]);
  for (const place of ['.', 'bin', 'parts', 'develop-eggs']) {
    expect(readdirSync(join(workspace.directory, place)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  }
  const imports = projects.map((name) => `import ${name}.module19`).join('\n');
  const script = `${imports}\nassert ${projects.map((name) => `${name}.module19.x == 19`).join(' and ')}`;
  execFileSync(join(workspace.directory, 'bin', 'py'), ['-c', script]);
  for (const name of projects) expect(existsSync(join(workspace.directory, 'bin', name))).toBe(true);
}

test(`killed at any of ${kills} random moments of a cold run, the next run completes`, async () => {
  const workspace = workspaceForTest();
  await writeProjects(workspace);
  const started = performance.now();
  expectSuccess(await workspace.run());
  const duration = performance.now() - started;
  const seed = Number(process.env['CLUTCH_TEST_SEED'] ?? Date.now() % 1_000_000);
  process.stdout.write(
    `killed.test.ts: CLUTCH_TEST_SEED=${seed}, a whole run takes ${Math.round(duration)} ms\n`,
  );
  const random = createRandom(seed);
  for (let round = 0; round < kills; round += 1) {
    forget(workspace);
    const moment = random() * duration;
    const child = workspace.start([], { detached: true });
    const ended = finish(child);
    await sleep(moment);
    killGroup(child, 'SIGKILL');
    await ended;
    const result = await workspace.run();
    const context = `seed ${seed}, round ${round}, killed after ${Math.round(moment)} ms`;
    expect(result.code, `${context}\n${result.stdout}${result.stderr}`).toBe(0);
    expect(() => expectComplete(workspace), context).not.toThrow();
  }
}, 600_000);

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s stops a build within a second, and the next run completes',
  async (signal) => {
    const workspace = workspaceForTest();
    await buildLegacySdist(workspace.links, {
      name: 'slow',
      version: '1.0',
      files: {
        'setup.py': 'raise SystemExit\n',
        'pyproject.toml':
          '[build-system]\nrequires = []\nbuild-backend = "slow_back_end"\nbackend-path = ["."]\n',
        'slow_back_end.py': `import os, time
def build_wheel(directory, config_settings=None, metadata_directory=None):
    open(${JSON.stringify(join(workspace.base, 'building'))}, 'w').close()
    time.sleep(60)
`,
      },
    });
    workspace.write({ 'buildout.cfg': simpleConfiguration({ index: workspace.links, eggs: ['slow'] }) });
    const child = workspace.start([], { detached: true });
    const ended = finish(child);
    while (!existsSync(join(workspace.base, 'building'))) await sleep(20);
    const interrupted = performance.now();
    killGroup(child, signal);
    const result = await ended;
    expect(performance.now() - interrupted).toBeLessThan(1000);
    expect(result.code === 0).toBe(false);
    expect(result.stderr).not.toMatch(/^ +at .*\.js/m);
    expect(eggsIn(workspace.directory).filter((name) => !name.startsWith('zc.recipe.egg'))).toEqual([]);

    rmSync(join(workspace.links, 'slow-1.0.tar.gz'));
    buildWheel(workspace.links, { name: 'slow', version: '1.0' });
    expectSuccess(await workspace.run());
  },
);

test('SIGINT does not wait for a slow download', async () => {
  const workspace = workspaceForTest();
  buildWheel(workspace.links, { name: 'slow', version: '1.0' });
  const server = await indexForTest({ directory: workspace.links });
  server.addFault({ path: 'slow-1.0-py3-none-any.whl', delayMilliseconds: 20_000 });
  workspace.write({ 'buildout.cfg': simpleConfiguration({ index: server.indexUrl, eggs: ['slow'] }) });
  const child = workspace.start();
  const ended = finish(child);
  while (!server.paths().some((path) => path.endsWith('slow-1.0-py3-none-any.whl'))) await sleep(20);
  const interrupted = performance.now();
  child.kill('SIGINT');
  const result = await ended;
  expect(performance.now() - interrupted).toBeLessThan(1000);
  expect(result.code).toBe(130);
  expect(result.stderr).toMatch(/Error: Interrupted\n$/);
});

test('an interrupt of the program alone also ends what it started', async () => {
  const workspace = workspaceForTest();
  const marker = `clutch-e2e-${process.pid}-${Date.now()}`;
  await buildLegacySdist(workspace.links, {
    name: 'slow',
    version: '1.0',
    files: {
      'pyproject.toml':
        '[build-system]\nrequires = []\nbuild-backend = "slow_back_end"\nbackend-path = ["."]\n',
      'slow_back_end.py': `import subprocess, sys
def build_wheel(directory, config_settings=None, metadata_directory=None):
    process = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', '${marker}'])
    open(${JSON.stringify(join(workspace.base, 'building'))}, 'w').close()
    process.wait()
`,
    },
  });
  workspace.write({ 'buildout.cfg': simpleConfiguration({ index: workspace.links, eggs: ['slow'] }) });
  const child = workspace.start([], { detached: true });
  while (!existsSync(join(workspace.base, 'building'))) await sleep(20);
  // Only the program itself is told, as `kill PID` or a supervisor does.
  child.kill('SIGINT');
  const interrupted = performance.now();
  await once(child, 'exit');
  expect(performance.now() - interrupted).toBeLessThan(1000);
  await sleep(200);
  expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(marker);
});
