// A source release installs with nothing but its Python: no network, no Node, no right to write elsewhere. It is
// complete, deterministic, and refuses what was changed.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { expectFailure, expectSuccess, pathsBelow } from '../support/for-test.ts';
import { writeReleaseProject } from '../support/release-project.ts';
import { type RunResult } from '../support/run-clutch.ts';

const python = '/usr/bin/python3';
const minimal = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };

/** Unpacks an archive with tar. */
function unpack(archive: string, target: string): void {
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['xzf', archive, '-C', target]);
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Changes one byte of each distribution and download, and adds one: none is installed. */
function refusesEveryChange(release: string): void {
  const folder = join(release, 'release-distributions');
  const carried = pathsBelow(folder).filter(
    (path) => !path.startsWith('clutch/') && lstatSync(join(folder, path)).isFile(),
  );
  expect(carried.length).toBeGreaterThan(10);
  expect(carried.some((path) => path.startsWith('cmmi/'))).toBe(true);
  for (const path of [...carried, 'clutch/dist/clutch.js']) {
    const file = join(folder, path);
    const original = readFileSync(file);
    const changed = Buffer.from(original);
    changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;
    writeFileSync(file, changed);
    const said = expectFailure(install(release));
    expect(said).toContain(file);
    expect(said).toContain('was changed or is missing');
    writeFileSync(file, original);
  }
  const added = join(folder, 'dist', 'app-2.0-py3-none-any.whl');
  writeFileSync(added, '');
  expect(expectFailure(install(release))).toContain(`${added} does not belong to this release.`);
  rmSync(added);
  expect(existsSync(join(release, 'eggs'))).toBe(false);
}

interface Installation {
  words?: readonly string[];
  environment?: Record<string, string>;
  prefix?: readonly string[];
}

/** `python3 install.py` without a network, from another directory. */
function install(directory: string, { words = [], environment = {}, prefix }: Installation = {}): RunResult {
  const line = [...(prefix ?? ['unshare', '-Urn']), python, join(directory, 'install.py'), ...words];
  const result = spawnSync(line[0] ?? '', line.slice(1), {
    cwd: '/',
    encoding: 'utf8',
    env: { ...minimal, HOME: join(directory, 'no-home'), ...environment },
  });
  return { code: result.status, signal: result.signal, stdout: result.stdout, stderr: result.stderr };
}

test.skipIf(!existsSync(python))(
  'an application with a recipe, a C extension and a cmmi part installs without network and Node, as nobody',
  { timeout: 240_000 },
  async () => {
    const workspace = await writeReleaseProject();
    const environment = { BUILDOUT_PYTHON: python };
    const made = await workspace.run(
      ['release', 'source', 'project', 'greeting:text=good-day', '-n', 'app-1.0'],
      { environment },
    );
    expectSuccess(made);
    expect(made.stdout.split('\n')[0]).toBe('Creating source release in app-1.0.tgz');
    const archive = join(workspace.directory, 'app-1.0.tgz');

    chmodSync(workspace.base, 0o755);
    const target = join(workspace.base, 'target');
    unpack(archive, target);
    expect(readdirSync(target)).toEqual(['app-1.0']);
    const release = join(target, 'app-1.0');
    expect(pathsBelow(release).filter((path) => !path.startsWith('release-distributions/'))).toEqual([
      'buildout.cfg',
      'docs',
      'docs/read me.txt',
      'install.py',
      'release-distributions',
      'versions.cfg',
    ]);
    const dist = readdirSync(join(release, 'release-distributions', 'dist'));
    expect(dist).toEqual(expect.arrayContaining([...workspace.expected]));
    expect(dist.filter((name) => /^zc[._]buildout-6\.0\.1/.test(name))).toHaveLength(1);
    const sums = spawnSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], {
      cwd: join(release, 'release-distributions'),
      encoding: 'utf8',
    });
    expect(sums.status, sums.stderr).toBe(0);

    // The second one fetches, builds and runs nothing, and is the same.
    const first = sha256(archive);
    rmSync(archive);
    const second = await workspace.run(
      ['release', 'source', 'project', 'greeting:text=good-day', '-n', 'app-1.0'],
      { environment, prefix: ['unshare', '-Urn'] },
    );
    expectSuccess(second);
    expect(second.stdout).toMatch(
      /^Creating source release in app-1\.0\.tgz\nCreated app-1\.0\.tgz: \d+ .*\n$/,
    );
    expect(sha256(archive)).toBe(first);

    // A changed file of the project: the run is made again, and what the recipe downloads is here.
    await workspace.server.close();
    workspace.write({ 'project/docs/new.txt': '' });
    const third = await workspace.run(['release', 'source', 'project', 'greeting:text=x', '-n', 'changed'], {
      environment,
    });
    expectSuccess(third);
    expect(third.stdout).toContain('Installing tool.');

    refusesEveryChange(release);
    const asNobody = ['unshare', '-n', 'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const isRoot = process.getuid?.() === 0;
    if (isRoot) execFileSync('chown', ['-R', '65534:65534', target]);
    const installed = install(release, isRoot ? { prefix: asNobody } : {});
    expectSuccess(installed);
    expect(installed.stdout + installed.stderr).not.toContain('not written to');
    expect(execFileSync(join(release, 'bin', 'app'), { encoding: 'utf8' })).toBe('the answer is 42\n');
    expect(execFileSync(join(release, 'parts/tool/bin/tool'), { encoding: 'utf8' })).toBe('good-day\n');
    expect(existsSync(join(release, 'parts/log'))).toBe(true);
    expect(readdirSync(join(release, 'bin'))).not.toContain('buildout');

    const again = install(release, isRoot ? { prefix: asNobody } : {});
    expectSuccess(again);
    expect(again.stdout).toContain('Updating app.');
    const bootstrapped = install(release, { words: ['bootstrap'], ...(isRoot ? { prefix: asNobody } : {}) });
    expectSuccess(bootstrapped);
    expect(bootstrapped.stdout).toContain(`Generated script '${release}/bin/buildout'.\n`);
    const version = spawnSync(join(release, 'bin', 'buildout'), ['--version'], {
      env: minimal,
      encoding: 'utf8',
    });
    expect(version.stdout).toMatch(/^buildout version 6\.0\.1/);
  },
);
