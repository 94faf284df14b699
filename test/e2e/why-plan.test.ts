// `why` and `plan` tell without doing; hints name the way out; picked versions go where `update-versions-file` says.

import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { buildSdistFile, buildWheel, writeCheckout } from '../support/build-distribution.ts';
import {
  eggsIn,
  expectFailure,
  expectSuccess,
  indexForTest,
  pathsBelow,
  simpleConfiguration,
  workspaceForTest,
  type TestWorkspace,
} from '../support/for-test.ts';

const offNetwork = { prefix: ['unshare', '-Urn'] };
const withHints = { environment: { CLUTCH_HINTS: '1' } };

function buildDemo(directory: string): void {
  for (const version of ['1.0', '2.0']) {
    buildWheel(directory, {
      name: 'demo',
      version,
      requires: ['demoneeded[fast]>=1; python_version > "3"', 'winonly; sys_platform == "win32"'],
      entryPoints: '[console_scripts]\ndemo = demo:main\n',
      files: { 'demo.py': `def main():\n    print("demo ${version}")\n` },
    });
  }
  buildWheel(directory, {
    name: 'demoneeded',
    version: '1.1',
    extras: ['fast'],
    requires: ['speedup; extra == "fast"'],
  });
  buildWheel(directory, { name: 'speedup', version: '3.0' });
}

/** A hash of every name, mode, time and content below the workspace: buildout, home, caches. */
function hashOf(workspace: TestWorkspace): string {
  const hash = createHash('sha256');
  for (const name of pathsBelow(workspace.base)) {
    const path = join(workspace.base, name);
    const status = lstatSync(path);
    hash.update(`${name} ${status.mode} ${status.mtimeMs}\n`);
    if (status.isSymbolicLink()) hash.update(readlinkSync(path));
    else if (status.isFile()) hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}

interface Part {
  part: string;
  action: string;
  reason: { type: string; changes?: unknown };
  certain: boolean;
}

interface Plan {
  format: number;
  changes: boolean;
  parts: Part[];
  eggs: { project: string; version: string; from: string; builds: boolean }[];
  versions: unknown[];
  scripts: { path: string; action: string }[];
  develop: unknown[];
  outside: unknown[];
  failures: { part: string; message: string; hint?: string }[];
  notKnown: string[];
  python: { chosenBy: string };
  index: { url: string; chosenBy: string };
}

/** The plan as JSON; the run left everything as it was. */
async function planOf(
  workspace: TestWorkspace,
  words: readonly string[] = [],
  environment: Record<string, string> = {},
): Promise<Plan> {
  const before = hashOf(workspace);
  const result = await workspace.run([...words, 'plan', '--json'], { environment });
  expectSuccess(result);
  expect(hashOf(workspace)).toBe(before);
  return JSON.parse(result.stdout) as Plan;
}

test('`why` shows the way from the option to the distribution, its pin and its egg, without a network', async () => {
  const workspace = workspaceForTest();
  buildDemo(workspace.links);
  const index = await indexForTest({ directory: workspace.links });
  workspace.write({
    'buildout.cfg': simpleConfiguration({
      index: index.indexUrl,
      eggs: ['${common:eggs}'],
      versions: { Demo: '1.0', unused: '1' },
      app: ['[common]', 'eggs =', '    demo'],
    }),
  });
  expectSuccess(await workspace.run());
  // The program's own compiled code is kept when it is first used.
  expectSuccess(await workspace.run(['why', 'demo']));
  const before = hashOf(workspace);
  const result = await workspace.run(['why', 'speedup'], offNetwork);
  expectSuccess(result);
  expect(result.stdout).toContain(
    [
      'speedup is required:',
      '',
      '[app] eggs (buildout.cfg:12): demo',
      '  demo 1.0 requires demoneeded[fast]>=1; python_version > "3"',
      '    demoneeded 1.1 requires speedup; extra == "fast"',
      '',
      'no pin: the version is picked',
      'in use: 3.0, egg eggs/v5/speedup-3.0-py3',
    ].join('\n'),
  );
  const demo = await workspace.run(['why', 'Demo']);
  expect(demo.stdout).toContain('pinned: demo = 1.0 (buildout.cfg:5)\nin use: 1.0, egg eggs/v5/demo-1.0-py3');
  const unused = await workspace.run(['why', 'unused']);
  expect(unused.stdout).toBe(
    'unused is pinned, but nothing here requires it.\npinned: unused = 1 (buildout.cfg:6)\n',
  );
  const elsewhere = await workspace.run(['why', 'winonly']);
  expect(elsewhere.stdout).toContain(
    'Nothing here requires winonly, and there is no pin for it.\ndemo 1.0 has `winonly; sys_platform == "win32"`',
  );
  const slip = await workspace.run(['why', 'demonedeed']);
  expect(slip.stdout).toContain('Did you mean demoneeded?');
  const json = await workspace.run(['why', '--json', 'demoneeded']);
  expect(JSON.parse(json.stdout)).toMatchObject({
    format: 1,
    status: 'required',
    requirers: [{ by: { project: 'demo', version: '1.0' }, parts: ['app'] }],
    inUse: { version: '1.1', kind: 'egg' },
  });
  expect(hashOf(workspace)).toBe(before);
});

test('`why` counts what a recipe that is not run requires, and shows a develop egg', async () => {
  const workspace = workspaceForTest();
  writeCheckout(join(workspace.directory, 'src'), { name: 'mine', version: '1.0', requires: ['demo'] });
  buildDemo(workspace.links);
  workspace.write({
    'buildout.cfg': simpleConfiguration({
      index: workspace.links,
      eggs: ['mine'],
      buildout: ['develop = src'],
    }),
  });
  expectSuccess(await workspace.run());
  workspace.write({
    'other.cfg':
      '[buildout]\nextends = buildout.cfg\nparts += extra\n[extra]\nrecipe = mine\neggs = speedup\n',
  });
  const mine = await workspace.run(['-c', 'other.cfg', 'why', 'mine']);
  expect(mine.stdout).toContain('[extra] recipe (other.cfg:5): mine');
  expect(mine.stdout).toMatch(/^\[app\] eggs \(buildout\.cfg:\d+\): mine$/m);
  expect(mine.stdout).toMatch(/^in use: 1\.0, develop egg src$/m);
  const demo = await workspace.run(['-c', 'other.cfg', 'why', 'demo']);
  expect(demo.stdout).toContain('  mine 1.0 requires demo\n(also from extra)');
});

test('`plan` of a first run names parts, eggs and scripts, and writes nothing anywhere', async () => {
  const workspace = workspaceForTest();
  buildDemo(workspace.links);
  await buildSdistFile(workspace.links, { name: 'fromsource', version: '0.1' });
  const index = await indexForTest({ directory: workspace.links });
  workspace.write({
    'buildout.cfg': simpleConfiguration({
      index: index.indexUrl,
      eggs: ['demo', 'fromsource'],
      buildout: ['eggs-directory = ../shared-eggs'],
    }),
  });
  const plan = await planOf(workspace);
  expect(plan).toMatchObject({
    format: 1,
    changes: true,
    parts: [{ part: 'app', action: 'install', reason: { type: 'new' }, certain: true }],
    outside: [{ what: 'eggs-directory', path: join(workspace.base, 'shared-eggs', 'v5') }],
    failures: [],
    index: { url: index.indexUrl, chosenBy: '[buildout] index (buildout.cfg:3)' },
  });
  expect(plan.eggs.map(({ project, version, from, builds }) => [project, version, from, builds])).toEqual([
    ['demo', '2.0', 'network', false],
    ['fromsource', '0.1', 'network', true],
    ['demoneeded', '1.1', 'network', false],
    ['speedup', '3.0', 'network', false],
  ]);
  expect(plan.notKnown.join('\n')).toContain('what these require: fromsource-0.1.tar.gz');
  expect(index.paths().filter((path) => path.endsWith('.tar.gz'))).toEqual([]);
  expect(existsSync(join(workspace.base, 'shared-eggs'))).toBe(false);
  const check = await workspace.run(['plan', '--check']);
  expect(check.code).toBe(2);
  expect(check.stdout).toContain('Eggs:\n  demo 2.0: fetched (demo-2.0-py3-none-any.whl');
});

test('`plan` says which setting chose the index and the Python', async () => {
  const workspace = workspaceForTest();
  buildDemo(workspace.links);
  const text = simpleConfiguration({ index: '', eggs: ['demo'] }).replace('index = \n', '');
  workspace.write({ 'buildout.cfg': text });
  const first = await planOf(workspace, [], { BUILDOUT_INDEX_URL: workspace.links });
  expect(first.index).toEqual({ url: workspace.links, chosenBy: 'BUILDOUT_INDEX_URL' });
  expect(first.python.chosenBy).toBe('python3 on the PATH');
  expect(first.scripts.map(({ path, action }) => [path, action])).toEqual([
    [join(workspace.directory, 'bin', 'demo'), 'create'],
    [join(workspace.directory, 'bin', 'py'), 'create'],
  ]);
  const pip = await planOf(workspace, [], { PIP_INDEX_URL: workspace.links });
  expect(pip.index.chosenBy).toBe("pip's index-url (PIP_INDEX_URL)");
});

test('`plan` tells changed options, gone files, dropped parts and changed versions, and nothing when all stays', async () => {
  const workspace = workspaceForTest();
  buildDemo(workspace.links);
  const index = await indexForTest({ directory: workspace.links });
  const configure = (more: { version: string; app?: string[]; buildout?: string[] }): void => {
    const { version, app = [], buildout = [] } = more;
    const versions = { demo: version, demoneeded: '1.1', speedup: '3.0' };
    const simple = { index: index.indexUrl, eggs: ['demo'], versions, app, buildout };
    workspace.write({ 'buildout.cfg': simpleConfiguration(simple) });
  };
  const second = ['[second]', 'recipe = zc.recipe.egg', 'eggs = speedup', 'interpreter = py2'];
  configure({ version: '1.0', app: second, buildout: ['parts = app second'].slice(1) });
  expectSuccess(await workspace.run(['buildout:parts=app second']));
  expectSuccess(await workspace.run(['buildout:parts=app second']));
  const same = await planOf(workspace, ['buildout:parts=app second']);
  expect(same).toMatchObject({ changes: false, scripts: [], eggs: [], versions: [], failures: [] });
  const nothing = await workspace.run(['buildout:parts=app second', 'plan', '--check']);
  expect([nothing.code, nothing.stdout.split('\n')[0]]).toEqual([0, 'Nothing would change.']);

  rmSync(join(workspace.directory, 'bin', 'py'));
  const gone = await planOf(workspace);
  expect(gone.parts).toMatchObject([
    { part: 'second', action: 'uninstall', reason: { type: 'not-wanted' } },
    { part: 'app', action: 'reinstall', reason: { type: 'missing' } },
  ]);
  expect(gone.scripts.map(({ path, action }) => [path, action])).toEqual([
    [join(workspace.directory, 'bin', 'py'), 'create'],
    [join(workspace.directory, 'bin', 'py2'), 'delete'],
  ]);

  configure({ version: '2.0', app: ['arguments = 1'] });
  const changed = await planOf(workspace);
  expect(changed.parts).toMatchObject([
    { action: 'uninstall' },
    {
      action: 'reinstall',
      reason: { type: 'options', changes: [{ option: 'arguments', new: '1' }] },
    },
  ]);
  expect(changed.versions).toEqual([{ project: 'demo', from: ['1.0'], to: ['2.0'] }]);
  expect(changed.eggs).toMatchObject([{ project: 'demo', version: '2.0', from: 'network' }]);
  expectSuccess(await workspace.run());
  // The egg of 1.0 is still here and in the cache, so going back fetches nothing.
  configure({ version: '1.0', app: ['arguments = 1'] });
  const back = await planOf(workspace);
  expect(back).toMatchObject({ eggs: [], versions: [{ from: ['2.0'], to: ['1.0'] }] });
  rmSync(join(workspace.directory, 'eggs'), { recursive: true });
  expect((await planOf(workspace)).eggs.map(({ from }) => from)).toEqual(Array(3).fill('egg-cache'));
});

test('`plan` goes on where a part would fail, and does not run recipes that are not built in', async () => {
  const workspace = workspaceForTest();
  buildDemo(workspace.links);
  buildWheel(workspace.links, { name: 'somerecipe', version: '1.0' });
  workspace.write({
    'buildout.cfg': [
      simpleConfiguration({ index: workspace.links, eggs: ['demo'] }).replace(
        'parts = app',
        'parts = app bad mine',
      ),
      '[bad]\nrecipe = zc.recipe.egg\neggs = demo>=7\n',
      '[mine]\nrecipe = somerecipe\neggs = speedup\nscript = x\n',
    ].join('\n'),
    '.installed.cfg':
      '[buildout]\nparts = mine\n\n[mine]\n__buildout_installed__ =\n' +
      '__buildout_signature__ = somerecipe-0.9-py3.11.egg\nrecipe = somerecipe\neggs = speedup\n' +
      `script = ${workspace.directory}/bin/x\nlocation = parts/mine\n`,
  });
  const plan = await planOf(workspace);
  expect(plan.parts).toMatchObject([
    { part: 'app', action: 'install' },
    { part: 'bad', action: 'install' },
    { part: 'mine', action: 'reinstall', reason: { type: 'recipe-changed' }, certain: false },
  ]);
  expect(plan.failures).toMatchObject([
    { part: 'bad', message: "Couldn't find a distribution for 'demo>=7'." },
  ]);
  expect(plan.failures[0]?.hint).toMatch(/which \[bad\] eggs in .*buildout\.cfg:\d+ asks for/);
  expect(plan.notKnown).toContain('what somerecipe sets and writes for part mine: it is not run');
  expect((await workspace.run(['plan', '--check'])).code).toBe(1);
});

test('`plan` takes a develop egg that is not there yet for what its checkout says', async () => {
  const workspace = workspaceForTest();
  buildDemo(workspace.links);
  workspace.write({
    'src/pyproject.toml':
      '[project]\nname = "mine"\nversion = "1.0"\ndependencies = ["demo"]\n[project.scripts]\nmine = "mine:main"\n',
    'buildout.cfg': simpleConfiguration({
      index: workspace.links,
      eggs: ['mine'],
      buildout: ['develop = src'],
    }),
  });
  const plan = await planOf(workspace);
  expect(plan).toMatchObject({
    failures: [],
    notKnown: [],
    develop: [{ path: join(workspace.directory, 'src'), action: 'create' }],
  });
  expect(plan.eggs.map(({ project }) => project)).toEqual(['demo', 'demoneeded', 'speedup']);
});

test('a wrong configuration ends `plan` with 1, and the nearest name', async () => {
  const workspace = workspaceForTest();
  workspace.write({ 'buildout.cfg': '[buildout]\nparts = ap\n[app]\nrecipe = zc.recipe.egg\n' });
  for (const words of [[], ['plan']]) {
    const said = expectFailure(await workspace.run(words, withHints));
    expect(said).toContain("Error: The referenced section, 'ap', was not defined.\n");
    expect(said).toMatch(/^ {2}at .*buildout\.cfg:2 \[buildout\] parts\nhint: did you mean `app`\?$/m);
  }
});

test('misspelt options get the nearest name, after what zc.buildout says', async () => {
  const workspace = workspaceForTest();
  buildDemo(workspace.links);
  workspace.write({
    'buildout.cfg': simpleConfiguration({
      index: workspace.links,
      eggs: ['demo'],
      buildout: ['find-link = x'],
      app: ['intepreter = py'],
    }),
  });
  const result = await workspace.run([], withHints);
  expectSuccess(result);
  expect(result.stdout).toContain("Section `buildout` contains unused option(s): 'find-link'.\n");
  expect(result.stderr).toMatch(
    /^hint: \[buildout\] find-link \(.*buildout\.cfg:4\): did you mean `find-links`\?$/m,
  );
  expect(result.stderr).toMatch(/^hint: \[app\] intepreter \(.*\): did you mean `interpreter`\?$/m);
  expect((await workspace.run(['-N'])).stderr).not.toContain('hint');

  workspace.write({
    'buildout.cfg': `[buildout]\nparts = app\nindex = ${workspace.links}\n[app]\nrecipe = zc.recipe.egg\negs = demo\n`,
  });
  const said = expectFailure(await workspace.run([], withHints));
  expect(said).toContain("Error: Couldn't find a distribution for 'app'.");
  expect(said).toMatch(
    /hint: \[app\] has no `eggs`, so it installs `app`; did you mean `eggs` by `egs` in .*:6\?/,
  );
});

test('a conflict names each requirer up to part, file and line, and the pin', async () => {
  const workspace = workspaceForTest();
  buildDemo(workspace.links);
  buildWheel(workspace.links, { name: 'old', version: '1.0', requires: ['middle'] });
  buildWheel(workspace.links, { name: 'middle', version: '1.0', requires: ['demo<2'] });
  workspace.write({
    'versions.cfg': '[versions]\nold = 1.0\n',
    'buildout.cfg': simpleConfiguration({
      index: workspace.links,
      eggs: ['demo>1', 'old'],
      buildout: ['extends = versions.cfg'],
    }),
  });
  const said = expectFailure(await workspace.run([], withHints));
  expect(said).toContain(
    "Error: There is a version conflict.\nWe already have: demo 2.0\nbut middle 1.0 requires 'demo<2'.\n",
  );
  expect(said).toMatch(/demo 2\.0 was chosen for `demo>1`, which \[app\] eggs in .*buildout\.cfg:8 asks for/);
  expect(said).toMatch(
    /it does not fit `demo<2`, required by middle 1\.0, required by old 1\.0, which \[app\] eggs in .*buildout\.cfg:8 asks for as `old`/,
  );
  workspace.write({
    'versions.cfg': '[versions]\nold = 1.0\ndemo = 2.0\n',
    'buildout.cfg': simpleConfiguration({
      index: workspace.links,
      eggs: ['old'],
      buildout: ['extends = versions.cfg'],
    }),
  });
  const pinned = expectFailure(await workspace.run([], withHints));
  expect(pinned).toContain("The requirement ('demo<2') is not allowed by your [versions] constraint (2.0)");
  expect(pinned).toMatch(/the pin `demo = 2\.0` in .*versions\.cfg:3 decides its version/);
});

test('update-versions-file gets picked versions with who requires them, once', async () => {
  const workspace = workspaceForTest();
  buildWheel(workspace.links, { name: 'demo', version: '1.0', requires: ['zeta', 'demoneeded'] });
  buildWheel(workspace.links, { name: 'demoneeded', version: '1.1', requires: ['zeta', 'bound>=1'] });
  buildWheel(workspace.links, { name: 'zeta', version: '2.0' });
  buildWheel(workspace.links, { name: 'bound', version: '1.5' });
  workspace.write({
    'versions.cfg': '[versions]\ndemo = 1.0',
    'buildout.cfg': simpleConfiguration({
      index: workspace.links,
      eggs: ['demo'],
      buildout: ['extends = versions.cfg', 'update-versions-file = versions.cfg'],
    }),
  });
  const first = await workspace.run();
  expectSuccess(first);
  expect(first.stdout).toContain('Picked versions have been written to versions.cfg\n');
  const file = join(workspace.directory, 'versions.cfg');
  const text = readFileSync(file, 'utf8');
  // As zc.buildout 6.0.1 appends it: it knows who requires what is required without a version only.
  expect(text.replace(/ at [\d-]+ [\d:.]+\n/, ' at NOW\n')).toBe(
    [
      '[versions]',
      'demo = 1.0',
      '# Added by buildout at NOW',
      'bound = 1.5',
      '',
      '# Required by:',
      '# demo==1.0',
      'demoneeded = 1.1',
      '',
      '# Required by:',
      '# demo==1.0',
      '# demoneeded==1.1',
      'zeta = 2.0',
      '',
    ].join('\n'),
  );
  expectSuccess(await workspace.run(['-N']));
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect(eggsIn(workspace.directory)).toHaveLength(4);
});
