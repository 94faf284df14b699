import { expect, test } from 'vitest';
import { nameFor } from './name-for.ts';

test('gives 32 hexadecimal digits, the same for the same text', () => {
  expect(nameFor('')).toMatch(/^[0-9a-f]{32}$/);
  expect(nameFor('["a","ä","漢"]')).toBe(nameFor('["a","ä","漢"]'));
});

test('gives a hundred thousand similar texts names of their own', () => {
  const names = new Set<string>();
  for (let index = 0; index < 100_000; index += 1) names.add(nameFor(`/home/user/buildout-${index}/eggs`));
  expect(names.size).toBe(100_000);
});
