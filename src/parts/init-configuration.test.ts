import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { initConfiguration } from './init-configuration.ts';

test('writes a part for requirements and paths, makes the paths, and refuses to do it twice', () => {
  const directory = mkdtempSync(join(tmpdir(), 'clutch-init-'));
  const file = join(directory, 'setup.cfg');
  const source = join(directory, 'src');
  const printed: string[] = [];
  const report = (event: { type: string; text?: string }): void => void printed.push(event.text ?? '');
  initConfiguration(file, ['demo', 'other', source], report);
  expect(readFileSync(file, 'utf8')).toBe(
    `[buildout]\nparts = py\n\n[py]\nrecipe = zc.recipe.egg\ninterpreter = py\neggs =\n  demo\n  other\nextra-paths =\n  ${source}\n`,
  );
  expect(existsSync(source)).toBe(true);
  expect(printed).toEqual([`Creating '${file}'.\n`]);
  expect(() => initConfiguration(file, [], report)).toThrow(`'${file}' already exists.`);
});

test('writes the smallest configuration without arguments', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'clutch-init-')), 'buildout.cfg');
  initConfiguration(file, [], () => undefined);
  expect(readFileSync(file, 'utf8')).toBe('[buildout]\nparts =\n');
});
