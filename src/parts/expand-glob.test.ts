import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expandGlob } from './expand-glob.ts';

test('finds what Python finds, sorted, without hidden names', () => {
  const base = mkdtempSync(join(tmpdir(), 'clutch-glob-'));
  for (const name of ['src/b', 'src/a1', 'src/a2', 'src/.hidden', 'src/[x]'])
    mkdirSync(join(base, name), { recursive: true });
  const find = (pattern: string): string[] =>
    expandGlob(join(base, pattern)).map((path) => path.slice(base.length + 1));
  expect(find('src/*')).toEqual(['src/[x]', 'src/a1', 'src/a2', 'src/b']);
  expect(find('s*/a?')).toEqual(['src/a1', 'src/a2']);
  expect(find('src/[!a]')).toEqual(['src/b']);
  expect(find('src/a[2-9]')).toEqual(['src/a2']);
  expect(find('src/b')).toEqual(['src/b']);
  expect(find('none/*')).toEqual([]);
});
