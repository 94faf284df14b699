import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { createCompiler, describePython, findPython, runPython } from './index.ts';

const python = await describePython(await findPython());
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'clutch-compile-'));
});

function writeModule(name: string, text: string): void {
  const path = join(root, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  utimesSync(path, 1_600_000_000, 1_600_000_000);
}

async function compile(...directories: string[]): Promise<void> {
  const compiler = createCompiler(python.executable, 1);
  for (const directory of directories) await compiler.compile(directory, 1_600_000_000);
  await compiler.close();
}

/** Modules that share names and constants in several ways, so that the order of compiling could show. */
function writeManyModules(egg: string, count: number): void {
  for (let index = 0; index < count; index += 1) {
    writeModule(
      `${egg}/pkg/module${index}.py`,
      `import os, sys\nNAMES = {'alpha', 'beta', 'x${index}', '{', '}'}\n` +
        `class Thing${index % 7}:\n    """Doc."""\n    def method(self, one, *, two=(1, 'two', '{')):\n` +
        `        return [one in {'alpha', 'gamma', b'x'} for one in os.environ if two] + [1.5, 2 ** 70, -1j]\n`,
    );
  }
}

test('gives the same bytes wherever, after whatever and as often as it compiles', async () => {
  writeManyModules('one', 200);
  cpSync(join(root, 'one'), join(root, 'elsewhere/deeper/two'), {
    recursive: true,
    preserveTimestamps: true,
  });
  writeModule('other/a.py', 'alpha = {"{": 1, "gamma": "beta"}\ndef method(two, Thing3): return "module5"\n');
  const two = join(root, 'elsewhere/deeper/two');
  await compile(join(root, 'one'));
  await compile(join(root, 'other'), two);
  const cache = readdirSync(join(root, 'one/pkg/__pycache__'));
  expect(cache.length).toBe(200);
  for (const name of cache) {
    const [left, right] = [join(root, 'one'), two].map((egg) =>
      readFileSync(join(egg, 'pkg/__pycache__', name)),
    );
    expect(right?.equals(left ?? Buffer.alloc(0)), name).toBe(true);
  }
});

test('names files relative to the egg, and Python accepts them for the source as it is', async () => {
  writeModule('egg/pkg/__init__.py', 'def where(): pass\n');
  await compile(join(root, 'egg'));
  const file = join(root, `egg/pkg/__pycache__/__init__.${python.cacheTag}.pyc`);
  const bytes = readFileSync(file);
  expect(bytes.readUInt32LE(4)).toBe(0);
  expect(bytes.readUInt32LE(8)).toBe(1_600_000_000);
  expect(bytes.includes('pkg/__init__.py')).toBe(true);
  expect(bytes.includes(root)).toBe(false);
  const said = await runPython(
    python.executable,
    ['-v', '-c', 'import pkg; print(pkg.where.__code__.co_filename)'],
    {
      env: { PYTHONPATH: join(root, 'egg') },
    },
  );
  expect(said.stdout.trim()).toBe(join(root, 'egg/pkg/__init__.py'));
  expect(said.stderr).toContain(`${file} matches`);
});

test('passes over what is no Python, and leaves nothing behind', async () => {
  writeModule('egg/good.py', 'one = 1\n');
  writeModule('egg/bad.py', 'print "two"\n');
  writeFileSync(join(root, 'egg/nul.py'), 'a\0b');
  writeFileSync(join(root, 'egg/latin.py'), Buffer.from([0xff, 0xfe, 0x0a]));
  await compile(join(root, 'egg'));
  expect(readdirSync(join(root, 'egg/__pycache__'))).toEqual([`good.${python.cacheTag}.pyc`]);
});

test('works through more directories than there are workers, and fails for one that is not there', async () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) writeModule(`${name}/m.py`, 'one = 1\n');
  const compiler = createCompiler(python.executable, 2);
  const missing = compiler.compile(join(root, 'nowhere'), 0);
  const done = ['a', 'b', 'c', 'd', 'e'].map((name) => compiler.compile(join(root, name), 0));
  await expect(missing).rejects.toMatchObject({ code: 'COMPILE_FAILED' });
  await Promise.all(done);
  await compiler.close();
  expect(existsSync(join(root, `e/__pycache__/m.${python.cacheTag}.pyc`))).toBe(true);
});

test('fails when the interpreter cannot be started', async () => {
  const compiler = createCompiler(join(root, 'no-python'), 1);
  await expect(compiler.compile(root, 0)).rejects.toMatchObject({ code: 'COMPILE_FAILED' });
  await compiler.close();
});
