// The real thing: Plone from PyPI, by clutch and by zc.buildout, on the same configuration. Both must give the same
// files but for the ways eggs are named, and clutch's must answer on HTTP.

import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
  'a second buildout gets every egg from the egg cache, without a network',
  async () => {
    const second = createWorkspace();
    try {
      second.copy('bench/plone62');
      const environment = { HOME: ours.home };
      const result = await second.run([], { environment, prefix: ['unshare', '-Urn'] });
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
    const python = await referencePython();
    const built = await execute(theirs, python, runReference);
    expect(built.code).toBe(0);
    for (const file of [
      'parts/instance/etc/zope.conf',
      'parts/instance/etc/wsgi.ini',
      'parts/zeoserver/etc/zeo.conf',
    ]) {
      expect(readGenerated(ours, file), file).toBe(readGenerated(theirs, file));
    }
    const scripts = readdirSync(join(theirs.directory, 'bin')).sort();
    expect(readdirSync(join(ours.directory, 'bin')).sort()).toEqual(scripts);
    for (const script of scripts) {
      expect(readGenerated(ours, `bin/${script}`), script).toBe(readGenerated(theirs, `bin/${script}`));
    }
  },
  20 * minutes,
);

const runReference = ['-c', 'import sys, zc.buildout.buildout as b; sys.argv[0] = "buildout"; b.main()'];

/** A generated file with the directory, the interpreter and the ways eggs are named taken out. */
function readGenerated(workspace: Workspace, file: string): string {
  return readFileSync(join(workspace.directory, file), 'utf8')
    .replaceAll(workspace.directory, '<buildout>')
    .replace(/^#!.*\n/, '#!<python>\n')
    .replaceAll(/[^\s'"]*\/site-packages/g, '<site-packages>');
}

function execute(workspace: Workspace, command: string, words: readonly string[]): Promise<RunResult> {
  return finish(
    spawn(command, words, {
      cwd: workspace.directory,
      env: { PATH: process.env['PATH'], HOME: workspace.home, PYTHONDONTWRITEBYTECODE: '1' },
    }),
  );
}

async function statusOfInstance(workspace: Workspace, port: number): Promise<number> {
  const instance = spawn(join(workspace.directory, 'bin/instance'), ['fg'], {
    cwd: workspace.directory,
    env: { PATH: process.env['PATH'], HOME: workspace.home },
    detached: true,
  });
  try {
    for (let attempt = 0; attempt < 240; attempt += 1) {
      const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
      if (response !== undefined) return response.status;
      await sleep(500);
    }
    return 0;
  } finally {
    stop(instance);
  }
}

function stop(instance: ChildProcess): void {
  if (instance.pid !== undefined) process.kill(-instance.pid, 'SIGKILL');
}
