// The same takeovers with small real distributions from PyPI (needs the network): wheels, an egg with a C extension,
// a namespace of pkg_resources style, and pins.

import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { referencePython } from '../support/reference-python.ts';
import { createWorkspace, finish, type RunResult, type Workspace } from '../support/run-clutch.ts';
import {
  assertSuccess,
  fingerprintEggs,
  readInstalled,
  readScripts,
} from '../conformance/takeover/two-programs.ts';

const configuration = `
[buildout]
parts = app py
versions = versions
show-picked-versions = true

[versions]
zope.interface = 7.2
zc.lockfile = 3.0.post1
setuptools = 80.9.0
waitress = 3.0.2
requests = 2.32.3
charset-normalizer = 3.4.0
idna = 3.10
urllib3 = 2.2.3
certifi = 2024.8.30

[app]
recipe = zc.recipe.egg
eggs = waitress
    zope.interface
    zc.lockfile

[py]
recipe = zc.recipe.egg
eggs = \${app:eggs}
    requests
interpreter = py
`;

interface Runner {
  workspace: Workspace;
  clutch: () => Promise<RunResult>;
  zcBuildout: () => Promise<RunResult>;
}

async function prepare(): Promise<Runner> {
  const workspace = createWorkspace();
  onTestFinished(() => workspace.remove());
  workspace.write({ 'buildout.cfg': configuration });
  const python = await referencePython();
  const options = {
    cwd: workspace.directory,
    env: { PATH: process.env['PATH'], HOME: workspace.home, PYTHONWARNINGS: 'ignore' },
  };
  return {
    workspace,
    clutch: () => workspace.run([], { environment: { BUILDOUT_PYTHON: python } }),
    zcBuildout: () => finish(spawn(join(dirname(python), 'buildout'), [], options)),
  };
}

async function expectNothingFetched(directory: string, run: () => Promise<RunResult>): Promise<string> {
  const before = fingerprintEggs(directory);
  const stdout = assertSuccess(await run());
  expect(stdout).not.toContain('Getting distribution');
  expect(fingerprintEggs(directory)).toEqual(before);
  return stdout;
}

test('zc.buildout takes over eggs from PyPI that clutch installed, and the interpreter works', async () => {
  const { workspace, clutch, zcBuildout } = await prepare();
  assertSuccess(await clutch());
  assertSuccess(await clutch());
  const scripts = readScripts(workspace.directory);
  await expectNothingFetched(workspace.directory, zcBuildout);
  const second = await expectNothingFetched(workspace.directory, zcBuildout);
  expect(second).not.toMatch(/^(Uninstalling|Installing)/m);
  expect(readScripts(workspace.directory)).toEqual(scripts);
  const program = 'import requests, waitress, zope.interface, zc.lockfile; print(zope.interface.__file__)';
  const imported = await finish(spawn(join(workspace.directory, 'bin/py'), ['-c', program]));
  expect(imported).toMatchObject({ code: 0, stderr: '' });
  expect(imported.stdout).toContain(join(workspace.directory, 'eggs/v5/zope.interface-7.2-'));
});

test('clutch takes over eggs from PyPI that zc.buildout installed, and gives them back', async () => {
  const { workspace, clutch, zcBuildout } = await prepare();
  assertSuccess(await zcBuildout());
  assertSuccess(await zcBuildout());
  const before = [readScripts(workspace.directory), await readInstalled(workspace.directory)];
  for (const run of [clutch, clutch, zcBuildout]) {
    const stdout = await expectNothingFetched(workspace.directory, run);
    expect(stdout).not.toMatch(/^(Uninstalling|Installing)/m);
    expect([readScripts(workspace.directory), await readInstalled(workspace.directory)]).toEqual(before);
  }
});
