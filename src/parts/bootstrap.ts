// The command `bootstrap`: the directories of a buildout, and a `bin/buildout` that starts this program.

import { existsSync, lstatSync, readFileSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonRepr, removeTree, whileDoing, writeFileAtomically } from '#base';
import { log, type Run } from './run-state.ts';
import { setUpDirectories } from './set-up-directories.ts';

/** Empties the develop-eggs directory, makes what is missing, and writes `bin/buildout`. */
export function bootstrap(run: Run): Promise<void> {
  return whileDoing('Bootstrapping.', async () => {
    const { handle, main } = run;
    const developEggs = await main.require('develop-eggs-directory');
    if (existsSync(developEggs)) {
      if (lstatSync(developEggs).isSymbolicLink()) unlinkSync(developEggs);
      else removeTree(developEggs);
      log(handle.report, 'debug', 'Removed existing develop-eggs directory');
    }
    await whileDoing('Setting up buildout directories', () => setUpDirectories(run));
    const script = join(await main.require('bin-directory'), 'buildout');
    const text = formatLauncher(findProgram(), handle.python.executable);
    if (existsSync(script) && readFileSync(script, 'utf8') === text) return;
    writeFileAtomically(script, text, { mode: 0o777 & ~process.umask() });
    log(handle.report, 'info', `Generated script ${pythonRepr(script)}.`);
  });
}

function formatLauncher(program: string, python: string): string {
  return `#!/bin/sh
# Starts clutch, a drop-in for zc.buildout 6, in place of zc.buildout itself.
# To go back: python -m pip install zc.buildout, then "buildout bootstrap" with the buildout that this installs.
: "\${BUILDOUT_PYTHON:=${quoteInDoubleQuotes(python)}}"
export BUILDOUT_PYTHON
exec ${quoteForShell(program)} "$@"
`;
}

/** The launcher of the package that this file is part of, bundled or not. */
function findProgram(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder)) {
    const program = join(folder, 'bin', 'buildout');
    if (existsSync(program) && existsSync(join(folder, 'package.json'))) return program;
  }
  throw new Error(`no bin/buildout above ${here}`);
}

function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function quoteInDoubleQuotes(text: string): string {
  return text.replaceAll(/[\\"$`}]/g, String.raw`\$&`);
}
