// Plone's 240 eggs as a source release: made from PyPI, made again from nothing but the caches, installed without a
// network and without a Node on the machine, once from nothing and once with the egg cache. Prints sizes and times.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createWorkspace, type RunResult, type Workspace } from '../support/run-clutch.ts';

const minutes = 60_000;
const megabyte = 2 ** 20;
const python = execFileSync('python3', ['-c', 'import os, sys; print(os.path.realpath(sys.executable))'], {
  encoding: 'utf8',
}).trim();

let workspace: Workspace;
let archive = '';

beforeAll(() => {
  workspace = createWorkspace();
  workspace.copy('bench/plone62');
  archive = join(workspace.base, 'plone.tgz');
});
afterAll(() => workspace.remove());

function tell(what: string, since: number, more = ''): void {
  process.stdout.write(`plone-release: ${what}: ${((Date.now() - since) / 1000).toFixed(1)} s${more}\n`);
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function makeRelease(prefix: readonly string[] = []): Promise<RunResult> {
  const words = ['release', 'source', workspace.directory, '-n', 'plone'];
  return workspace.run(words, { cwd: workspace.base, prefix, environment: { BUILDOUT_PYTHON: python } });
}

test(
  'the release has every distribution; the second one needs no network, and is the same',
  async () => {
    const began = Date.now();
    const made = await makeRelease();
    expect(made, made.stderr).toMatchObject({ code: 0 });
    const { size } = statSync(archive);
    tell('made from PyPI', began, `, ${(size / megabyte).toFixed(0)} MB`);
    expect(size).toBeLessThan(140 * megabyte);
    const first = sha256(archive);

    const again = Date.now();
    const second = await makeRelease(['unshare', '-Urn']);
    expect(second, second.stderr).toMatchObject({ code: 0 });
    tell('made again offline', again);
    expect(second.stdout).not.toContain('Getting distribution');
    expect(sha256(archive)).toBe(first);
  },
  15 * minutes,
);

test(
  'it installs without a network and without Node, from nothing and from the egg cache, and imports Plone',
  () => {
    const home = join(workspace.base, 'fresh');
    for (const round of ['from nothing', 'from the egg cache']) {
      const target = join(workspace.base, round.replaceAll(' ', '-'));
      mkdirSync(target);
      execFileSync('tar', ['xzf', archive, '-C', target]);
      const release = join(target, 'plone');
      expect(readdirSync(join(release, 'release-distributions', 'dist')).length).toBeGreaterThan(240);
      const began = Date.now();
      const installed = spawnSync('unshare', ['-Urn', python, join(release, 'install.py')], {
        cwd: '/',
        encoding: 'utf8',
        env: { PATH: '/usr/bin:/bin', HOME: home, LC_ALL: 'C.UTF-8' },
        maxBuffer: 64 * megabyte,
      });
      expect(installed.status, installed.stdout + installed.stderr).toBe(0);
      tell(`installed ${round}`, began);
      const imported = spawnSync(join(release, 'bin', 'zopepy'), [
        '-c',
        'import Products.CMFPlone, lxml.etree',
      ]);
      expect(imported.status, String(imported.stderr)).toBe(0);
      rmSync(target, { recursive: true, force: true });
    }
  },
  15 * minutes,
);
