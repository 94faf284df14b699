import { expect, test } from 'vitest';

import { trueMkdirError } from './true-mkdir-error.ts';

test('leaves other errors alone', () => {
  const error = Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'open', path: '/nowhere/at/all' });
  expect(trueMkdirError(error)).toBe(error);
});

test("finds the system's error behind a recursive mkdir that failed", () => {
  // procfs lets nobody make a directory; what Node's own recursive mkdir does there is to never end.
  const error = Object.assign(new Error('x'), {
    code: 'ENOENT',
    syscall: 'mkdir',
    path: '/proc/self/clutch/b',
  });
  expect(trueMkdirError(error)).toMatchObject({ syscall: 'mkdir', path: '/proc/self/clutch' });
});
