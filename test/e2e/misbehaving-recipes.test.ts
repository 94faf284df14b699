// Python recipes that do what recipes should not: each run ends as it must, and what was finished before stays
// recorded. What the recipe host needs comes from PyPI, once for all tests of this file.

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { badRecipe, configurationOf, recordedParts, writeBadPart } from '../support/develop-recipes.ts';
import { expectSuccess, type TestWorkspace } from '../support/for-test.ts';
import { finish, type RunOptions, type RunResult } from '../support/run-clutch.ts';
import { renderTerminal, runOnTerminal } from '../support/run-on-terminal.ts';

let cache: string;

beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'clutch-recipes-'));
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const withCache = (options: RunOptions = {}): RunOptions => ({
  ...options,
  environment: { XDG_CACHE_HOME: cache, ...options.environment },
});

/** The part `before` is done, `bad` is not; with a recipe that works, the next run finishes. */
async function expectToGoOn(workspace: TestWorkspace): Promise<void> {
  expect(recordedParts(workspace)).toEqual(['before']);
  const parts = { before: ['recipe = demo:good'], bad: ['recipe = demo:good'] };
  workspace.write({ 'buildout.cfg': configurationOf(parts) });
  const next = await workspace.run([], withCache());
  expectSuccess(next);
  expect(next.stdout).toContain('Updating before.\nInstalling bad.\n');
  expect(recordedParts(workspace)).toEqual(['before', 'bad']);
}

const allOf = ({ stdout, stderr }: RunResult): string => `${stdout}\n${stderr}`;

async function waitForFile(path: string): Promise<void> {
  for (let attempt = 0; attempt < 1000 && !existsSync(path); attempt += 1) await sleep(20);
}

/** Whether the process runs whose id a recipe wrote into a file. */
function isRunning(file: string): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', readFileSync(file, 'utf8')], { encoding: 'utf8' });
  // Nobody may have asked for the status of one that was killed: a zombie.
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

test('a UserError prints what was going on and its text', async () => {
  const workspace = badRecipe(`
class Bad(Recipe):
    def install(self):
        raise zc.buildout.UserError('The colour is wrong')
`);
  const result = await workspace.run([], withCache());
  expect(result).toMatchObject({
    code: 1,
    stderr: 'While:\n  Installing bad.\nError: The colour is wrong\n',
  });
  expect(result.stdout).toMatch(/Installing before\.\nInstalling bad\.\n$/);
  await expectToGoOn(workspace);
});

test('any other exception prints the text of an internal error and Python’s traceback', async () => {
  const workspace = badRecipe(
    `
class Bad(Recipe):
    def install(self):
        open(os.path.join(self.options['location'], 'file'))
`,
    ['location = /nowhere/at all'],
  );
  const result = await workspace.run([], withCache());
  expect(result.code).toBe(1);
  const lines = result.stderr.split('\n');
  expect(lines.slice(0, 6)).toEqual([
    'While:',
    '  Installing bad.',
    '',
    'An internal error occurred due to a bug in either zc.buildout or in a',
    'recipe being used:',
    'Traceback (most recent call last):',
  ]);
  expect(result.stderr).toContain('recipes/demo.py", line ');
  expect(result.stderr).toMatch(/\nFileNotFoundError: .*'\/nowhere\/at all\/file'\n$/);
  expect(result.stderr).not.toContain('clutch_host');
  await expectToGoOn(workspace);
});

test('an exception while a recipe is made leaves the record as it was', async () => {
  const workspace = badRecipe(`
class Bad(Recipe):
    def __init__(self, buildout, name, options):
        raise KeyError('colour')
`);
  const result = await workspace.run([], withCache());
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(
    /^While:\n {2}Installing\.\n {2}Getting section bad\.\n {2}Initializing section bad\.\n/,
  );
  expect(result.stderr).toMatch(/\nKeyError: 'colour'\n$/);
  expect(result.stdout).not.toContain('Installing');
});

test('a recipe that prints without end can be stopped', async () => {
  const workspace = badRecipe(`
class Bad(Recipe):
    def install(self):
        while True:
            print('more and more and more')
`);
  const child = workspace.start([], withCache({ detached: true }));
  const ended = finish(child);
  await new Promise<void>((resolve) => {
    let seen = 0;
    child.stdout?.on('data', (text: string) => {
      seen += text.length;
      if (seen > 1_000_000) resolve();
    });
  });
  interruptGroup(child.pid);
  expect((await ended).code).toBe(130);
  await expectToGoOn(workspace);
});

function interruptGroup(pid: number | undefined): void {
  if (pid !== undefined) process.kill(-pid, 'SIGINT');
}

test('a reader that goes away ends a recipe that prints without end', async () => {
  const workspace = badRecipe(`
class Bad(Recipe):
    def install(self):
        while True:
            print('more and more and more')
`);
  const prefix = ['sh', '-c', '"$0" "$@" 2>errors | grep -m 1 "more and more"'];
  const result = await workspace.run([], withCache({ prefix }));
  expect(result.stdout).toBe('more and more and more\n');
  expect(readFileSync(join(workspace.directory, 'errors'), 'utf8')).toContain('BrokenPipeError');
  await expectToGoOn(workspace);
});

test('a recipe reads what the user types', async () => {
  const workspace = badRecipe(`
class Bad(Recipe):
    def install(self):
        print('Colour?', flush=True)
        print('Painted', input(), flush=True)
        print('Rest', repr(sys.stdin.read()))
        return ()
`);
  const result = await workspace.run([], withCache({ input: 'blue\nand\nmore' }));
  expectSuccess(result);
  expect(result.stdout).toMatch(/Installing bad\.\nColour\?\nPainted blue\nRest 'and\\nmore'\n$/);
  expect(recordedParts(workspace)).toEqual(['before', 'bad']);
});

test('a daemon that keeps the pipes does not hold up the end', async () => {
  const workspace = badRecipe(`
class Bad(Recipe):
    def install(self):
        pid = os.fork()
        if pid == 0:
            os.setsid()
            time.sleep(100)
            os._exit(0)
        with open('daemon', 'w') as file:
            file.write(str(pid))
        return ()
`);
  expectSuccess(await workspace.run(['install', 'before'], withCache()));
  const child = workspace.start([], withCache());
  const started = performance.now();
  const code = await new Promise((resolve) => child.on('exit', resolve));
  const seconds = (performance.now() - started) / 1000;
  process.kill(Number(readFileSync(join(workspace.directory, 'daemon'), 'utf8')));
  expect(code).toBe(0);
  expect(seconds).toBeLessThan(30);
  expect(recordedParts(workspace)).toEqual(['before', 'bad']);
});

test('what a recipe left open or registered for the end is done at the end', async () => {
  const workspace = badRecipe(`
import atexit, threading
class Bad(Recipe):
    def install(self):
        self.text = open('text', 'w')
        self.text.write('blue')
        self.bytes = open('bytes', 'wb')
        self.bytes.write(b'green')
        atexit.register(lambda: print('Goodbye'))
        threading.Timer(0.3, lambda: print('Thread')).start()
        return ()
`);
  const result = await workspace.run([], withCache());
  expectSuccess(result);
  expect(result.stdout).toMatch(/Thread\nGoodbye\n$/);
  expect(readFileSync(join(workspace.directory, 'text'), 'utf8')).toBe('blue');
  expect(readFileSync(join(workspace.directory, 'bytes'), 'utf8')).toBe('green');
});

test('sys.exit ends the run with its code and prints nothing', async () => {
  const workspace = badRecipe(`
class Bad(Recipe):
    def install(self):
        sys.exit(3)
`);
  expect(await workspace.run([], withCache())).toMatchObject({ code: 3, stderr: '' });
  await expectToGoOn(workspace);
});

test('sys.exit with a text prints it and ends with 1', async () => {
  const workspace = badRecipe(`
class Bad(Recipe):
    def install(self):
        sys.exit('no paint left')
`);
  expect(await workspace.run([], withCache())).toMatchObject({ code: 1, stderr: 'no paint left\n' });
  await expectToGoOn(workspace);
});

test('what a recipe registered as created is deleted when it fails, and a link to it is not followed', async () => {
  const workspace = badRecipe(`
class Bad(Recipe):
    def install(self):
        os.makedirs('made/deep')
        os.symlink('../../precious', 'made/deep/link')
        open('file', 'w').close()
        self.options.created('made', 'file')
        raise zc.buildout.UserError('too late')
`);
  workspace.write({ 'precious/file': 'precious' });
  expect(await workspace.run([], withCache())).toMatchObject({ code: 1 });
  for (const name of ['made', 'file']) expect(existsSync(join(workspace.directory, name)), name).toBe(false);
  expect(readFileSync(join(workspace.directory, 'precious/file'), 'utf8')).toBe('precious');
  await expectToGoOn(workspace);
});

test('a segmentation fault is reported with its signal and the part', async () => {
  const workspace = badRecipe(`
import ctypes
class Bad(Recipe):
    def install(self):
        ctypes.string_at(0)
`);
  const result = await workspace.run([], withCache());
  expect(result.code).toBe(1);
  expect(result.stderr).toBe(
    'While:\n  Installing bad.\n' +
      'Error: The Python process that runs recipes was killed by SIGSEGV while it installed part `bad`\n' +
      'hint: parts that were finished before are recorded; the next run goes on from there\n',
  );
  await expectToGoOn(workspace);
});

test('os._exit is reported with its status', async () => {
  const workspace = badRecipe(`
class Bad(Recipe):
    def install(self):
        os._exit(5)
`);
  const result = await workspace.run([], withCache());
  expect(result.code).toBe(1);
  expect(result.stderr).toContain('ended with exit status 5 while it installed part `bad`\n');
  await expectToGoOn(workspace);
});

test('a segmentation fault in an update leaves the part recorded', async () => {
  const workspace = badRecipe(`
import ctypes
class Bad(Recipe):
    def update(self):
        ctypes.string_at(0)
`);
  expectSuccess(await workspace.run([], withCache()));
  expect((await workspace.run([], withCache())).code).toBe(1);
  // The part that was updated before moved to the end, as in zc.buildout.
  expect(recordedParts(workspace)).toEqual(['bad', 'before']);
});

test('Ctrl-C on a terminal reaches the recipe, which cleans up', async () => {
  const workspace = badRecipe(`
class Bad(Recipe):
    def install(self):
        try:
            print('Working', flush=True)
            time.sleep(100)
        finally:
            print('Cleaning', flush=True)
`);
  const started = performance.now();
  const { code, output } = await runOnTerminal(workspace, { interruptAt: 'Working', ...withCache() });
  expect(code).toBe(130);
  expect((performance.now() - started) / 1000).toBeLessThan(30);
  const shown = renderTerminal(output);
  expect(shown).toContain('Working\n');
  expect(shown).toContain('Cleaning\n');
  await expectToGoOn(workspace);
});

test('a recipe that hangs at Ctrl-C and ignores every signal is killed', async () => {
  const workspace = badRecipe(`
class Bad(Recipe):
    def install(self):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        with open('hanging', 'w') as file:
            file.write(str(os.getpid()))
        while True:
            time.sleep(100)
`);
  const child = workspace.start([], withCache({ detached: true }));
  const ended = finish(child);
  await waitForFile(join(workspace.directory, 'hanging'));
  const interrupted = performance.now();
  interruptGroup(child.pid);
  const result = await ended;
  expect(result.code).toBe(130);
  expect(performance.now() - interrupted).toBeLessThan(15_000);
  expect(isRunning(join(workspace.directory, 'hanging'))).toBe(false);
  await expectToGoOn(workspace);
});

test('after Ctrl-C a recipe has time to clean up; a second Ctrl-C does not wait and leaves no process', async () => {
  const workspace = badRecipe(`
class Bad(Recipe):
    def install(self):
        try:
            with open('working', 'w') as file:
                file.write(str(os.getpid()))
            time.sleep(100)
        finally:
            time.sleep(1.5)
            open('cleaned', 'w').close()
`);
  const cleaned = join(workspace.directory, 'cleaned');
  const working = join(workspace.directory, 'working');
  for (const interrupts of [1, 2]) {
    rmSync(working, { force: true });
    rmSync(cleaned, { force: true });
    const child = workspace.start([], withCache({ detached: true }));
    const ended = finish(child);
    await waitForFile(working);
    await sleep(100);
    for (let count = 0; count < interrupts; count += 1) {
      child.kill('SIGINT');
      await sleep(100);
    }
    expect((await ended).code).toBe(130);
    expect(existsSync(cleaned)).toBe(interrupts === 1);
    expect(isRunning(working)).toBe(false);
    expect(recordedParts(workspace)).toEqual(['before']);
  }
});

test('uninstall deletes nothing that is developed, outside, or behind a link', async () => {
  const workspace = badRecipe(`
class Bad(Recipe):
    def install(self):
        return self.options['paths'].split()
`);
  const outside = join(workspace.base, 'outside');
  mkdirSync(join(outside, 'deep'), { recursive: true });
  for (const name of ['file', 'deep/file']) writeFileSync(join(outside, name), 'precious');
  workspace.write({ 'made/file': '', 'tree/file': '', 'src/module.py': '', 'src/setup.py': develop });
  symlinkSync(outside, join(workspace.directory, 'link'));
  symlinkSync(outside, join(workspace.directory, 'tree', 'link'));
  symlinkSync('../recipes', join(workspace.directory, 'tree', 'developed'));
  const paths = ['made', 'tree', 'recipes', 'src', '.', '..', 'link', 'link/file', 'tree/link/deep'];
  const all = [...paths, join(outside, 'file'), '../outside/deep', '/', 'not there', 'bin/../../outside'];
  writeBadPart(workspace, [`paths = ${all.join('\n    ')}`]);
  const configuration = readFileSync(join(workspace.directory, 'buildout.cfg'), 'utf8');
  workspace.write({ 'buildout.cfg': configuration.replace('develop = recipes', 'develop = recipes src') });
  expectSuccess(await workspace.run([], withCache()));
  expect(recordedParts(workspace)).toEqual(['before', 'bad']);

  const result = await workspace.run(['buildout:parts=before'], withCache());
  expectSuccess(result);
  expect(allOf(result)).toContain('Uninstalling bad.');
  for (const name of ['file', 'deep/file'])
    expect(readFileSync(join(outside, name), 'utf8')).toBe('precious');
  for (const name of ['recipes/demo.py', 'src/module.py', 'buildout.cfg', 'bin', 'parts', 'eggs']) {
    expect(existsSync(join(workspace.directory, name)), name).toBe(true);
  }
  for (const name of ['made', 'tree', 'link'])
    expect(existsSync(join(workspace.directory, name)), name).toBe(false);
  expect(recordedParts(workspace)).toEqual(['before']);
});

const develop = "from setuptools import setup\nsetup(name='src', version='1.0', py_modules=['module'])\n";
