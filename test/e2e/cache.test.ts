// The egg cache as its users meet it: what is a miss and what is not, damage, edits, runs at once, and the commands.

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
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { buildSdistFile, buildWheel } from '../support/build-distribution.ts';
import { buildLegacySdist } from '../support/build-legacy-sdist.ts';
import {
  eggsIn,
  expectFailure,
  expectSuccess,
  simpleConfiguration,
  workspaceForTest,
  type SimpleConfiguration,
  type TestWorkspace,
} from '../support/for-test.ts';
import type { RunResult } from '../support/run-clutch.ts';

interface CountedSdist {
  name: string;
  requires?: readonly string[];
  /** Statements before the wheel is written, `files` being what goes into it. */
  prepare?: string;
  tag?: string;
}

/** A source distribution whose back end appends a line to a file for each build. */
async function countedSdist(workspace: TestWorkspace, sdist: CountedSdist): Promise<void> {
  const { name, requires = [], prepare = '', tag = 'py3-none-any' } = sdist;
  const info = `${name}-1.0.dist-info`;
  const backEnd = `import os, subprocess, sys, time, zipfile
def build_wheel(directory, config_settings=None, metadata_directory=None):
    with open(${JSON.stringify(join(workspace.base, 'builds.log'))}, 'a') as log:
        log.write('${name}\\n')
    time.sleep(0.2)
    files = {'${name}.py': b'version = "1.0"\\n'}
${prepare.replaceAll(/^/gm, '    ')}
    name = '${name}-1.0-${tag}.whl'
    with zipfile.ZipFile(os.path.join(directory, name), 'w') as wheel:
        for path, content in files.items():
            wheel.writestr(path, content)
        wheel.writestr('${info}/METADATA', 'Metadata-Version: 2.1\\nName: ${name}\\nVersion: 1.0\\n')
        wheel.writestr('${info}/WHEEL', 'Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: ${tag}\\n')
        wheel.writestr('${info}/RECORD', '')
    return name
`;
  await buildLegacySdist(workspace.links, {
    name,
    version: '1.0',
    files: {
      'pyproject.toml': `[build-system]\nrequires = ${JSON.stringify(requires)}\nbuild-backend = "back_end"\nbackend-path = ["."]\n`,
      'back_end.py': backEnd,
    },
  });
}

function buildsIn(workspace: TestWorkspace): string[] {
  const log = join(workspace.base, 'builds.log');
  return existsSync(log)
    ? readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .sort()
    : [];
}

/** Runs in a fresh directory, so that nothing is there but the egg cache. */
async function runFresh(
  workspace: TestWorkspace,
  name: string,
  configuration: Omit<SimpleConfiguration, 'index'>,
  environment: Record<string, string> = {},
): Promise<{ directory: string; result: RunResult }> {
  const directory = join(workspace.base, name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'buildout.cfg'),
    simpleConfiguration({ index: workspace.links, ...configuration }),
  );
  const result = await workspace.run([], { cwd: directory, environment });
  expectSuccess(result);
  return { directory, result };
}

async function cache(
  workspace: TestWorkspace,
  directory: string,
  words: readonly string[],
): Promise<RunResult> {
  return workspace.run(['cache', ...words], { cwd: directory });
}

function entryOf(workspace: TestWorkspace, project: string): string {
  const shown = workspace.eggCache;
  for (const shard of readdirSync(join(shown, 'eggs'))) {
    for (const key of readdirSync(join(shown, 'eggs', shard))) {
      const entry = join(shown, 'eggs', shard, key);
      if (readFileSync(join(entry, 'manifest.json'), 'utf8').includes(`"project": "${project}"`))
        return entry;
    }
  }
  throw new Error(`no entry of ${project}`);
}

const eggPath = (directory: string, project: string): string =>
  join(directory, 'eggs', 'v5', eggsIn(directory).find((name) => name.startsWith(`${project}-`)) ?? 'none');

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
  const first = await runFresh(workspace, 'first', { eggs: ['linked'] }, environment);
  await runFresh(workspace, 'second', { eggs: ['linked'] }, environment);
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

test('`cache rebuild` makes an egg again, compares it, and the next run places the new one', async () => {
  const workspace = workspaceForTest();
  const stamp = join(workspace.base, 'stamp');
  writeFileSync(stamp, 'a = 1\n');
  const prepare = `files['stamp.py'] = open(${JSON.stringify(stamp)}, 'rb').read()`;
  await countedSdist(workspace, { name: 'source', prepare });
  const { directory } = await runFresh(workspace, 'first', { eggs: ['source'] });
  const same = await cache(workspace, directory, ['rebuild', 'source', '--compare']);
  expectSuccess(same);
  expect(same.stdout).toContain('made again, every file is the same');
  writeFileSync(stamp, 'a = 2\n');
  const other = await cache(workspace, directory, ['rebuild', 'source==1.0', '--compare']);
  expect(other.stdout).toMatch(/made again, \d files differ\n(.*\n)* {2}~ stamp\.py\n/);
  expect(buildsIn(workspace)).toEqual(['source', 'source', 'source']);
  const second = await runFresh(workspace, 'second', { eggs: ['source'] });
  expect(readFileSync(join(eggPath(second.directory, 'source'), 'stamp.py'), 'utf8')).toBe('a = 2\n');
  expect(buildsIn(workspace)).toHaveLength(3);
  expect(expectFailure(await cache(workspace, directory, ['rebuild', 'missing']))).toContain(
    'The egg cache has no missing',
  );
});

test('`cache prune` takes out what is too much or was not used for long; a run keeps `egg-cache-size`', async () => {
  const workspace = workspaceForTest();
  const big = (name: string): void => {
    buildWheel(workspace.links, {
      name,
      version: '1.0',
      files: { [`${name}.py`]: `# ${'x'.repeat(50_000)}\n` },
    });
  };
  for (const name of ['old', 'new', 'more']) big(name);
  const { directory } = await runFresh(workspace, 'first', { eggs: ['old', 'new'] });
  const then = Date.now() / 1000 - 100 * 86_400;
  utimesSync(join(entryOf(workspace, 'old'), 'manifest.json'), then, then);
  const dry = await cache(workspace, directory, ['prune', '--older', '90d', '--dry-run']);
  expect(dry.stdout).toMatch(/^old-1\.0\S+ +\S+ KB +not used for long\n1 eggs would be removed/m);
  const second = await runFresh(workspace, 'second', { eggs: ['more'], buildout: ['egg-cache-size = 130K'] });
  const names = async (): Promise<string[]> => {
    const shown = await cache(workspace, directory, ['show', '--json']);
    return (JSON.parse(shown.stdout) as { project: string }[]).map(({ project }) => project);
  };
  expect(await names()).not.toContain('old');
  expect(await names()).toContain('more');
  expect((await cache(workspace, directory, ['prune', '--size', '0'])).stdout).toContain('→ 0 bytes.');
  expect(await names()).toEqual([]);
  expect(eggsIn(second.directory).length).toBeGreaterThan(0);
  expectSuccess(await workspace.run([], { cwd: directory }));
});

test('`cache verify` names damage that placing cannot see, and takes it out', async () => {
  const workspace = workspaceForTest();
  await countedSdist(workspace, { name: 'source' });
  const { directory } = await runFresh(workspace, 'first', {
    eggs: ['source'],
    buildout: ['egg-cache-link = copy'],
  });
  const file = join(entryOf(workspace, 'source'), 'egg', 'source.py');
  const { mtimeMs, size } = statSync(file);
  chmodSync(file, 0o644);
  writeFileSync(file, '#'.repeat(size));
  utimesSync(file, mtimeMs / 1000, mtimeMs / 1000);
  const said = await cache(workspace, directory, ['verify', 'source']);
  expect(said.code).toBe(1);
  expect(said.stdout).toMatch(
    /^source-1\.0\S+ is damaged and was taken out:\n {2}source\.py: has other content\n/,
  );
  await runFresh(workspace, 'second', { eggs: ['source'] });
  expect(buildsIn(workspace)).toEqual(['source', 'source']);
});

test("`cache import` takes zc.buildout's eggs whose RECORD vouches for every file", async () => {
  const workspace = workspaceForTest();
  for (const name of ['good', 'edited']) await buildSdistFile(workspace.links, { name, version: '1.0' });
  const { directory } = await runFresh(workspace, 'first', {
    eggs: ['good', 'edited'],
    buildout: ['egg-cache ='],
  });
  const edited = join(eggPath(directory, 'edited'), 'edited.py');
  chmodSync(edited, 0o644);
  appendFileSync(edited, '# hot fix\n');
  const importing = await runFresh(workspace, 'empty', { eggs: [] });
  const said = await cache(workspace, importing.directory, ['import', join(directory, 'eggs', 'v5')]);
  expectSuccess(said);
  expect(said.stdout).toMatch(/edited-1\.0\S+: skipped, edited\.py is not what RECORD says/);
  const again = await cache(workspace, importing.directory, ['import', join(directory, 'eggs', 'v5')]);
  expect(again.stdout).toMatch(/^0 eggs imported/m);
  const shown = await cache(workspace, importing.directory, ['show', 'good', '--json']);
  expect(JSON.parse(shown.stdout)).toEqual([
    expect.objectContaining({ origin: expect.objectContaining({ imported: true }) }),
  ]);
  rmSync(join(workspace.links, 'good-1.0.tar.gz'));
  await countedSdist(workspace, { name: 'good' });
  const second = await runFresh(workspace, 'second', { eggs: ['good'] });
  execFileSync(join(second.directory, 'bin', 'py'), ['-c', 'import good']);
  expect(buildsIn(workspace)).toEqual([]);
});

test('the commands on the cache need no configuration, have help, and say what they do not understand', async () => {
  const workspace = workspaceForTest();
  const dir = await workspace.run(['cache', 'dir']);
  expect([dir.code, dir.stdout]).toEqual([0, `${workspace.eggCache}\n`]);
  expect((await workspace.run(['cache', 'stats', '--json'])).stdout).toContain('"eggs": 0');
  for (const name of [
    '',
    'dir',
    'stats',
    'show',
    'verify',
    'explain-miss',
    'environment',
    'rebuild',
    'import',
    'prune',
  ]) {
    const words = ['cache', name, '--help'].filter((word) => word !== '');
    const help = await workspace.run(words);
    expect(help.stdout).toContain(
      `Usage: buildout [options] [assignments] cache ${name === '' ? 'COMMAND' : name}`,
    );
  }
  expect(expectFailure(await workspace.run(['cache', 'clean']))).toContain('invalid command: cache clean');
  expect(expectFailure(await workspace.run(['cache', 'prune', '--size', 'much']))).toContain('`much`');
  expect(existsSync(join(workspace.eggCache, 'eggs'))).toBe(false);
  workspace.write({
    'buildout.cfg': simpleConfiguration({ index: workspace.links, eggs: [], buildout: ['egg-cache ='] }),
  });
  expect(expectFailure(await workspace.run(['cache', 'stats']))).toContain('This buildout has no egg cache');
});
