// The egg cache as its users meet it: what is a miss and what is not, damage, edits, runs at once.

import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { buildWheel } from '../support/build-distribution.ts';
import { buildsIn, cache, countedSdist, eggPath, entryOf, runFresh } from '../support/cache-fixture.ts';
import {
  eggsIn,
  expectFailure,
  expectSuccess,
  simpleConfiguration,
  workspaceForTest,
} from '../support/for-test.ts';

test('a newer build requirement on the index rebuilds nothing; a changed pin rebuilds what it touches', async () => {
  const workspace = workspaceForTest();
  buildWheel(workspace.links, { name: 'tool', version: '1.0' });
  await countedSdist(workspace, { name: 'touched', requires: ['tool'] });
  await countedSdist(workspace, { name: 'untouched' });
  const eggs = ['touched', 'untouched'];
  await runFresh(workspace, 'first', { eggs });
  expect(buildsIn(workspace)).toEqual(['touched', 'untouched']);

  buildWheel(workspace.links, { name: 'tool', version: '2.0' });
  await runFresh(workspace, 'newer', { eggs });
  expect(buildsIn(workspace)).toEqual(['touched', 'untouched']);

  const pinned = { eggs, versions: { tool: '2.0' } };
  mkdirSync(join(workspace.base, 'pinned'));
  writeFileSync(
    join(workspace.base, 'pinned', 'buildout.cfg'),
    simpleConfiguration({ index: workspace.links, ...pinned }),
  );
  const explained = await cache(workspace, join(workspace.base, 'pinned'), ['explain-miss', 'touched']);
  expect(explained.code).toBe(1);
  expect(explained.stdout).toContain('was built with tool not pinned, and now it is pinned to 2.0\n');
  expect((await cache(workspace, join(workspace.base, 'pinned'), ['explain-miss', 'untouched'])).code).toBe(
    0,
  );
  await runFresh(workspace, 'pinned', pinned);
  expect(buildsIn(workspace)).toEqual(['touched', 'touched', 'untouched']);
  // Both builds stay: whoever has no pin, or this one, finds his own.
  await runFresh(workspace, 'unpinned again', { eggs });
  await runFresh(workspace, 'pinned again', pinned);
  expect(buildsIn(workspace)).toEqual(['touched', 'touched', 'untouched']);

  const shown = await cache(workspace, join(workspace.base, 'first'), ['show', 'touched', '--json']);
  const entries = JSON.parse(shown.stdout) as { used: unknown; requestKeys: string[] }[];
  expect(entries.map(({ used }) => used)).toEqual([
    expect.objectContaining({ requirements: { tool: '2.0' }, pins: { tool: '2.0' } }),
    expect.objectContaining({
      requirements: { tool: '1.0' },
      pins: {},
      hashes: { tool: expect.any(String) },
    }),
  ]);
});

test('another name for the build environment is a miss for what was compiled, not for pure Python', async () => {
  const workspace = workspaceForTest();
  await countedSdist(workspace, { name: 'pure' });
  await countedSdist(workspace, { name: 'compiled', tag: 'py3-none-linux_x86_64' });
  const eggs = ['pure', 'compiled'];
  await runFresh(workspace, 'first', { eggs });
  const buildout = ['egg-cache-environment = image-2'];
  mkdirSync(join(workspace.base, 'second'));
  writeFileSync(
    join(workspace.base, 'second', 'buildout.cfg'),
    simpleConfiguration({ index: workspace.links, eggs, buildout }),
  );
  const explained = await cache(workspace, join(workspace.base, 'second'), ['explain-miss', 'compiled']);
  expect(explained.stdout).toContain('was built where name is not set, and here it is `image-2`');
  const environment = await cache(workspace, join(workspace.base, 'second'), ['environment']);
  expect(environment.stdout).toMatch(/^name +image-2$/m);
  await runFresh(workspace, 'second', { eggs, buildout });
  expect(buildsIn(workspace)).toEqual(['compiled', 'compiled', 'pure']);
});

const hasCompiler = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

test.runIf(hasCompiler)('a shared library that is gone makes what was built with it a miss', async () => {
  const workspace = workspaceForTest();
  const libraries = join(workspace.base, 'libraries');
  mkdirSync(libraries);
  const library = join(libraries, 'libclutchdemo.so.1');
  writeFileSync(`${library}.c`, 'int demo(void) { return 1; }');
  execFileSync('cc', ['-shared', '-fPIC', '-Wl,-soname,libclutchdemo.so.1', '-o', library, `${library}.c`]);
  const prepare = `open('x.c', 'w').write('int demo(void); int use(void) { return demo(); }')
subprocess.check_call(['cc', '-shared', '-fPIC', '-o', 'x.so', 'x.c', ${JSON.stringify(library)}])
files['_linked.so'] = open('x.so', 'rb').read()`;
  await countedSdist(workspace, { name: 'linked', tag: 'py3-none-linux_x86_64', prepare });
  const environment = { LD_LIBRARY_PATH: libraries };
  const first = await runFresh(workspace, 'first', { eggs: ['linked'], environment });
  await runFresh(workspace, 'second', { eggs: ['linked'], environment });
  expect(buildsIn(workspace)).toEqual(['linked']);
  const explained = await cache(workspace, first.directory, ['explain-miss', 'linked']);
  expect(explained.stdout).toContain(
    'needs the shared library libclutchdemo.so.1, which this machine does not have',
  );
  await runFresh(workspace, 'third', { eggs: ['linked'] });
  expect(buildsIn(workspace)).toEqual(['linked', 'linked']);
});

const sayWord = (directory: string): string =>
  execFileSync(join(directory, 'bin', 'py'), ['-c', 'import word; print(word.word)'], {
    encoding: 'utf8',
  }).trim();

test('editing a placed file takes effect at the next start, and with copies reaches nobody else', async () => {
  const workspace = workspaceForTest();
  buildWheel(workspace.links, { name: 'word', version: '1.0', files: { 'word.py': 'word = "one"\n' } });
  const configuration = { eggs: ['word'], buildout: ['egg-cache-link = copy'] };
  const first = await runFresh(workspace, 'first', configuration);
  const second = await runFresh(workspace, 'second', configuration);
  expect(sayWord(first.directory)).toBe('one');
  const file = join(eggPath(first.directory, 'word'), 'word.py');
  chmodSync(file, 0o644);
  writeFileSync(file, 'word = "two"\n');
  expect(sayWord(first.directory)).toBe('two');
  expect(sayWord(second.directory)).toBe('one');
  expect((await cache(workspace, second.directory, ['verify'])).code).toBe(0);
  expectSuccess(await workspace.run([], { cwd: first.directory }));
  expect(sayWord(first.directory)).toBe('two');
});

test('an edit through a hard link is noticed by the next run that places the egg, repaired and named', async () => {
  const workspace = workspaceForTest();
  buildWheel(workspace.links, { name: 'word', version: '1.0', files: { 'word.py': 'word = "one"\n' } });
  const configuration = { eggs: ['word'], buildout: ['egg-cache-link = hardlink'] };
  const first = await runFresh(workspace, 'first', configuration);
  const file = join(eggPath(first.directory, 'word'), 'word.py');
  expect(statSync(file).nlink).toBe(2);
  chmodSync(file, 0o644);
  writeFileSync(file, 'word = "two"\n');
  expect(sayWord(first.directory)).toBe('two');
  const second = await runFresh(workspace, 'second', configuration);
  expect(second.result.stdout).toMatch(
    /Egg cache: word\.py of word-1\.0-\S+\.egg was changed since it was built/,
  );
  expect(sayWord(second.directory)).toBe('one');
  expect(sayWord(first.directory)).toBe('two');
  expect((await cache(workspace, second.directory, ['verify'])).code).toBe(0);
});

test('`edit` gives a buildout files of its own, and deleting the egg undoes it', async () => {
  const workspace = workspaceForTest();
  buildWheel(workspace.links, { name: 'word', version: '1.0', files: { 'word.py': 'word = "one"\n' } });
  const configuration = { eggs: ['word'], buildout: ['egg-cache-link = hardlink'] };
  const first = await runFresh(workspace, 'first', configuration);
  const second = await runFresh(workspace, 'second', configuration);
  const egg = eggPath(first.directory, 'word');
  const said = await workspace.run(['edit', 'Word'], { cwd: first.directory });
  expectSuccess(said);
  expect(said.stdout).toContain(`${egg} is yours to edit.\nTo undo: rm -r eggs/v5/word-1.0`);
  expect(statSync(join(egg, 'word.py')).nlink).toBe(1);
  writeFileSync(join(egg, 'word.py'), 'word = "two"\n');
  expectSuccess(await workspace.run([], { cwd: first.directory }));
  expect([sayWord(first.directory), sayWord(second.directory)]).toEqual(['two', 'one']);
  rmSync(egg, { recursive: true });
  expectSuccess(await workspace.run([], { cwd: first.directory }));
  expect(sayWord(first.directory)).toBe('one');
  expect(expectFailure(await workspace.run(['edit', 'other'], { cwd: first.directory }))).toContain(
    'There is no egg of `other`',
  );
});

type Damage = (entry: string) => void;

const damages: Readonly<Record<string, Damage>> = {
  'a manifest cut short': (entry) => truncateSync(join(entry, 'manifest.json'), 100),
  'an empty manifest': (entry) => truncateSync(join(entry, 'manifest.json'), 0),
  'a manifest of another entry': (entry) => {
    const text = readFileSync(join(entry, 'manifest.json'), 'utf8');
    writeFileSync(join(entry, 'manifest.json'), text.replace(/"buildKey": "../, '"buildKey": "zz'));
  },
  'a directory in place of the manifest': (entry) => {
    rmSync(join(entry, 'manifest.json'));
    mkdirSync(join(entry, 'manifest.json'));
  },
  'a file cut short': (entry) => truncateSync(join(entry, 'egg', 'source.py'), 3),
  'a missing file': (entry) => rmSync(join(entry, 'egg', 'source.py')),
  'an egg that is gone': (entry) => rmSync(join(entry, 'egg'), { recursive: true }),
  'a file that nobody may read': (entry) => chmodSync(join(entry, 'egg', 'source.py'), 0),
  'an unreadable manifest': (entry) => chmodSync(join(entry, 'manifest.json'), 0),
};

test.each(Object.entries(damages))(
  '%s in the cache: the egg is made again or passed over',
  async (_, damage) => {
    const workspace = workspaceForTest();
    await countedSdist(workspace, { name: 'source' });
    await runFresh(workspace, 'first', { eggs: ['source'] });
    damage(entryOf(workspace, 'source'));
    const { directory } = await runFresh(workspace, 'second', { eggs: ['source'] });
    execFileSync(join(directory, 'bin', 'py'), ['-c', 'import source']);
    expect(buildsIn(workspace).length).toBeLessThanOrEqual(2);
    await runFresh(workspace, 'third', { eggs: ['source'] });
    expect(buildsIn(workspace).length).toBeLessThanOrEqual(2);
    expect((await cache(workspace, directory, ['verify'])).stdout).toContain(' 0 damaged.');
  },
);

test('requests that lead nowhere or hold rubbish are misses', async () => {
  const workspace = workspaceForTest();
  await countedSdist(workspace, { name: 'source' });
  await runFresh(workspace, 'first', { eggs: ['source'] });
  const requests = join(workspace.eggCache, 'requests');
  for (const name of readdirSync(requests, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.json')) writeFileSync(join(requests, name), '["../../../etc", 7, {');
  }
  await runFresh(workspace, 'second', { eggs: ['source'] });
  expect(buildsIn(workspace)).toEqual(['source', 'source']);
});

/** As another user: setpriv gives the run no power over root's files. */
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const systemPython = '/usr/bin/python3';
const canSwitch =
  process.geteuid?.() === 0 && existsSync(systemPython) && spawnSync('setpriv', ['--version']).status === 0;

test.runIf(canSwitch)('entries of another user that cannot be read are passed over', async () => {
  const workspace = workspaceForTest();
  await countedSdist(workspace, { name: 'source' });
  appendFileSync(join(workspace.base, 'builds.log'), '');
  await runFresh(workspace, 'first', { eggs: ['source'] });
  execFileSync('chown', ['-R', '65534:65534', workspace.base]);
  const entry = entryOf(workspace, 'source');
  chownSync(entry, 0, 0);
  chownSync(join(entry, 'egg'), 0, 0);
  chmodSync(join(entry, 'egg'), 0o700);
  const directory = join(workspace.base, 'second');
  mkdirSync(directory);
  chownSync(directory, 65_534, 65_534);
  cpSync(join(workspace.base, 'first', 'buildout.cfg'), join(directory, 'buildout.cfg'));
  const python = { BUILDOUT_PYTHON: systemPython };
  const result = await workspace.run([], { cwd: directory, prefix: asNobody, environment: python });
  expectSuccess(result);
  expect(eggsIn(directory).some((name) => name.startsWith('source-1.0'))).toBe(true);
});

test.each([4, 8])('%i runs at once on an empty cache build each egg once', async (count) => {
  const workspace = workspaceForTest();
  await countedSdist(workspace, { name: 'backend' });
  for (const name of ['source0', 'source1']) await countedSdist(workspace, { name, requires: ['backend'] });
  const eggs = ['source0', 'source1'];
  const runs = Array.from({ length: count }, (_, index) => runFresh(workspace, `run${index}`, { eggs }));
  const directories = (await Promise.all(runs)).map(({ directory }) => directory);
  for (const directory of directories)
    execFileSync(join(directory, 'bin', 'py'), ['-c', 'import source0, source1']);
  expect(buildsIn(workspace)).toEqual(['backend', 'source0', 'source1']);
});
