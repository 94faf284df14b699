// The commands of docs/shared-directories.md, run as they stand there; only the place of the directory is replaced.

import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { documentBlock } from '../support/document-block.ts';
import { eggsIn, expectSuccess, workspaceForTest } from '../support/for-test.ts';
import { finish, repository, type RunResult } from '../support/run-clutch.ts';

test('docs/shared-directories.md works as it stands', async () => {
  const workspace = workspaceForTest();
  const shared = join(workspace.base, 'srv', 'shared');
  const block = (name: string): string =>
    documentBlock('docs/shared-directories.md', name).replaceAll('/srv/shared', shared);
  const machine = join(workspace.base, 'clutch.cfg');
  // Users that there are.
  writeFileSync(machine, block('file: clutch.cfg').replace('slapsoft', 'nobody'));
  const run = async (name: string, cwd: string): Promise<RunResult> => {
    const PATH = `${join(repository, 'bin')}:${process.env['PATH'] ?? ''}`;
    const { PYENV_ROOT = join(process.env['HOME'] ?? '', '.pyenv') } = process.env;
    const env = { ...process.env, PATH, PYENV_ROOT, HOME: workspace.home, CLUTCH_MACHINE_CONFIG: machine };
    return finish(spawn('sh', ['-euc', block(name)], { cwd, env }));
  };
  expectSuccess(await run('run: make', workspace.base));
  const directories = ['first', 'second'].map((name) => join(workspace.base, name));
  for (const directory of directories) {
    mkdirSync(directory);
    writeFileSync(join(directory, 'buildout.cfg'), block('file: buildout.cfg'));
  }
  const [one = '', two = ''] = directories;
  expectSuccess(await run('run: first', one));
  const second = await run('run: second', two);
  expectSuccess(second);
  expect(second.stdout).not.toContain('Getting distribution');
  for (const directory of directories) {
    expect(eggsIn(directory)).toEqual([]);
    expect(readFileSync(join(directory, 'bin', 'waitress-serve'), 'utf8')).toContain(
      `${shared}/__eggs__/waitress-3.0.2-`,
    );
  }
  for (const directory of directories) rmSync(directory, { recursive: true });
  const plan = await run('run: plan prune', workspace.base);
  expectSuccess(plan);
  expect(plan.stdout).toContain('would be moved to .trash');
  expect(readdirSync(join(shared, '__eggs__'))).toHaveLength(1);
  const pruned = await run('run: prune', workspace.base);
  expectSuccess(pruned);
  expect(pruned.stdout).toContain('1 unused entry');
  expect(readdirSync(shared).filter((name) => !name.startsWith('.'))).toEqual([]);
});

test('every option of `prune` in its help is in the document', async () => {
  const workspace = workspaceForTest();
  const help = await workspace.run(['prune', '--help']);
  const document = readFileSync(join(repository, 'docs/shared-directories.md'), 'utf8');
  const options = new Set(help.stdout.match(/--[a-z-]+/g));
  for (const option of options) if (option !== '--help') expect(document).toContain(option);
  expect(options.size).toBeGreaterThan(6);
});
