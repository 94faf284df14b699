// What is kept in memory, and what goes first.

import { expect, test } from 'vitest';
import { createMemoryCache } from './memory-cache.ts';

test('keeps what was used last, up to so many bytes', () => {
  const cache = createMemoryCache<string>(100);
  cache.set('a', 'A', 40);
  cache.set('b', 'B', 40);
  expect(cache.get('a')).toBe('A');
  cache.set('c', 'C', 40);
  expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.bytes]).toEqual(['A', undefined, 'C', 80]);
  cache.set('a', 'AA', 10);
  expect(cache.bytes).toBe(50);
});

test('what is larger than everything is not kept', () => {
  const cache = createMemoryCache<string>(100);
  cache.set('a', 'A', 10);
  cache.set('big', 'B', 101);
  expect([cache.get('a'), cache.get('big')]).toEqual(['A', undefined]);
  cache.clear();
  expect([cache.get('a'), cache.bytes]).toEqual([undefined, 0]);
});
