// The real thing: Plone from PyPI, by clutch and by zc.buildout, on the same configuration. Both must give the same
// files, clutch's must answer on HTTP, and each program goes on where the other one stopped. Filtered: the interpreter,
// and what Python recipes run on, which is one entry of site-packages for zc.buildout and eggs for us.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statusOfInstance } from '../support/plone-instance.ts';
import { referencePython } from '../support/reference-python.ts';
import { createWorkspace, finish, type RunResult, type Workspace } from '../support/run-clutch.ts';

const minutes = 60_000;
let ours: Workspace;
let theirs: Workspace;

beforeAll(() => {
  ours = createWorkspace();
  theirs = createWorkspace();
  for (const workspace of [ours, theirs]) workspace.copy('bench/plone62');
});
afterAll(() => {
  ours.remove();
  theirs.remove();
});

test(
  'eggs.cfg from an empty machine gives an interpreter that imports Plone',
  async () => {
    const result = await ours.run(['-c', 'eggs.cfg']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const imported = await execute(ours, join(ours.directory, 'bin/py'), [
      '-c',
      'import Products.CMFPlone, lxml.etree',
    ]);
    expect(imported).toMatchObject({ code: 0, stdout: '', stderr: '' });
  },
  10 * minutes,
);

test(
  'buildout.cfg runs the recipes of Zope and ZEO, and the instance answers',
  async () => {
    const result = await ours.run();
    expect(result).toMatchObject({ code: 0 });
    expect(await statusOfInstance(ours, 18080)).toBe(200);
  },
  10 * minutes,
);

test(
  'a second buildout gets every egg from the egg cache, without a network, when every version is pinned',
  async () => {
    const second = createWorkspace();
    try {
      second.copy('bench/plone62');
      const options = { environment: { HOME: ours.home }, prefix: ['unshare', '-Urn'] };
      const result = await second.run(pinsOf(ours), options);
      expect(result).toMatchObject({ code: 0 });
      rmSync(join(ours.home, '.cache'), { recursive: true, force: true });
      expect(await statusOfInstance(second, 18080)).toBe(200);
    } finally {
      second.remove();
    }
  },
  10 * minutes,
);

test(
  'every generated file equals what zc.buildout generates',
  async () => {
    // A run that fetches orders `sys.path` in another way than a run that finds all eggs, for both programs.
    for (const round of ['first', 'second']) {
      expect(await runReference(theirs), round).toMatchObject({ code: 0 });
    }
    expect(await ours.run()).toMatchObject({ code: 0 });
    expect(readAll(ours)).toEqual(readAll(theirs));
  },
  20 * minutes,
);

test(
  'zc.buildout takes over what clutch installed',
  async () => {
    const eggs = fingerprintEggs(ours.directory);
    const first = await runReference(ours);
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).not.toContain('Getting distribution');
    const second = await runReference(ours);
    expect(second.stdout).not.toMatch(/Getting distribution|^Uninstalling|^Installing/m);
    expect(fingerprintEggs(ours.directory)).toEqual(eggs);
    expect(readAll(ours)).toEqual(readAll(theirs));
  },
  10 * minutes,
);

test(
  'clutch takes over what zc.buildout installed',
  async () => {
    const generated = readAll(theirs);
    const eggs = fingerprintEggs(theirs.directory);
    const first = await theirs.run();
    expect(first).toMatchObject({ code: 0 });
    const fetched = first.stdout.match(/(?<=^Getting distribution for ')[\w.]+/gm) ?? [];
    expect(fetched.filter((name) => !runtime.test(`${name}-.egg`))).toEqual([]);
    const second = await theirs.run();
    expect(second.stdout).not.toMatch(/Getting distribution|^Uninstalling|^Installing/m);
    const after = new Set(fingerprintEggs(theirs.directory));
    expect(eggs.filter((line) => !after.has(line))).toEqual([]);
    const before = new Set(eggs);
    expect([...after].filter((line) => !before.has(line) && !runtime.test(line))).toEqual([]);
    expect(readAll(theirs)).toEqual(generated);
  },
  10 * minutes,
);

async function runReference(workspace: Workspace): Promise<RunResult> {
  const program = 'import sys, zc.buildout.buildout as b; sys.argv[0] = "buildout"; b.main()';
  return execute(workspace, await referencePython(), ['-c', program]);
}

/** The versions of its eggs, as assignments on the command line. */
function pinsOf(workspace: Workspace): string[] {
  return readdirSync(join(workspace.directory, 'eggs/v5')).map((egg) => {
    const [name = '', version = ''] = egg.split('-');
    return `versions:${name.replaceAll('_', '-')}=${version}`;
  });
}

/** What the recipes wrote: scripts and configuration files. */
function readAll(workspace: Workspace): Record<string, string> {
  const scripts = readdirSync(join(workspace.directory, 'bin')).map((name) => `bin/${name}`);
  const files = [
    'parts/instance/etc/zope.conf',
    'parts/instance/etc/wsgi.ini',
    'parts/instance/etc/site.zcml',
    'parts/instance/bin/interpreter',
    'parts/zeoserver/etc/zeo.conf',
    'parts/zeoserver/bin/runzeo',
    'parts/zeoserver/bin/zeoctl',
  ];
  return Object.fromEntries([...scripts, ...files].map((file) => [file, readGenerated(workspace, file)]));
}

/** Every file of the eggs, with what changes when somebody replaces or rewrites it. */
function fingerprintEggs(directory: string): string[] {
  const eggs = join(directory, 'eggs/v5');
  return readdirSync(eggs, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('__pycache__'))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const { ino, mtimeMs } = statSync(path);
      return `${path.slice(eggs.length + 1)} ${ino} ${mtimeMs}`;
    })
    .sort();
}

/** Python recipes run on these: one entry of site-packages for zc.buildout, eggs for us. */
const runtime =
  /(zc\.buildout|zc\.recipe\.egg|setuptools|pip|wheel|packaging|platformdirs)-[^/]*\.egg|site-packages/;

/** A generated file with the directory, the interpreter and the ways eggs are named taken out. */
function readGenerated(workspace: Workspace, file: string): string {
  return readFileSync(join(workspace.directory, file), 'utf8')
    .replaceAll(workspace.directory, '<buildout>')
    .replace(/^#!.*\n/, '#!<python>\n')
    .replaceAll(/^(PYTHON|exec)=.*|"[^"\n]*\/bin\/python[^"\n]*"/gm, '<python>')
    .replaceAll(/(?<=PYTHONPATH=").*(?=")/g, sortPaths)
    .split('\n')
    .filter((line) => !runtime.test(line))
    .join('\n');
}

/** plone.recipe.zeoserver lists the eggs of a Python set, so their order says nothing. */
function sortPaths(paths: string): string {
  return paths
    .split(':')
    .filter((path) => !runtime.test(path))
    .sort()
    .join(':');
}

function execute(workspace: Workspace, command: string, words: readonly string[]): Promise<RunResult> {
  return finish(
    spawn(command, words, {
      cwd: workspace.directory,
      env: { PATH: process.env['PATH'], HOME: workspace.home, PYTHONDONTWRITEBYTECODE: '1' },
    }),
  );
}
