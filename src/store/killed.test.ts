// A process that stores and places is killed at any moment: what can be found and what was placed is whole, and the
// next run finishes.

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { hashBytes } from '#base';
import { fixedMtime, openEggCache, type CachedEgg } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'clutch-killed-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const eggCount = 8;
const fileCount = 60;
const keyOf = (index: number): string => String(index).repeat(64);

/** Builds, stores and places every egg, over and over into new eggs directories, until it is killed. */
const script = `
import { mkdirSync, writeFileSync } from 'node:fs';
import { openEggCache } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
const [directory, rounds] = process.argv.slice(1);
const cache = openEggCache({ directory: directory + '/cache', link: 'auto', report: () => undefined });
const metadata = { requiresDist: [], providesExtra: [], texts: {} };
function build(index) {
  const built = cache.temporaryDirectory() + '/egg';
  for (let file = 0; file < ${fileCount}; file += 1) {
    mkdirSync(built + '/d' + (file % 7), { recursive: true });
    writeFileSync(built + '/d' + (file % 7) + '/f' + file, 'egg ' + index + ' file ' + file);
  }
  return cache.store([String(index).repeat(64)], { directory: built }, { eggName: 'E' + index + '.egg', project: 'E', version: '1', metadata });
}
process.send?.('started');
for (let round = 0; round < Number(rounds); round += 1) {
  for (let index = 0; index < ${eggCount}; index += 1) {
    const egg = cache.find(String(index).repeat(64)) ?? build(index);
    cache.place(egg, directory + '/eggs-' + round + '/E' + index + '.egg');
    if (index % 3 === round % 3) cache.remove(egg);
  }
}
`;

async function run(directory: string, rounds: number, killAfter?: number): Promise<number | null> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, directory, String(rounds)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  if (killAfter !== undefined) {
    await new Promise((resolve) => child.once('message', resolve));
    await sleep(killAfter);
    child.kill('SIGKILL');
  }
  return ended;
}

function expectWhole(directory: string, egg: CachedEgg): void {
  const differing = egg.manifest.files.filter((file) => {
    const path = join(directory, file.path);
    return hashBytes(readFileSync(path)) !== file.sha256 || statSync(path).mtimeMs !== fixedMtime * 1000;
  });
  expect(differing).toEqual([]);
  expect(egg.manifest.files).toHaveLength(fileCount);
}

function expectAllWhole(directory: string): number {
  const cache = openEggCache({ directory: join(directory, 'cache'), link: 'auto', report: () => undefined });
  let found = 0;
  for (let index = 0; index < eggCount; index += 1) {
    const egg = cache.find(keyOf(index));
    if (egg === undefined) continue;
    found += 1;
    expectWhole(egg.directory, egg);
  }
  for (const eggs of readdirSync(directory).filter((name) => name.startsWith('eggs-'))) {
    for (const name of readdirSync(join(directory, eggs)).filter((name) => name.endsWith('.egg'))) {
      const files = readdirSync(join(directory, eggs, name), { recursive: true, withFileTypes: true });
      expect(files.filter((file) => file.isFile())).toHaveLength(fileCount);
    }
  }
  return found;
}

test('killed at any moment, nothing half done is found, and the next run completes', async () => {
  const directory = mkdtempSync(join(root, 'run-'));
  for (let attempt = 0; attempt < 6; attempt += 1) {
    await run(directory, 1000, 3 + attempt * 15 + Math.random() * 9);
    expectAllWhole(directory);
    rmSync(join(directory, `eggs-${attempt}`), { recursive: true, force: true });
  }
  expect(await run(directory, 1)).toBe(0);
  expectAllWhole(directory);
  const placed = readdirSync(join(directory, 'eggs-0')).filter((name) => name.endsWith('.egg'));
  expect(placed).toHaveLength(eggCount);
});

test('several processes at once on one cache get whole eggs', async () => {
  const directory = mkdtempSync(join(root, 'race-'));
  expect(await Promise.all([run(directory, 6), run(directory, 6), run(directory, 6)])).toEqual([0, 0, 0]);
  expectAllWhole(directory);
});
