// Shared libraries: what real ELF files need, what the loader of this machine finds, and hostile files.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createLibrarySearch, readLoaderCache } from './library-search.ts';
import { readNeededLibraries } from './needed-libraries.ts';
import { readElfLibraries } from './read-elf.ts';

const root = mkdtempSync(join(tmpdir(), 'clutch-elf-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const isLinux = process.platform === 'linux';
const hasCompiler = isLinux && spawnSync('cc', ['--version']).status === 0;
const hasLdconfig = isLinux && spawnSync('ldconfig', ['-p']).status === 0;

function compile(name: string, source: string, words: readonly string[] = []): string {
  const path = join(root, name);
  writeFileSync(`${path}.c`, source);
  execFileSync('cc', ['-shared', '-fPIC', '-o', path, `${path}.c`, ...words]);
  return path;
}

test.runIf(isLinux)('reads what the running program needs, as the loader does', () => {
  const elf = readElfLibraries(realpathSync(process.execPath));
  expect(elf?.needed.some((name) => name.startsWith('libc.'))).toBe(true);
});

test.runIf(hasCompiler)(
  'libraries inside the egg are not needed from the system, others and run paths are',
  () => {
    const egg = join(root, 'Demo.egg');
    mkdirSync(join(egg, 'demo.libs'), { recursive: true });
    compile('Demo.egg/demo.libs/libinside.so.1', 'int inside(void) { return 1; }', [
      '-Wl,-soname,libinside.so.1',
    ]);
    compile('liboutside.so.7', 'int outside(void) { return 2; }', ['-Wl,-soname,liboutside.so.7']);
    compile(
      'Demo.egg/demo.so',
      'int inside(void); int outside(void); int both(void) { return inside() + outside(); }',
      [
        join(egg, 'demo.libs/libinside.so.1'),
        join(root, 'liboutside.so.7'),
        `-Wl,-rpath,/opt/parts/lib:$ORIGIN/demo.libs`,
      ],
    );
    const needed = readNeededLibraries(egg, ['demo.so', 'demo.libs/libinside.so.1', 'demo.py']);
    expect(needed.sonames).toContain('liboutside.so.7');
    expect(needed.sonames).not.toContain('libinside.so.1');
    expect(needed.runPaths).toEqual(['/opt/parts/lib']);
  },
);

test.runIf(hasCompiler)('the versions that symbols must have are those that objdump shows', () => {
  const program = realpathSync(process.execPath);
  const shown = execFileSync('objdump', ['-p', program], { encoding: 'utf8' });
  const references = shown.slice(shown.indexOf('Version References:'));
  for (const [, soname = '', lines = ''] of references.matchAll(/required from (\S+):\n((?: {4}0x.*\n)+)/g)) {
    const names = [...lines.matchAll(/ 0x\S+ 0x00 \d+ (\S+)/g)].map(([, name]) => name ?? '');
    expect(readElfLibraries(program)?.versions.get(soname), soname).toEqual(names.sort());
  }
  expect(readElfLibraries(program)?.versions.size).toBeGreaterThan(0);
});

test.runIf(hasLdconfig)("reads the loader's cache as ldconfig does", () => {
  const said = execFileSync('ldconfig', ['-p'], { encoding: 'utf8' });
  const names = [...said.matchAll(/^\t(\S+) \(/gm)].map(([, name]) => name ?? '');
  expect([...readLoaderCache('/etc/ld.so.cache')].sort()).toEqual([...new Set(names)].sort());
});

test('finds a library in the directories of the loader, of LD_LIBRARY_PATH and of the file itself', () => {
  const places = ['system', 'own', 'run'].map((name) => join(root, name));
  for (const place of places) {
    mkdirSync(place);
    writeFileSync(join(place, `lib${place.slice(root.length + 1)}.so.1`), '');
  }
  const [system = '', own = '', run = ''] = places;
  const search = createLibrarySearch({
    environment: { LD_LIBRARY_PATH: own },
    loaderCache: join(root, 'no-such-cache'),
    directories: () => [system],
  });
  expect(['libsystem.so.1', 'libown.so.1', 'librun.so.1'].map((name) => search.finds(name, []))).toEqual([
    true,
    true,
    false,
  ]);
  expect(search.finds('librun.so.1', [run])).toBe(true);
  expect(search.finds(join(run, 'librun.so.1'), [])).toBe(true);
});

test.runIf(isLinux)(
  'a file that is no ELF, cut short or changed anywhere in its head is passed over or read, never a crash',
  () => {
    const whole = readFileSync(realpathSync(process.execPath)).subarray(0, 8192);
    const path = join(root, 'hostile.so');
    for (const length of [0, 3, 16, 63, 64, 200, 4096]) {
      writeFileSync(path, whole.subarray(0, length));
      expect(() => readElfLibraries(path)).not.toThrow();
    }
    for (let at = 4; at < 700; at += 3) {
      const changed = Buffer.from(whole);
      changed[at] = 0xff;
      writeFileSync(path, changed);
      expect(() => readElfLibraries(path)).not.toThrow();
    }
    writeFileSync(path, '#!/bin/sh\n');
    expect(readElfLibraries(path)).toBeUndefined();
  },
);
