import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeFileAtomically } from './atomic-write.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clutch-base-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('replaces a file whole, with the mode asked for', () => {
  const file = join(directory, 'a');
  writeFileSync(file, 'old');
  writeFileAtomically(file, 'new', { mode: 0o750, durable: true });
  expect(readFileSync(file, 'utf8')).toBe('new');
  expect(statSync(file).mode & 0o777).toBe(0o750);
  expect(readdirSync(directory)).toEqual(['a']);
});

test('a failed write leaves neither a new file nor a temporary one', () => {
  expect(() => writeFileAtomically(join(directory, 'missing', 'a'), 'x')).toThrow('ENOENT');
  expect(readdirSync(directory)).toEqual([]);
});
