// The tarball of `npm pack` installs without a network and brings its own Node.

import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repository } from '../support/run-clutch.ts';

const run = promisify(execFile);
let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'clutch-pack-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('the packed tarball installs offline, and the program runs without another Node', async () => {
  await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', directory], {
    cwd: repository,
  });
  const tarball = readdirSync(directory).find((name) => name.endsWith('.tgz')) ?? '';
  writeFileSync(join(directory, 'package.json'), '{"name": "target", "version": "1.0.0"}');
  const install = [
    'npm',
    'install',
    '--offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    `./${tarball}`,
  ];
  await run('unshare', ['-Urn', ...install], { cwd: directory });
  for (const name of ['buildout', 'clutch']) {
    const { stdout } = await run(join(directory, 'node_modules/.bin', name), ['--version'], {
      env: { PATH: '/usr/bin:/bin', HOME: directory },
    });
    expect(stdout).toMatch(/^buildout version 6\.0\.1 \(clutch \d/);
  }
});
