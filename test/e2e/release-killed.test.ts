// Installing, upgrading and going back, killed at every call that changes the disk: `current` is the old or the new
// release, the old one is bit-identical, and the same command again finishes. Failing calls: test/peers.

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

test.each([
  ['install', 40],
  ['upgrade', 35],
  ['rollback', 10],
] as const)('%s, killed at every call that changes the disk', async (name, least) => {
  const count = await sufferAll(target, name, { effect: 'signal=KILL', calls: changingCalls });
  expect(count).toBeGreaterThan(least);
});
