import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashDevelopDirectory } from './hash-develop-directory.ts';

test('gives the hash that zc.buildout 6.0.1 gives for the same tree', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'clutch-hash-'));
  for (const name of ['src/pkg', 'x.egg-info', '.git', 'src/__pycache__'])
    mkdirSync(join(directory, name), { recursive: true });
  const files = {
    'setup.py': 'from setuptools import setup\n',
    'src/pkg/__init__.py': '',
    'src/pkg/mod.pyc': 'compiled',
    'src/__pycache__/z.py': 'ignored',
    '.git/HEAD': 'ignored',
    'x.egg-info/entry_points.txt':
      '[zc.buildout]\nb = pkg:B\na = pkg:A\n\n[console_scripts]\nx = it\'s:"q"\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  symlinkSync('nowhere', join(directory, 'dangling'));
  symlinkSync('src', join(directory, 'linked'));
  expect(await hashDevelopDirectory(directory)).toBe('d4cfc3093b2c091db5404601d1a27c87');
});
