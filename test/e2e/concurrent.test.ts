// Several runs at once on the same caches and even in the same directory: all succeed, and nothing is built twice.

import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { buildWheel } from '../support/build-distribution.ts';
import { buildLegacySdist } from '../support/build-legacy-sdist.ts';
import {
  eggsIn,
  expectSuccess,
  simpleConfiguration,
  workspaceForTest,
  type TestWorkspace,
} from '../support/for-test.ts';

const sources = ['source0', 'source1', 'source2'];
const wheels = ['wheel0', 'wheel1', 'wheel2', 'wheel3'];

/** Distributions whose builds leave a line in a file each time. */
async function writeDistributions(workspace: TestWorkspace): Promise<void> {
  for (const name of sources) {
    await buildLegacySdist(workspace.links, {
      name,
      version: '1.0',
      files: {
        'pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "back_end"\nbackend-path = ["."]\n',
        'back_end.py': countingBackEnd(name, join(workspace.base, 'builds.log')),
      },
    });
  }
  for (const name of wheels)
    buildWheel(workspace.links, { name, version: '1.0', requires: sources.slice(0, 1) });
  appendFileSync(join(workspace.base, 'builds.log'), '');
}

function countingBackEnd(name: string, log: string): string {
  const info = `${name}-1.0.dist-info`;
  return `import time, zipfile, os
def build_wheel(directory, config_settings=None, metadata_directory=None):
    with open(${JSON.stringify(log)}, 'a') as log:
        log.write('${name}\\n')
    time.sleep(0.3)
    name = '${name}-1.0-py3-none-any.whl'
    with zipfile.ZipFile(os.path.join(directory, name), 'w') as wheel:
        wheel.writestr('${name}.py', 'version = "1.0"\\n')
        wheel.writestr('${info}/METADATA', 'Metadata-Version: 2.1\\nName: ${name}\\nVersion: 1.0\\n')
        wheel.writestr('${info}/WHEEL', 'Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        wheel.writestr('${info}/RECORD', '')
    return name
`;
}

function buildsIn(workspace: TestWorkspace): string[] {
  const log = readFileSync(join(workspace.base, 'builds.log'), 'utf8');
  return log
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

function expectImports(directory: string): void {
  const names = [...sources, ...wheels];
  execFileSync(join(directory, 'bin', 'py'), ['-c', `import ${names.join(', ')}`]);
  expect(eggsIn(directory).filter((name) => !name.endsWith('.egg'))).toEqual([]);
}

const configurationOf = (workspace: TestWorkspace): string =>
  simpleConfiguration({ index: workspace.links, eggs: [...wheels, ...sources] });

test.each([2, 4])('%i runs in directories of their own share one empty egg cache', async (count) => {
  const workspace = workspaceForTest();
  await writeDistributions(workspace);
  const directories = Array.from({ length: count }, (_, index) => join(workspace.base, `buildout${index}`));
  workspace.write({ 'shared.cfg': configurationOf(workspace) });
  const results = await Promise.all(
    directories.map((directory) => {
      mkdirSync(directory);
      const words = ['-c', join(workspace.directory, 'shared.cfg'), `buildout:directory=${directory}`];
      return workspace.run(words, { cwd: directory });
    }),
  );
  for (const result of results) expectSuccess(result);
  for (const directory of directories) expectImports(directory);
  expect(buildsIn(workspace)).toEqual(sources);
});

test.each([2, 4])('%i runs in the same directory', async (count) => {
  const workspace = workspaceForTest();
  await writeDistributions(workspace);
  workspace.write({ 'buildout.cfg': configurationOf(workspace) });
  const results = await Promise.all(Array.from({ length: count }, () => workspace.run()));
  for (const result of results) expectSuccess(result);
  expectImports(workspace.directory);
  expect(buildsIn(workspace)).toEqual(sources);
  const after = await workspace.run(['-N']);
  expectSuccess(after);
  expect(existsSync(join(workspace.directory, '.installed.cfg'))).toBe(true);
  expect(after.stdout).toContain('Updating app.\n');
  expect(after.stdout).not.toContain('Getting distribution');
});

test('two runs share an eggs directory without an egg cache', async () => {
  const workspace = workspaceForTest();
  await writeDistributions(workspace);
  workspace.write({ 'shared.cfg': configurationOf(workspace) });
  const directories = ['one', 'two'].map((name) => join(workspace.base, name));
  const eggs = join(workspace.base, 'eggs');
  const results = await Promise.all(
    directories.map((directory) => {
      mkdirSync(directory);
      const settings = [
        `buildout:directory=${directory}`,
        `buildout:eggs-directory=${eggs}`,
        'buildout:egg-cache=',
      ];
      return workspace.run(['-c', join(workspace.directory, 'shared.cfg'), ...settings], { cwd: directory });
    }),
  );
  for (const result of results) expectSuccess(result);
  for (const directory of directories) {
    const names = [...sources, ...wheels].join(', ');
    execFileSync(join(directory, 'bin', 'py'), ['-c', `import ${names}`]);
  }
});
