import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { hashFile } from '#base';
import { nodeBinaries } from './node-binaries.ts';

const root = join(import.meta.dirname, '../../..');

test('every platform package that package.json names is known at that version, and the one here has its hash', () => {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  const versions = Object.entries(nodeBinaries).map(([name, { version }]) => [name, version]);
  expect(Object.fromEntries(versions)).toEqual(optionalDependencies);
  const installed = Object.entries(nodeBinaries)
    .map(([name, { sha256 }]) => ({ path: join(root, 'node_modules', name, 'bin', 'node'), sha256 }))
    .filter(({ path }) => existsSync(path));
  expect(installed.length).toBeGreaterThan(0);
  for (const { path, sha256 } of installed) expect(hashFile(path)).toBe(sha256);
});
