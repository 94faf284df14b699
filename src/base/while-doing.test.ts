import { expect, test } from 'vitest';
import { activitiesOf, whileDoing } from './while-doing.ts';

test('an error remembers what was going on, outermost first', async () => {
  const error = new Error('no');
  const failing = whileDoing('Outer.', () =>
    whileDoing('Inner.', () => {
      throw error;
    }),
  );
  await expect(failing).rejects.toBe(error);
  expect(activitiesOf(error)).toEqual(['Outer.', 'Inner.']);
});

test('a result passes through and nothing is remembered', async () => {
  expect(await whileDoing('Work.', () => 42)).toBe(42);
  expect(activitiesOf(new Error('other'))).toEqual([]);
});
