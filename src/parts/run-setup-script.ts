// The command `setup`: runs a setup script with setuptools on its path and already imported.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { BuildError, pythonRepr } from '#base';
import type { EggInstaller } from '#eggs';
import { pythonJoin } from '#recipes';
import { log, type Run } from './run-state.ts';

/** The first word is a setup script or its directory; the others are the script's own. */
export async function runSetupScript(run: Run, words: readonly string[]): Promise<void> {
  const [target, ...rest] = words;
  if (target === undefined) {
    throw new BuildError(
      'USAGE',
      'The setup command requires the path to a setup script or \ndirectory containing a setup script, and its arguments.',
    );
  }
  const isDirectory = statSync(target, { throwIfNoEntry: false })?.isDirectory() === true;
  const shown = isDirectory ? pythonJoin(target, 'setup.py') : target;
  log(run.handle.report, 'info', `Running setup script ${pythonRepr(shown)}.`);
  const folder = mkdtempSync(join(tmpdir(), 'clutch-setup-'));
  try {
    const wrapper = join(folder, 'setup.py');
    writeFileSync(wrapper, formatWrapper(resolve(shown), await findSetuptools(run.handle.eggs)));
    await runInteractively(run, [wrapper, ...rest]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function formatWrapper(setup: string, path: readonly string[]): string {
  const directory = pythonRepr(dirname(setup));
  const file = pythonRepr(setup);
  return `
import sys
sys.path.insert(0, ${directory})
sys.path[0:0] = [${path.map(pythonRepr).join(', ')}]

import os, setuptools

__file__ = ${file}

os.chdir(${directory})
sys.argv[0] = ${file}

with open(${file}) as f:
    exec(compile(f.read(), ${file}, 'exec'))
`;
}

// Without one in the eggs directory, the Python's own setuptools is what the script gets.
async function findSetuptools(eggs: EggInstaller): Promise<string[]> {
  const { developEggsDirectory, eggsDirectory } = eggs.settings();
  try {
    const path = [developEggsDirectory, eggsDirectory];
    const workingSet = await eggs.install(['setuptools'], { destination: null, path, checkPicked: false });
    return workingSet.map(({ location }) => location);
  } catch (error) {
    if (error instanceof BuildError) return [];
    throw error;
  }
}

// The script talks to the user's terminal, so its streams are ours.
async function runInteractively({ handle }: Run, words: readonly string[]): Promise<void> {
  const { executable } = handle.python;
  const env = { ...handle.environment };
  const code = await new Promise<number | null>((settle, fail) => {
    const child = spawn(executable, words, { stdio: 'inherit', env });
    child.once('error', fail);
    child.once('exit', settle);
  });
  if (code === 0) return;
  const command = [executable, ...words].map(pythonRepr).join(', ');
  throw new BuildError('SETUP_FAILED', `Failed to run command:\n${command}`);
}
