import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { Event } from '#base';
import { describePython, findPython } from '#python';
import { writeInTreeProject } from './back-end-fixture.ts';
import { developEgg, type DevelopedEgg } from './index.ts';

const python = await describePython(await findPython());
let root: string;
let events: Event[];

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'clutch-develop-')));
  events = [];
  writeInTreeProject(join(root, 'project'));
  mkdirSync(join(root, 'develop-eggs'));
});

function develop(buildExt?: Record<string, string>): Promise<DevelopedEgg> {
  return developEgg({
    setup: join(root, 'project/pyproject.toml'),
    developEggsDirectory: join(root, 'develop-eggs'),
    python,
    requirementsFor: () => Promise.resolve([]),
    buildExt,
    report: (event) => events.push(event),
  });
}

test('leaves an egg-link, the metadata and the path file in develop-eggs, and nothing else', async () => {
  const egg = await develop();
  expect(readdirSync(join(root, 'develop-eggs')).sort()).toEqual([
    'In.Tree.egg-link',
    '__editable__.in_tree-1.0.pth',
    'in_tree-1.0.dist-info',
  ]);
  expect(egg.project).toBe('In.Tree');
  expect(readFileSync(egg.eggLink, 'utf8')).toBe(`${root}/project/src\n..`);
  expect(readFileSync(join(root, 'develop-eggs/in_tree-1.0.dist-info/direct_url.json'), 'utf8')).toBe(
    `{"dir_info": {"editable": true}, "url": "file://${root}/project"}`,
  );
});

test('replaces what an earlier run left', async () => {
  await develop();
  writeFileSync(join(root, 'develop-eggs/in_tree-1.0.dist-info/stale'), '');
  const egg = await develop();
  expect(existsSync(join(root, 'develop-eggs/in_tree-1.0.dist-info/stale'))).toBe(false);
  expect(egg.files.every((file) => existsSync(file))).toBe(true);
});

test('warns of old namespace packages in the words of zc.buildout', async () => {
  expect((await develop()).namespaces).toBe('in\n');
  expect(events).toContainEqual({
    type: 'log',
    level: 'warning',
    text: `WARNING: Package In.Tree at file://${root}/project is using old style namespace packages. You should switch to native namespaces (PEP 420).`,
  });
});

test('gives build_ext options through setup.cfg, which the user gets back', async () => {
  const file = join(root, 'project/setup.cfg');
  writeFileSync(file, '[metadata]\nkeep=me\n');
  await develop({ define: 'X', 'include-dirs': '/opt/include' });
  const seen = readFileSync(join(root, 'develop-eggs/in_tree-1.0.dist-info/seen.cfg'), 'utf8');
  expect(seen).toContain('[build_ext]\ndefine = X\ninclude-dirs = /opt/include\n');
  expect(seen).toContain('keep = me');
  expect(readFileSync(file, 'utf8')).toBe('[metadata]\nkeep=me\n');
  expect(readdirSync(join(root, 'project')).sort()).toEqual(['pyproject.toml', 'setup.cfg', 'src', 'tools']);
});
