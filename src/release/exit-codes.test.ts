// The exit codes of the programs on the target are a contract with systemd units and scripts: the table in
// docs/releases.md has exactly those that the programs know.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findPython, pythonSourceFile } from '#python';
import { expect, test } from 'vitest';

test('the table of exit codes is complete', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/releases.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (\d+) \| `([a-z-]+)`/gm)].map(([, code, name]) => [code, name]);
  const documented = Object.fromEntries(rows) as Record<string, string>;
  const program = 'import json; from clutch_release.failures import NAMES; print(json.dumps(NAMES))';
  const known = execFileSync(await findPython(process.env), ['-B', '-c', program], {
    encoding: 'utf8',
    cwd: dirname(pythonSourceFile('clutch_release')),
  });
  // 0 is success; 130 is what shells say of a program that Ctrl-C ended.
  expect(documented).toEqual({
    ...(JSON.parse(known) as Record<string, string>),
    0: 'upgraded',
    130: 'failed',
  });
});
