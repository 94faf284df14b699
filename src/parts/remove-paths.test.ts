import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removePaths } from './remove-paths.ts';

interface Scene {
  buildout: string;
  outside: string;
  warnings: string[];
  remove: (paths: string[], developed?: string[]) => void;
}

function createScene(): Scene {
  const base = mkdtempSync(join(tmpdir(), 'clutch-remove-'));
  const [buildout, outside] = [join(base, 'buildout'), join(base, 'outside')];
  for (const path of [join(buildout, 'parts'), outside]) mkdirSync(path, { recursive: true });
  writeFileSync(join(outside, 'precious'), '');
  const warnings: string[] = [];
  return {
    buildout,
    outside,
    warnings,
    remove: (paths, developed = []) =>
      removePaths(paths, {
        roots: [buildout],
        developed,
        report: (event) => void warnings.push(event.type === 'log' ? event.text.replaceAll(base, '') : ''),
      }),
  };
}

test('deletes files and trees inside the buildout, read-only directories too', () => {
  const { buildout, remove, warnings } = createScene();
  const tree = join(buildout, 'parts', 'tree');
  mkdirSync(join(tree, 'deep'), { recursive: true });
  writeFileSync(join(tree, 'deep', 'file'), '');
  chmodSync(join(tree, 'deep'), 0o555);
  remove([tree, join(buildout, 'parts', 'missing'), join(buildout, 'no', 'such')]);
  expect(readdirSync(join(buildout, 'parts'))).toEqual([]);
  expect(warnings).toEqual([]);
});

test('deletes a link, not what it points to', () => {
  const { buildout, outside, remove } = createScene();
  const link = join(buildout, 'parts', 'link');
  symlinkSync(outside, link);
  remove([link]);
  expect(existsSync(link)).toBe(false);
  expect(existsSync(join(outside, 'precious'))).toBe(true);
});

test('does not follow a link inside a tree', () => {
  const { buildout, outside, remove } = createScene();
  mkdirSync(join(buildout, 'parts', 'p'));
  symlinkSync(outside, join(buildout, 'parts', 'p', 'link'));
  remove([join(buildout, 'parts', 'p')]);
  expect(existsSync(join(outside, 'precious'))).toBe(true);
});

test('refuses what lies outside, behind a link, above, or is being developed', () => {
  const { buildout, outside, remove, warnings } = createScene();
  symlinkSync(outside, join(buildout, 'parts', 'link'));
  const source = join(buildout, 'src', 'project');
  mkdirSync(join(source, 'code'), { recursive: true });
  remove([join(outside, 'precious'), join(buildout, 'parts', 'link', 'precious'), buildout]);
  remove([join(buildout, 'src'), source], [join(source, 'code')]);
  expect(existsSync(join(outside, 'precious'))).toBe(true);
  expect(existsSync(source)).toBe(true);
  expect(warnings).toEqual([
    "Not deleting '/outside/precious': it does not lie inside the buildout.",
    "Not deleting '/buildout/parts/link/precious': it does not lie inside the buildout.",
    "Not deleting '/buildout': it does not lie inside the buildout.",
    "Not deleting '/buildout/src': it holds the develop egg /buildout/src/project/code.",
    "Not deleting '/buildout/src/project': it holds the develop egg /buildout/src/project/code.",
  ]);
});
