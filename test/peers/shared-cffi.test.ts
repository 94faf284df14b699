// A real C extension against a library of the system: cffi from its source, as a custom egg in a shared directory. Two users
// with homes of their own compile it once, and again when an option changes.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { expectSuccess } from '../support/for-test.ts';
import { createWorkspace, type RunResult } from '../support/run-clutch.ts';

const minutes = 60_000;

test(
  'cffi is compiled once for two buildouts, and again when an option changes',
  async () => {
    const workspace = createWorkspace();
    onTestFinished(() => workspace.remove());
    const shared = join(workspace.base, 'shared');
    const log = join(workspace.base, 'compiled.log');
    mkdirSync(shared);
    const compiler = join(workspace.base, 'cc');
    writeFileSync(
      compiler,
      `#!/bin/sh\ncase "$*" in *_cffi_backend.c\\ *) echo x >> ${log} ;; esac\nexec gcc "$@"\n`,
      {
        mode: 0o755,
      },
    );
    const compiled = (): number => (existsSync(log) ? readFileSync(log, 'utf8').length / 2 : 0);

    const run = async (name: string, option = ''): Promise<{ directory: string; result: RunResult }> => {
      const directory = join(workspace.base, name);
      const home = join(workspace.base, `${name}-home`);
      for (const path of [directory, home]) mkdirSync(path, { recursive: true });
      const text = `[buildout]
parts = cffi app
shared-part-list = ${shared}
[versions]
cffi = 2.0.0
pycparser = 2.23
setuptools = 80.9.0
wheel = 0.45.1
[cffi]
recipe = zc.recipe.egg:custom
egg = cffi
${option}
[app]
recipe = zc.recipe.egg
eggs = cffi
interpreter = py
`;
      writeFileSync(join(directory, 'buildout.cfg'), text);
      const environment = { HOME: home, CC: compiler };
      const result = await workspace.run([], { cwd: directory, environment });
      expectSuccess(result);
      const code =
        'import cffi, _cffi_backend; f = cffi.FFI(); f.cdef("int abs(int);"); print(f.dlopen(None).abs(-7))';
      expect(execFileSync(join(directory, 'bin', 'py'), ['-c', code], { encoding: 'utf8' })).toBe('7\n');
      return { directory, result };
    };
    const placeOf = (directory: string): string => {
      const [egg = ''] = readdirSync(join(directory, 'develop-eggs'));
      return dirname(realpathSync(join(directory, 'develop-eggs', egg)));
    };

    const one = await run('one');
    expect(compiled()).toBe(1);
    const two = await run('two');
    expect(compiled()).toBe(1);
    expect(placeOf(two.directory)).toBe(placeOf(one.directory));
    expect(dirname(placeOf(one.directory))).toBe(join(shared, 'cffi'));

    await run('two', 'define = CLUTCH_TEST');
    expect(compiled()).toBe(2);
    expect(placeOf(two.directory)).not.toBe(placeOf(one.directory));
    await run('one', 'define = CLUTCH_TEST');
    expect(compiled()).toBe(2);
    expect(placeOf(two.directory)).toBe(placeOf(one.directory));
    // And back.
    await run('two');
    expect(compiled()).toBe(2);
    expect(readdirSync(join(shared, 'cffi'))).toHaveLength(2);
  },
  10 * minutes,
);
