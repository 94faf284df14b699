// Archives with random damage: whatever the bytes, the answer is the content or a BuildError, and nothing is written
// outside the target.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, assert, asyncProperty, integer, property, tuple } from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { BuildError } from '#base';
import { createTar, createZip, extractTar, extractZip, memberOf } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'clutch-mutated-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const members = [
  memberOf('pkg/__init__.py', 'value = 1\n'.repeat(40)),
  memberOf('pkg/data.bin', Buffer.from([0, 1, 2, 3])),
  { path: 'pkg/sub', kind: 'directory' as const, mode: 0o755, size: 0, read: () => new Uint8Array() },
  { path: 'pkg/link', kind: 'symlink' as const, mode: 0o755, size: 8, read: () => Buffer.from('data.bin') },
];

const mutations = array(tuple(integer({ min: 0, max: 1 << 20 }), integer({ min: 0, max: 255 })), {
  minLength: 1,
  maxLength: 3,
});

function mutate(bytes: Buffer, changes: readonly (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const [position, value] of changes) copy[position % copy.length] = value;
  return copy;
}

let count = 0;

/** Runs an extraction into a directory of its own and looks beside it afterwards. */
async function extractAlone(extract: (target: string) => unknown): Promise<void> {
  count += 1;
  const parent = join(root, String(count));
  mkdirSync(parent);
  try {
    await extract(join(parent, 'target'));
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
  }
  expect(readdirSync(parent).filter((name) => name !== 'target')).toEqual([]);
  rmSync(parent, { recursive: true });
}

test('a zip with any few bytes changed', async () => {
  const zip = createZip(members);
  await assert(
    asyncProperty(mutations, (changes) => extractAlone((target) => extractZip(mutate(zip, changes), target))),
    { numRuns: 400 },
  );
});

test('a zip cut short anywhere is never accepted', () => {
  const zip = createZip(members);
  assert(
    property(integer({ min: 0, max: zip.length - 1 }), (length) => {
      expect(() => extractZip(zip.subarray(0, length), join(root, 'cut'))).toThrow(BuildError);
    }),
  );
});

test('a tar with any few bytes changed', async () => {
  const tar = await createTar(members, 'none');
  const path = join(root, 'mutated.tar');
  await assert(
    asyncProperty(mutations, (changes) =>
      extractAlone((target) => {
        writeFileSync(path, mutate(tar, changes));
        return extractTar(path, target);
      }),
    ),
    { numRuns: 60 },
  );
});
