import { expect, test } from 'vitest';
import { pythonRepr } from './python-repr.ts';

test.each([
  ['plain', "'plain'"],
  ["it's", '"it\'s"'],
  [`both ' and "`, `'both \\' and "'`],
  ['back\\slash', "'back\\\\slash'"],
  ['a\nb\tc\u0000', "'a\\nb\\tc\\x00'"],
  ['é€😀', "'é€😀'"],
  ['\u00a0\u2028\u{e0001}', "'\\xa0\\u2028\\U000e0001'"],
])('%j as Python shows it', (text, shown) => {
  expect(pythonRepr(text)).toBe(shown);
});
