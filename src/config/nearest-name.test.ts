import { expect, test } from 'vitest';
import { nearestName } from './nearest-name.ts';

test('finds the name somebody meant, and nothing when all are far', () => {
  const names = ['find-links', 'eggs', 'parts', 'versions'];
  expect(nearestName('find-link', names)).toBe('find-links');
  expect(nearestName('prats', names)).toBe('parts');
  expect(nearestName('version', names)).toBe('versions');
  expect(nearestName('recipe', names)).toBeUndefined();
});
