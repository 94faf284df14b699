// The Python programs that a release brings to its target: `bin/upgrade` and the package it runs, inside the tree, and
// `install.py` beside it.

import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pythonSourceFile } from '#python';

/** Where in a tree the package lies; `bin/upgrade` and `install.py` import it from there. */
const packagePlace = '.release/clutch_release';

/**
 * Writes `bin/upgrade` and `.release/clutch_release/*.py` into a tree. `python` is the interpreter that `bin/upgrade`
 * starts, an absolute path; Python 3.9 or newer.
 */
export function writeUpgradeProgram(tree: string, python: string): void {
  const source = pythonSourceFile('clutch_release');
  mkdirSync(join(tree, packagePlace), { recursive: true });
  for (const name of readdirSync(source).filter((name) => name.endsWith('.py'))) {
    writeProgram(join(tree, packagePlace, name), readFileSync(join(source, name), 'utf8'), 0o644);
  }
  mkdirSync(join(tree, 'bin'), { recursive: true });
  const program = readFileSync(pythonSourceFile('installed_main.py'), 'utf8');
  writeProgram(join(tree, 'bin', 'upgrade'), `#!${python}\n${program}`, 0o755);
}

/** Under any umask. */
function writeProgram(path: string, text: string, mode: number): void {
  writeFileSync(path, text);
  chmodSync(path, mode);
}

/** The text of a bundle's `install.py`, which lies beside `tree/` and `manifest.json`. */
export function installProgram(): string {
  return readFileSync(pythonSourceFile('install_main.py'), 'utf8');
}
