import { expect, test } from 'vitest';
import { BuildError } from './build-error.ts';
import { packError, unpackError } from './pack-error.ts';

test('an error of ours keeps code, hint, place and cause on its way', () => {
  const cause = Object.assign(new Error('no space'), { code: 'ENOSPC', path: '/x' });
  const error = new BuildError('STORE_DISK_FULL', 'The disk is full', {
    hint: 'make room',
    where: { file: '/x', line: 3 },
    cause,
  });
  const arrived = unpackError(structuredClone(packError(error)));
  expect(arrived).toBeInstanceOf(BuildError);
  expect(arrived).toMatchObject({
    code: 'STORE_DISK_FULL',
    message: 'The disk is full',
    hint: 'make room',
    where: { file: '/x', line: 3 },
    cause: { message: 'no space', code: 'ENOSPC', path: '/x' },
  });
  expect(arrived.stack).toBe(error.stack);
});

test("an error of Node's keeps its code, a thrown text its words", () => {
  const system = Object.assign(new Error('EACCES: denied'), { code: 'EACCES', errno: -13, syscall: 'open' });
  expect(unpackError(packError(system))).toMatchObject({ code: 'EACCES', errno: -13, syscall: 'open' });
  expect(unpackError(packError('thrown'))).toMatchObject({ message: 'thrown' });
});
