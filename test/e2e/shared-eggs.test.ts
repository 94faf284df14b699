// Shared directories as buildouts use them: eggs lie in one place and are used from there.

import { execFileSync, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';

import { buildWheel } from '../support/build-distribution.ts';
import { buildLegacySdist } from '../support/build-legacy-sdist.ts';
import { buildsIn, countedSdist } from '../support/cache-fixture.ts';
import {
  eggsIn,
  expectFailure,
  expectSuccess,
  pathsBelow,
  simpleConfiguration,
} from '../support/for-test.ts';
import { finish, type RunOptions, type RunResult } from '../support/run-clutch.ts';
import {
  freshHome,
  projectsOf,
  runBuildout,
  sharedEggs,
  sharingWorkspace,
  type Buildout,
  type SharingWorkspace,
} from '../support/sharing-fixture.ts';

test('buildouts use the same eggs from the shared directory, and copy none', async () => {
  const workspace = sharingWorkspace();
  buildWheel(workspace.links, { name: 'demo', version: '1.0', requires: ['dep'] });
  await countedSdist(workspace, { name: 'dep' });
  const one = await runBuildout(workspace, 'one', {});
  expectSuccess(one.result);
  const two = await runBuildout(workspace, 'two', {});
  expectSuccess(two.result);
  expect(two.result.stdout).not.toContain('Getting');
  // Another user, who has no egg cache: nothing is fetched or built.
  const three = await runBuildout(workspace, 'three', {
    run: freshHome(workspace, 'other'),
    versions: { demo: '1.0', dep: '1.0' },
  });
  expectSuccess(three.result);
  expect(three.result.stdout).not.toContain('Getting');
  expect(buildsIn(workspace)).toEqual(['dep']);
  expect(projectsOf(sharedEggs(workspace))).toEqual(['demo', 'dep']);
  for (const { directory } of [one, two, three]) {
    expect(eggsIn(directory)).toEqual([]);
    const py = readFileSync(join(directory, 'bin', 'py'), 'utf8');
    expect(py).toContain(`'${workspace.shared}/__eggs__/demo-1.0-py`);
    execFileSync(join(directory, 'bin', 'py'), ['-c', 'import demo, dep']);
  }
  const again = await workspace.run(['-o'], { cwd: three.directory });
  expectSuccess(again);
  expect(again.stdout).toBe('Updating app.\n');
});

const systemPython = '/usr/bin/python3';
const nobody = 65_534;
/** As another user: setpriv gives the run no power over root's files. */
const asNobody = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
const canSwitch =
  process.geteuid?.() === 0 && existsSync(systemPython) && spawnSync('setpriv', ['--version']).status === 0;

/** A run as another user, in a directory and with a home that are theirs. */
function asOther(workspace: SharingWorkspace, name: string): RunOptions {
  const home = join(workspace.base, 'home-of-nobody');
  for (const path of [home, join(workspace.base, name)]) {
    mkdirSync(path, { recursive: true });
    chownSync(path, nobody, nobody);
  }
  chmodSync(workspace.base, 0o755);
  return { prefix: asNobody, environment: { HOME: home, BUILDOUT_PYTHON: systemPython } };
}

test('a shared egg that somebody deleted is named and put back', async () => {
  const workspace = sharingWorkspace();
  buildWheel(workspace.links, { name: 'demo', version: '1.0', requires: ['dep'] });
  buildWheel(workspace.links, { name: 'dep', version: '1.0' });
  const { directory } = await runBuildout(workspace, 'one', {});
  const before = sharedEggs(workspace);
  const [gone = ''] = before.filter((name) => name.startsWith('dep-'));
  rmSync(join(workspace.shared, '__eggs__', gone), { recursive: true });
  const again = await workspace.run([], { cwd: directory });
  expectSuccess(again);
  expect(again.stdout).toContain(
    `Shared egg ${gone} is missing; it is put into ${workspace.shared}/__eggs__ again.\n`,
  );
  expect(sharedEggs(workspace)).toEqual(before);
  execFileSync(join(directory, 'bin', 'py'), ['-c', 'import demo, dep']);
  // Offline nothing can be put back: what is gone is said.
  rmSync(join(workspace.shared, '__eggs__', gone), { recursive: true });
  expect(expectFailure(await workspace.run(['-o'], { cwd: directory }))).toContain(
    `Gone from the shared directories: ${gone}\n`,
  );
});

test('with shared-eggs = copy nobody notices that a shared egg is gone', async () => {
  const workspace = sharingWorkspace();
  buildWheel(workspace.links, { name: 'demo', version: '1.0', requires: ['dep'] });
  await countedSdist(workspace, { name: 'dep' });
  const one = await runBuildout(workspace, 'one', { buildout: ['shared-eggs = copy'] });
  expectSuccess(one.result);
  expect(projectsOf(eggsIn(one.directory))).toEqual(['demo', 'dep']);
  expect(projectsOf(sharedEggs(workspace))).toEqual(['demo', 'dep']);
  // Somebody without an egg cache finds what was built in the shared directory.
  const run = freshHome(workspace, 'other');
  const two = await runBuildout(workspace, 'two', { buildout: ['shared-eggs = copy'], run });
  expectSuccess(two.result);
  expect(buildsIn(workspace)).toEqual(['dep']);
  rmSync(workspace.shared, { recursive: true });
  for (const { directory } of [one, two]) {
    execFileSync(join(directory, 'bin', 'py'), ['-c', 'import demo, dep']);
    const again = await workspace.run(['-o'], { cwd: directory });
    expectSuccess(again);
    expect(again.stdout).toContain('Updating app.\n');
    expect(again.stdout).not.toContain('hared');
  }
});

test('records name what is used, for the buildout and for each part', async () => {
  const workspace = sharingWorkspace();
  buildWheel(workspace.links, { name: 'demo', version: '1.0', requires: ['dep'] });
  buildWheel(workspace.links, { name: 'dep', version: '1.0' });
  const { directory } = await runBuildout(workspace, 'one', {
    app: ['[more]', 'recipe = zc.recipe.egg:eggs', 'eggs = dep'],
    buildout: ['parts = app more'],
  });
  const records = readFileSync(join(directory, '.installed.cfg'), 'utf8');
  const [demo, dep] = sharedEggs(workspace);
  expect(records).toContain(`__eggs__ = ${demo} ${dep}\n`);
  expect(records.slice(records.indexOf('[more]'))).toContain(`__eggs__ = ${dep}\n`);
  const again = await workspace.run(['-N'], { cwd: directory });
  expect(again.stdout).toMatch(/^Updating app\.\n[^]*Updating more\.\n$/);
  expect(readFileSync(join(directory, '.installed.cfg'), 'utf8')).toBe(records);
});

test('two files of one version are kept apart, and each buildout gets its own', async () => {
  const workspace = sharingWorkspace();
  const other = join(workspace.base, 'other-links');
  mkdirSync(other);
  buildWheel(workspace.links, { name: 'demo', version: '1.0' });
  buildWheel(other, { name: 'demo', version: '1.0', files: { 'demo.py': "version = 'other'\n" } });
  const what = async (name: string, index: string): Promise<string> => {
    const { directory, result } = await runBuildout(workspace, name, { index, versions: { demo: '1.0' } });
    expectSuccess(result);
    expectSuccess(await workspace.run(['-o'], { cwd: directory }));
    const py = join(directory, 'bin', 'py');
    return execFileSync(py, ['-c', 'import demo; print(demo.version)'], { encoding: 'utf8' }).trim();
  };
  for (const round of ['first', 'second']) {
    expect(await what(`${round}-one`, workspace.links)).toBe('1.0');
    expect(await what(`${round}-two`, other)).toBe('other');
  }
  expect(projectsOf(sharedEggs(workspace))).toEqual(['demo']);
  const [digest = ''] = readdirSync(join(workspace.shared, 'demo'));
  expect(digest).toMatch(/^[0-9a-f]{32}$/);
  const marker = readFileSync(join(workspace.shared, 'demo', digest, '.buildout-shared.json'));
  expect(createHash('md5').update(marker).digest('hex')).toBe(digest);
  // What slapos's prune looks for is in the records and in the script.
  const records = readFileSync(join(workspace.base, 'second-two', '.installed.cfg'), 'utf8');
  expect(records).toContain(`__eggs__ = ${digest}\n`);
});

test.each([
  {
    what: 'writable by everybody',
    change: (path: string) => chmodSync(path, 0o777),
    says: 'may be written by everybody (mode 0777)',
  },
  {
    what: 'sticky and writable by everybody',
    change: (path: string) => chmodSync(path, 0o1777),
    says: 'may be written by everybody (mode 1777)',
  },
])('a root that is $what is refused with the reason', async ({ change, says }) => {
  const workspace = sharingWorkspace();
  buildWheel(workspace.links, { name: 'demo', version: '1.0' });
  change(workspace.shared);
  const { directory, result } = await runBuildout(workspace, 'one', {
    run: { environment: { CLUTCH_HINTS: '1' } },
  });
  const said = expectFailure(result);
  expect(said).toContain(`Error: The shared directory ${workspace.shared} is not used: it ${says}\n`);
  expect(said).toContain('chmod o-w');
  expect(existsSync(join(directory, 'bin', 'py'))).toBe(false);
  expect(sharedEggs(workspace)).toEqual([]);
});

test.runIf(process.geteuid?.() === 0)(
  'a root of a stranger is refused until the machine trusts the owner',
  async () => {
    const workspace = sharingWorkspace();
    buildWheel(workspace.links, { name: 'demo', version: '1.0' });
    expectSuccess((await runBuildout(workspace, 'one', {})).result);
    execFileSync('chown', ['-R', '12345', workspace.shared]);
    const refused = await runBuildout(workspace, 'two', {});
    expect(expectFailure(refused.result)).toContain(
      `The shared directory ${workspace.shared} is not used: it belongs to user 12345, who is neither you nor root nor one of \`trusted-owners\`\n`,
    );
    const machine = join(workspace.base, 'clutch.cfg');
    writeFileSync(machine, '[shared]\ntrusted-owners = nobody 12345\n');
    const run = { environment: { CLUTCH_MACHINE_CONFIG: machine } };
    const trusted = await runBuildout(workspace, 'three', { run });
    expectSuccess(trusted.result);
    expect(eggsIn(trusted.directory)).toEqual([]);
    writeFileSync(machine, '[shared]\ntrusted-owners = no-such-user-here\n');
    expect(expectFailure((await runBuildout(workspace, 'four', { run })).result)).toContain(
      "There is no user 'no-such-user-here' on this machine",
    );
  },
);

test.runIf(process.geteuid?.() === 0)('an entry of a stranger is passed over with the reason', async () => {
  const workspace = sharingWorkspace();
  buildWheel(workspace.links, { name: 'demo', version: '1.0' });
  expectSuccess((await runBuildout(workspace, 'one', {})).result);
  const [egg = ''] = sharedEggs(workspace);
  const entry = join(workspace.shared, '__eggs__', egg);
  chownSync(entry, 12_345, 12_345);
  const { directory, result } = await runBuildout(workspace, 'two', {});
  expectSuccess(result);
  expect(result.stdout).toContain(`Shared egg ${entry} is not used: it belongs to user 12345`);
  const py = readFileSync(join(directory, 'bin', 'py'), 'utf8');
  expect(py).not.toContain(entry);
  execFileSync(join(directory, 'bin', 'py'), ['-c', 'import demo']);
});

test.runIf(canSwitch)('a user who may only read uses what is there, and keeps the rest', async () => {
  const workspace = sharingWorkspace();
  buildWheel(workspace.links, { name: 'demo', version: '1.0' });
  buildWheel(workspace.links, { name: 'extra', version: '1.0' });
  const python = { environment: { BUILDOUT_PYTHON: systemPython } };
  expectSuccess((await runBuildout(workspace, 'one', { run: python })).result);
  const before = pathsBelow(workspace.shared);
  const run = asOther(workspace, 'two');
  const { directory, result } = await runBuildout(workspace, 'two', { eggs: ['demo', 'extra'], run });
  expectSuccess(result);
  const text = `Shared directory ${workspace.shared} cannot be written to: eggs that are not there go to the eggs directory ${directory}/eggs/v5.\n`;
  expect(result.stdout).toContain(text);
  expect(projectsOf(eggsIn(directory))).toEqual(['extra']);
  expect(pathsBelow(workspace.shared)).toEqual(before);
  execFileSync(join(directory, 'bin', 'py'), ['-c', 'import demo, extra']);
  // A root of their own behind it takes what the first has not.
  const own = join(workspace.base, 'own-shared');
  mkdirSync(own);
  chownSync(own, nobody, nobody);
  const roots = [workspace.shared, own];
  const third = await runBuildout(workspace, 'three', {
    eggs: ['demo', 'extra'],
    roots,
    run: asOther(workspace, 'three'),
  });
  expectSuccess(third.result);
  expect(third.result.stdout).toContain(`cannot be written to: eggs that are not there go to ${own}.\n`);
  expect(eggsIn(third.directory)).toEqual([]);
  expect(projectsOf(readdirSync(join(own, '__eggs__')))).toEqual(['extra']);
});

test('eight runs at once on an empty shared directory build each egg once', async () => {
  const workspace = sharingWorkspace();
  await countedSdist(workspace, { name: 'backend' });
  for (const name of ['source0', 'source1']) await countedSdist(workspace, { name, requires: ['backend'] });
  buildWheel(workspace.links, { name: 'demo', version: '1.0', requires: ['source0', 'source1'] });
  // Eight users: no egg cache is shared. Half of them have none.
  const runs = Array.from({ length: 8 }, (_, index) =>
    runBuildout(workspace, `run${index}`, {
      run: freshHome(workspace, `home${index}`),
      buildout: index % 2 === 0 ? [] : ['egg-cache ='],
    }),
  );
  for (const { directory, result } of await Promise.all(runs)) {
    expectSuccess(result);
    execFileSync(join(directory, 'bin', 'py'), ['-c', 'import demo, source0, source1']);
    expect(eggsIn(directory)).toEqual([]);
  }
  expect(buildsIn(workspace)).toEqual(['backend', 'source0', 'source1']);
  expect(readdirSync(join(workspace.shared, '.clutch', 'tmp'))).toEqual([]);
});

test('an edit through a hard link is noticed, and the next directory gets the egg as it was', async () => {
  const workspace = sharingWorkspace();
  await countedSdist(workspace, { name: 'demo' });
  expectSuccess((await runBuildout(workspace, 'one', {})).result);
  const [egg = ''] = sharedEggs(workspace);
  const file = join(workspace.shared, '__eggs__', egg, 'demo.py');
  chmodSync(file, 0o644);
  appendFileSync(file, 'edited = True\n');
  const other = join(workspace.base, 'other-shared');
  mkdirSync(other);
  const { directory, result } = await runBuildout(workspace, 'two', { roots: [other] });
  expectSuccess(result);
  expect(result.stdout).toContain('Egg cache: demo.py of demo-1.0-py');
  expect(readFileSync(join(other, '__eggs__', egg, 'demo.py'), 'utf8')).not.toContain('edited');
  execFileSync(join(directory, 'bin', 'py'), ['-c', 'import demo']);
  expect(buildsIn(workspace)).toEqual(['demo', 'demo']);
});

test('eggs of extensions and Python recipes are shared, but not what buildout itself runs on', async () => {
  const workspace = sharingWorkspace();
  buildWheel(workspace.links, {
    name: 'say.extension',
    version: '1.0',
    files: { 'say_extension.py': 'def load(buildout):\n    print("extension from", __file__)\n' },
    entryPoints: '[zc.buildout.extension]\ndefault = say_extension:load\n',
  });
  const recipe = `class Recipe:
    def __init__(self, buildout, name, options):
        self.options = options
    def install(self):
        print('recipe from', __file__)
        return ()
    update = install
`;
  buildWheel(workspace.links, {
    name: 'say.recipe',
    version: '1.0',
    requires: ['say.helper'],
    files: { 'say_recipe.py': recipe },
    entryPoints: '[zc.buildout]\ndefault = say_recipe:Recipe\n',
  });
  buildWheel(workspace.links, { name: 'say.helper', version: '1.0' });
  const configuration = {
    // The recipe host needs zc.buildout.
    index: 'https://pypi.org/simple',
    eggs: ['say.helper'],
    buildout: [`find-links = ${workspace.links}`, 'extensions = say.extension', 'parts = say app'],
    app: ['[say]', 'recipe = say.recipe'],
  };
  const { directory, result } = await runBuildout(workspace, 'one', configuration);
  expectSuccess(result);
  const eggs = join(workspace.shared, '__eggs__');
  expect(result.stdout).toContain(`extension from ${eggs}/say.extension-1.0-py`);
  expect(result.stdout).toContain(`recipe from ${eggs}/say.recipe-1.0-py`);
  expect(projectsOf(sharedEggs(workspace))).toEqual(['say.extension', 'say.helper', 'say.recipe']);
  const own = ['packaging', 'pip', 'platformdirs', 'setuptools', 'wheel', 'zc.buildout'];
  expect(projectsOf(eggsIn(directory))).toEqual(own);
  const records = readFileSync(join(directory, '.installed.cfg'), 'utf8');
  const [extension = '', helper = '', recipeEgg = ''] = sharedEggs(workspace);
  expect(records.slice(0, records.indexOf('parts ='))).toContain(
    `__eggs__ = ${[extension, helper, recipeEgg].join(' ')}\n`,
  );
  // A run of one part knows only of its recipe, and forgets none of the others.
  expectSuccess(await workspace.run(['-N', 'install', 'app'], { cwd: directory }));
  expect(readFileSync(join(directory, '.installed.cfg'), 'utf8')).toContain(
    `[buildout]\n__eggs__ = ${[extension, helper, recipeEgg].join(' ')}\n`,
  );
  rmSync(join(eggs, recipeEgg), { recursive: true });
  const again = await workspace.run(['-N'], { cwd: directory });
  expectSuccess(again);
  expect(again.stdout).toContain(`Shared egg ${recipeEgg} is missing; it is put into ${eggs} again.\n`);
});

test('edit gives the buildout a copy of its own, which the next run uses', async () => {
  const workspace = sharingWorkspace();
  buildWheel(workspace.links, { name: 'demo', version: '1.0' });
  const { directory } = await runBuildout(workspace, 'one', {});
  const edit = await workspace.run(['edit', 'demo'], { cwd: directory });
  expectSuccess(edit);
  const [egg = ''] = eggsIn(directory);
  const path = join(directory, 'eggs', 'v5', egg);
  expect(edit.stdout).toContain(`${path} is yours to edit, and used from the next run of buildout on.\n`);
  appendFileSync(join(path, 'demo.py'), "version = 'edited'\n");
  expectSuccess(await workspace.run([], { cwd: directory }));
  const version = (name: string): string =>
    execFileSync(join(workspace.base, name, 'bin', 'py'), ['-c', 'import demo; print(demo.version)'], {
      encoding: 'utf8',
    }).trim();
  expect(version('one')).toBe('edited');
  expectSuccess((await runBuildout(workspace, 'two', {})).result);
  expect(version('two')).toBe('1.0');
  rmSync(path, { recursive: true });
  expectSuccess(await workspace.run([], { cwd: directory }));
  expect(version('one')).toBe('1.0');
});

test('plan says what is shared, where eggs would go, and what is refused', async () => {
  const workspace = sharingWorkspace();
  buildWheel(workspace.links, { name: 'demo', version: '1.0' });
  const configuration = { eggs: ['demo'] };
  const first = await runBuildout(workspace, 'one', { ...configuration, words: ['plan'] });
  expectSuccess(first.result);
  expect(first.result.stdout).toContain(`Not self-contained:\n  shared directory ${workspace.shared}\n`);
  expect(pathsBelow(workspace.shared)).toEqual([]);
  const json = await workspace.run(['plan', '--json'], { cwd: first.directory });
  const { eggs, outside } = JSON.parse(json.stdout) as {
    eggs: { location: string }[];
    outside: { what: string; path: string }[];
  };
  expect(eggs[0]?.location).toMatch(new RegExp(`^${workspace.shared}/__eggs__/demo-1\\.0-py`));
  expect(outside).toEqual([{ what: 'shared-part-list', path: workspace.shared }]);
  const copied = await workspace.run(['buildout:shared-eggs=copy', 'plan'], { cwd: first.directory });
  expect(copied.stdout).not.toContain('Not self-contained');
  expectSuccess(await workspace.run([], { cwd: first.directory }));
  expect((await workspace.run(['plan'], { cwd: first.directory })).stdout).toContain(
    'Nothing would change.\n',
  );
  chmodSync(workspace.shared, 0o777);
  const refused = await workspace.run(['plan', '--check'], { cwd: first.directory });
  expect(expectFailure(refused)).toContain(`The shared directory ${workspace.shared} is not used`);
});

test('annotate and query show the options of shared directories only when they are set', async () => {
  const workspace = sharingWorkspace();
  buildWheel(workspace.links, { name: 'demo', version: '1.0' });
  const { directory } = await runBuildout(workspace, 'one', {});
  const annotated = await workspace.run(['annotate', 'buildout'], { cwd: directory });
  expect(annotated.stdout).toContain('shared-part-list');
  expect(annotated.stdout).not.toContain('shared-eggs');
  expect((await workspace.run(['query', 'shared-part-list'], { cwd: directory })).stdout).toBe(
    `${workspace.shared}\n`,
  );
  expect(expectFailure(await workspace.run(['query', 'shared-eggs'], { cwd: directory }))).toContain(
    'Key not found: shared-eggs',
  );
  const wrong = await workspace.run(['buildout:shared-eggs=yes'], { cwd: directory });
  expect(expectFailure(wrong)).toContain("Invalid value for 'shared-eggs' option: 'yes'");
});

test('scripts of a section with `shared = true` are made once, read-only, and stay when the part goes', async () => {
  const workspace = sharingWorkspace();
  const entryPoints = '[console_scripts]\nhello = demo:main\n';
  const files = { 'demo.py': 'def main():\n    print("hello from a shared script")\n' };
  buildWheel(workspace.links, { name: 'demo', version: '1.0', entryPoints, files });
  const app = [
    'shared = true',
    '[other]',
    'recipe = zc.recipe.egg',
    'eggs = demo',
    'extra-paths = ${app:bin-directory}',
  ];
  const buildout = ['parts = app other'];
  const one = await runBuildout(workspace, 'one', { app, buildout });
  expectSuccess(one.result);
  const [digest = ''] = readdirSync(join(workspace.shared, 'app'));
  const place = join(workspace.shared, 'app', digest);
  expect(one.result.stdout).toContain(`app: will be shared at ${place} (needs to build)\n`);
  const marker = readFileSync(join(place, '.buildout-shared.json'), 'utf8');
  expect(createHash('md5').update(marker).digest('hex')).toBe(digest);
  expect(marker).toContain('"__eggs__": "demo-1.0-py');
  for (const name of ['', '.buildout-shared.json', 'bin', 'bin/hello', 'bin/py']) {
    expect(lstatSync(join(place, name)).mode & 0o222, name).toBe(0);
  }
  expect(execFileSync(join(place, 'bin', 'hello'), { encoding: 'utf8' })).toBe(
    'hello from a shared script\n',
  );
  expect(readFileSync(join(one.directory, 'bin', 'hello'), 'utf8')).toContain(`'${place}/bin'`);
  const records = readFileSync(join(one.directory, '.installed.cfg'), 'utf8');
  const section = records.slice(records.indexOf('[app]'), records.indexOf('[other]'));
  expect(section).toContain('__buildout_installed__ = \n');
  expect(section).toContain(`location = ${place}\n`);
  expect(section).toContain(`bin-directory = ${place}/bin\n`);
  expect(section).toMatch(/^__eggs__ = demo-1\.0-py\S+\.egg$/m);

  const two = await runBuildout(workspace, 'two', { app, buildout });
  expectSuccess(two.result);
  expect(two.result.stdout).toContain(`app: shared at ${place} (already built)\n`);
  expect(two.result.stdout).toContain('Installing app.\napp: shared part is already installed\n');
  const again = await workspace.run([], { cwd: two.directory });
  expect(again.stdout).toContain('Updating app.\n');
  expect(again.stdout).not.toContain("Generated script '" + place);
  // Uninstalled: the other buildout still has it.
  expectSuccess(await workspace.run(['buildout:parts='], { cwd: two.directory }));
  execFileSync(join(place, 'bin', 'hello'));
  // Incomplete, as after a power cut: made again.
  rmSync(join(place, '.buildout-shared.json'));
  rmSync(join(place, 'bin', 'hello'));
  expectSuccess(await workspace.run([], { cwd: one.directory }));
  execFileSync(join(place, 'bin', 'hello'));
  // Another option is another place.
  expectSuccess((await runBuildout(workspace, 'one', { app: ['shared = true', 'arguments = 1'] })).result);
  expect(readdirSync(join(workspace.shared, 'app'))).toHaveLength(2);
  const wrong = await runBuildout(workspace, 'three', { app: ['shared = yes'] });
  expect(expectFailure(wrong.result)).toContain("Invalid value for 'shared' option: 'yes'");
});

test('without a directory to share, and with one that does not exist, everything is where it always was', async () => {
  const workspace = sharingWorkspace();
  buildWheel(workspace.links, { name: 'demo', version: '1.0' });
  const missing = join(workspace.base, 'missing');
  const { directory, result } = await runBuildout(workspace, 'one', {
    roots: [missing],
    app: ['shared = true'],
  });
  expectSuccess(result);
  expect(result.stdout).toContain(
    `There is no shared directory ${missing}: eggs that are not there go to the eggs directory ${directory}/eggs/v5.\n`,
  );
  expect(projectsOf(eggsIn(directory))).toEqual(['demo']);
  execFileSync(join(directory, 'bin', 'py'), ['-c', 'import demo']);
  expect(existsSync(missing)).toBe(false);
});

test.each([150, 400, 800])('runs killed after %i ms leave the others and the next alone', async (delay) => {
  const workspace = sharingWorkspace();
  for (const name of ['source0', 'source1']) await countedSdist(workspace, { name });
  buildWheel(workspace.links, { name: 'demo', version: '1.0', requires: ['source0', 'source1'] });
  const start = (index: number): ChildProcess => {
    const directory = join(workspace.base, `run${index}`);
    mkdirSync(directory, { recursive: true });
    const buildout = [`shared-part-list = ${workspace.shared}`];
    const text = simpleConfiguration({ index: workspace.links, eggs: ['demo'], buildout });
    writeFileSync(join(directory, 'buildout.cfg'), text);
    const { environment = {} } = freshHome(workspace, `home${index}`);
    return workspace.start([], { cwd: directory, environment, detached: true });
  };
  const children = Array.from({ length: 8 }, (_, index) => start(index));
  const ended = children.map((child) => finish(child));
  const isKilled = (index: number): boolean => index % 3 === 0;
  await sleep(delay);
  for (const [index, child] of children.entries()) {
    if (isKilled(index) && child.exitCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL');
  }
  for (const [index, result] of (await Promise.all(ended)).entries()) {
    if (!isKilled(index)) expectSuccess(result);
  }
  for (const index of [0, 3, 6]) expectSuccess(await finish(start(index)));
  for (const index of children.keys()) {
    const py = join(workspace.base, `run${index}`, 'bin', 'py');
    execFileSync(py, ['-c', 'import demo, source0, source1']);
    expect(eggsIn(join(workspace.base, `run${index}`))).toEqual([]);
  }
  // One more for each builder that was killed while it built.
  expect(buildsIn(workspace).length).toBeLessThanOrEqual(2 + 3);
  expect(projectsOf(sharedEggs(workspace))).toEqual(['demo', 'source0', 'source1']);
});

const extensionSource = `
#include <Python.h>
#include <answer.h>
static PyObject *answer(PyObject *self, PyObject *nothing) { return PyLong_FromLong(ANSWER + EXTRA); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "speedups", "", -1, methods};
PyMODINIT_FUNC PyInit_speedups(void) { return PyModule_Create(&module); }
`;

test('a custom egg is built once for two buildouts, and again when an option or what it includes changes', async () => {
  const workspace = sharingWorkspace();
  const log = join(workspace.base, 'builds.log');
  await buildLegacySdist(workspace.links, {
    name: 'demo',
    version: '1.0',
    files: {
      'setup.py': `import os
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
class counted(build_ext):
    def run(self):
        open(${JSON.stringify(log)}, 'a').write('demo\\n')
        build_ext.run(self)
extra = os.environ.get('EXTRA', '0')
setup(name='demo', version='1.0', cmdclass={'build_ext': counted},
      ext_modules=[Extension('speedups', ['speedups.c'], define_macros=[('EXTRA', extra)])])
`,
      'speedups.c': extensionSource,
    },
  });
  const include = join(workspace.base, 'include');
  mkdirSync(include);
  writeFileSync(join(include, 'answer.h'), '#define ANSWER 42\n');
  const configure = (lines: readonly string[]): Buildout => ({
    versions: { setuptools: '80.9.0', wheel: '0.45.1' },
    buildout: ['parts = custom app'],
    app: ['[custom]', 'recipe = zc.recipe.egg:custom', 'egg = demo', `include-dirs = ${include}`, ...lines],
  });
  const run = async (
    name: string,
    lines: readonly string[] = [],
  ): Promise<{ answer: string; directory: string; result: RunResult }> => {
    const { directory, result } = await runBuildout(workspace, name, configure(lines));
    expectSuccess(result);
    const py = join(directory, 'bin', 'py');
    const answer = execFileSync(py, ['-c', 'import speedups; print(speedups.answer())'], {
      encoding: 'utf8',
    });
    return { answer: answer.trim(), directory, result };
  };
  const one = await run('one');
  expect(one.answer).toBe('42');
  expect((await run('two')).answer).toBe('42');
  expect(buildsIn(workspace)).toEqual(['demo']);

  const [link = ''] = readdirSync(join(one.directory, 'develop-eggs'));
  const path = join(one.directory, 'develop-eggs', link);
  expect(lstatSync(path).isSymbolicLink()).toBe(true);
  expect(dirname(dirname(dirname(realpathSync(path))))).toBe(workspace.shared);
  // The script names the link, so that an old script sees the new egg after a rebuild.
  expect(readFileSync(join(one.directory, 'bin', 'py'), 'utf8')).toContain(`'${path}'`);
  const records = readFileSync(join(one.directory, '.installed.cfg'), 'utf8');
  expect(records).toContain(`location = ${dirname(realpathSync(path))}\n`);
  const again = await workspace.run([], { cwd: one.directory });
  expect(again.stdout).toMatch(/^Updating custom\.\n[^]*Updating app\.\n$/);
  expect(readFileSync(join(one.directory, '.installed.cfg'), 'utf8')).toBe(records);

  // An option, a variable, and a header that changed.
  const more = ['environment = variables', '[variables]', 'EXTRA = 1'];
  expect((await run('one', more)).answer).toBe('43');
  expect((await run('three', more)).answer).toBe('43');
  expect(buildsIn(workspace)).toEqual(['demo', 'demo']);
  writeFileSync(join(include, 'answer.h'), '#define ANSWER 7777\n');
  expect((await run('four')).answer).toBe('7777');
  expect((await run('two')).answer).toBe('42');
  expect(buildsIn(workspace)).toHaveLength(3);

  // Deleted by mistake: put back from the egg cache, and named.
  rmSync(join(workspace.shared, 'custom'), { recursive: true });
  const back = await run('four');
  expect(back.answer).toBe('7777');
  expect(back.result.stdout).toContain('is missing; it is put into');
  expect(buildsIn(workspace)).toHaveLength(3);
});
