// The long forms of test/e2e/release-killed.test.ts: a full or broken disk at every call that changes something, and a
// kill at calls that only look, of which there are thousands: every twentieth.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { changingCalls } from '../support/fail-at-each-call.ts';
import { createFaultyTarget, remove, sufferAll, type FaultyTarget } from '../support/faulty-target.ts';
import { createWorkspace, type Workspace } from '../support/run-clutch.ts';

let workspace: Workspace;
let target: FaultyTarget;

beforeAll(async () => {
  workspace = createWorkspace();
  target = await createFaultyTarget(workspace);
});

afterAll(() => remove(workspace.base));

const minutes = 60_000;

test.each(
  (['install', 'upgrade', 'rollback'] as const).flatMap((name) =>
    (['ENOSPC', 'EIO'] as const).map((error) => [name, error] as const),
  ),
)('%s, with %s at every call that changes the disk', { timeout: 10 * minutes }, async (name, error) => {
  const count = await sufferAll(target, name, { effect: `error=${error}`, calls: changingCalls });
  expect(count).toBeGreaterThan(10);
});

test('upgrade, killed at calls that change nothing', { timeout: 20 * minutes }, async () => {
  const calls = [
    'newfstatat',
    'readlink',
    'getdents64',
    'fstat',
    'lseek',
    'read',
    'close',
    'statfs',
    'access',
  ];
  const count = await sufferAll(target, 'upgrade', { effect: 'signal=KILL', calls, every: 20 });
  expect(count).toBeGreaterThan(50);
});
