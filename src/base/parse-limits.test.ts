// Sizes and ages as people write them.

import { expect, test } from 'vitest';
import { parseAge, parseByteSize } from './parse-limits.ts';

test.each([
  ['0', 0],
  ['1000', 1000],
  ['20G', 20 * 2 ** 30],
  ['1.5 MiB', 1.5 * 2 ** 20],
  ['500mb', 500 * 2 ** 20],
  ['', undefined],
  ['-1', undefined],
  ['20 pounds', undefined],
])('the size %s is %s bytes', (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes);
});

test.each([
  ['90d', 90 * 86_400_000],
  ['2', 2 * 86_400_000],
  ['12h', 12 * 3_600_000],
  ['1w', 604_800_000],
  ['0s', 0],
  ['soon', undefined],
])('the age %s is %s milliseconds', (text, milliseconds) => {
  expect(parseAge(text)).toBe(milliseconds);
});
