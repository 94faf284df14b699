import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readVersionsInScripts } from './versions-in-scripts.ts';

test('eggs that a script names, absolute or relative, by canonical name', () => {
  const script = join(mkdtempSync(join(tmpdir(), 'clutch-scripts-')), 'run');
  writeFileSync(
    script,
    "sys.path[0:0] = [\n  '/e/v5/Zope.Interface-5.0-py3.11-linux-x86_64.egg',\n" +
      "  join(base, 'eggs/v5/a_b-1.0.post1-py3.11.egg'),\n  '/src/mine',\n  ]\n",
  );
  expect([...readVersionsInScripts([script, '/nowhere'])]).toEqual([
    ['zope-interface', new Set(['5.0'])],
    ['a-b', new Set(['1.0.post1'])],
  ]);
});
