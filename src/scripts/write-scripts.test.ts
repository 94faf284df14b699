import { existsSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeScripts } from './index.ts';

test('writes and announces only what changed, executable, with warnings in their place', () => {
  const directory = mkdtempSync(join(tmpdir(), 'clutch-bin-'));
  const [same, changed, shell] = ['same', 'changed', 'py'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(same, 'same');
  writeFileSync(changed, 'old');
  const before = statSync(same).mtimeMs;
  const lines: string[] = [];
  const paths = writeScripts(
    {
      files: [
        { path: same, content: 'same', kind: 'script' },
        { path: changed, content: 'new', kind: 'script' },
        { path: shell, content: 'shell', kind: 'interpreter' },
      ],
      warnings: ['a warning'],
      warningsAfter: 2,
    },
    (event) => void lines.push(event.type === 'log' ? event.text : event.type),
  );
  expect(paths).toEqual([same, changed, shell]);
  expect(lines).toEqual([`Generated script '${changed}'.`, 'a warning', `Generated interpreter '${shell}'.`]);
  expect(statSync(same).mtimeMs).toBe(before);
  expect(statSync(changed).mode & 0o777).toBe(0o777 & ~process.umask());
  expect(existsSync(shell)).toBe(true);
});
