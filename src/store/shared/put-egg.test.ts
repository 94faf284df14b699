// Processes at once on one shared directory: whoever looks while an egg is kept, and then put in its place, finds it whole at
// every moment; and a process that is killed on the way leaves nothing that another one stumbles over.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';

const base = mkdtempSync(join(tmpdir(), 'clutch-put-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const fileCount = 12;

/** What all processes begin with: `find`, `build` and `put` by number. */
const tools = `
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { layerCaches, openSharedDirectories } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)};
const [root, scratch, eggCount] = process.argv.slice(1);
const options = { link: 'auto', environment: {}, report: ({ text }) => console.error(text) };
const shared = openSharedDirectories({ roots: [root], trustedOwners: [], ...options });
const cache = layerCaches({ own: undefined, shared, ...options });
const keyOf = (index) => String(index).padStart(64, '0');
const nameOf = (index) => 'demo' + index + '-1.0-py3.12.egg';
const find = (index) => cache.find(keyOf(index));
function build(index) {
  const directory = cache.temporaryDirectory() + '/egg';
  mkdirSync(directory);
  for (let file = 0; file < ${fileCount}; file += 1) writeFileSync(directory + '/f' + file, 'egg ' + index);
  const metadata = { requiresDist: [], providesExtra: [], texts: {} };
  const facts = { eggName: nameOf(index), project: 'demo' + index, version: '1.0', metadata, used: {} };
  return cache.store([keyOf(index)], { directory }, facts);
}
function put(egg) {
  const { buildKey, eggName, project } = egg.manifest;
  const result = shared.placeFor({ buildKey, eggName, project }, {}).put(egg);
  if (result.outcome !== 'present') throw new Error(eggName + ': ' + JSON.stringify(result));
}
`;

/** Keeps every egg, then puts it in its place. */
const maker = `${tools}
for (let index = 0; index < Number(eggCount); index += 1) put(find(index) ?? build(index));
`;

/** From the moment at which an egg is there: finds it, and copies it, until it has its place. */
const reader = `${tools}
for (let index = 0; index < Number(eggCount); index += 1) {
  while (find(index) === undefined);
  for (let isPlaced = false, copy = 0; !isPlaced; copy += 1) {
    isPlaced = existsSync(root + '/__eggs__/' + nameOf(index));
    const egg = find(index);
    if (egg === undefined) throw new Error('nobody finds ' + index);
    const target = scratch + '/' + index + '-' + copy;
    const { outcome } = cache.place(egg, target);
    if (outcome !== 'placed') throw new Error(index + ' was ' + outcome);
    if (readdirSync(target).length !== ${fileCount}) throw new Error(index + ' is not whole');
    rmSync(target, { recursive: true });
  }
}
`;

interface Scene {
  root: string;
  /** Runs a process to its end; `kill`: when that is done, at the latest. */
  start: (script: string, eggCount: number, kill?: Promise<void>) => Promise<number | null>;
}

function createScene(): Scene {
  const root = join(mkdtempSync(join(base, 'scene-')), 'shared');
  mkdirSync(root);
  return {
    root,
    start: async (script, eggCount, kill) => {
      const scratch = mkdtempSync(join(base, 'scratch-'));
      const words = ['--input-type=module', '-e', script, root, scratch, String(eggCount)];
      const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] });
      const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
      await kill?.then(() => child.kill('SIGKILL'));
      return ended;
    },
  };
}

const eggsIn = (root: string): string[] => readdirSync(join(root, '__eggs__'));

/** Some milliseconds after the next egg has appeared. */
async function duringWork(root: string): Promise<void> {
  const count = (): number => (existsSync(join(root, '__eggs__')) ? eggsIn(root).length : 0);
  const before = count();
  while (count() === before) await sleep(2);
  await sleep(Math.random() * 12);
}

test('whoever looks while an egg is put in its place finds it whole', async () => {
  const { root, start } = createScene();
  const codes = await Promise.all([reader, reader, maker].map((script) => start(script, 40)));
  expect(codes).toEqual([0, 0, 0]);
  expect(eggsIn(root)).toHaveLength(40);
});

test('processes that put the same egg at once do not disturb each other', async () => {
  const { root, start } = createScene();
  const codes = await Promise.all([maker, maker, maker].map((script) => start(script, 40)));
  expect(codes).toEqual([0, 0, 0]);
  expect(eggsIn(root)).toHaveLength(40);
});

test('a process that is killed leaves nothing that the next one stumbles over', async () => {
  const { root, start } = createScene();
  for (let attempt = 0; attempt < 5; attempt += 1) {
    expect(await start(maker, 10_000, duringWork(root))).toBe(null);
  }
  expect(await start(maker, 40)).toBe(0);
  for (const name of eggsIn(root)) expect(readdirSync(join(root, '__eggs__', name))).toHaveLength(fileCount);
});
