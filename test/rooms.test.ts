// The map of rooms is only worth something while a forbidden import is refused: this plants some and looks.

import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const planted = ['resolver', 'standards', 'config'].map((room) => join(root, 'src', room, 'planted-by-test'));

beforeAll(() => {
  for (const directory of planted) mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(planted[0] ?? '', 'a.ts'),
    "import * as net from '#net';\nexport const a: unknown = net;\n",
  );
  writeFileSync(
    join(planted[1] ?? '', 'a.ts'),
    "import * as config from '#config';\nexport const a: unknown = config;\n",
  );
  writeFileSync(
    join(planted[2] ?? '', 'a.ts'),
    "import * as error from '../../base/build-error.ts';\nexport const a: unknown = error;\n",
  );
});
afterAll(() => {
  for (const directory of planted) rmSync(directory, { recursive: true });
});

test.each([
  ['a room that is not in its row of the map', 0, 'may not import this one'],
  ['a room above it', 1, 'may not import this one'],
  ['a file behind a door', 2, 'by its door'],
])('the linter refuses %s', async (_what, index, message) => {
  const result = await run(join(root, 'node_modules/.bin/oxlint'), [planted[index] ?? ''], {
    cwd: root,
  }).then(
    () => 'no finding',
    (error: { stdout: string }) => error.stdout,
  );
  expect(result).toContain(message);
});
