// Python recipes that a test writes: a develop egg `demo` beside the configuration, with one recipe for each class.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { workspaceForTest, type TestWorkspace } from './for-test.ts';
import type { Workspace } from './run-clutch.ts';

const prelude = `
import os, signal, sys, time
import zc.buildout
class Recipe:
    def __init__(self, buildout, name, options):
        self.buildout, self.name, self.options = buildout, name, options
    def install(self): return ()
    def update(self): pass
`;

const setup = `
from setuptools import setup
import demo
recipes = [name for name, value in vars(demo).items()
           if isinstance(value, type) and issubclass(value, demo.Recipe)]
setup(name='demo', version='1.0', py_modules=['demo'],
      entry_points={'zc.buildout': ['%s = demo:%s' % (name.lower(), name) for name in recipes]})
`;

/** The module \`zc.buildout\` for setup.py, which runs where there is none. */
const standIn = `
import sys, types
if 'zc.buildout' not in sys.modules:
    try:
        import zc.buildout
    except ImportError:
        sys.modules['zc'] = types.ModuleType('zc')
        sys.modules['zc.buildout'] = sys.modules['zc'].buildout = types.ModuleType('zc.buildout')
`;

/** Writes `recipes/`; `source` has subclasses of `Recipe`, whose entry points are their names in lower case. */
export function writeRecipes(workspace: Workspace, source: string): void {
  workspace.write({ 'recipes/setup.py': standIn + setup, 'recipes/demo.py': prelude + source });
}

/** A `buildout.cfg` that develops `recipes/`, with a part for each of `parts`. */
export function configurationOf(parts: Readonly<Record<string, readonly string[]>>): string {
  const sections = Object.entries(parts).map(([name, lines]) => `[${name}]\n${lines.join('\n')}\n`);
  return [
    '[buildout]',
    'develop = recipes',
    'newest = false',
    `parts = ${Object.keys(parts).join(' ')}`,
    ...sections,
  ].join('\n');
}

/** The parts that `.installed.cfg` says are installed. */
export function recordedParts(workspace: Workspace): string[] {
  const text = readFileSync(join(workspace.directory, '.installed.cfg'), 'utf8');
  return (/^parts =(.*)$/m.exec(text)?.[1] ?? '').trim().split(/\s+/).filter(Boolean);
}

/** A part `before` that works, then the part `bad` with the class `Bad` that a test writes. */
export function badRecipe(source: string, lines: readonly string[] = []): TestWorkspace {
  const workspace = workspaceForTest();
  writeRecipes(workspace, `class Good(Recipe): pass\n${source}`);
  writeBadPart(workspace, lines);
  return workspace;
}

/** A configuration with both parts. */
export function writeBadPart(workspace: TestWorkspace, lines: readonly string[] = []): void {
  const parts = { before: ['recipe = demo:good'], bad: ['recipe = demo:bad', ...lines] };
  workspace.write({ 'buildout.cfg': configurationOf(parts) });
}
