// A Python with PyPA's `packaging` (the newest) and `pkg_resources` and `setuptools.package_index` (the setuptools that
// zc.buildout's copies are from), to check our answers against theirs. Made once and kept in `${XDG_CACHE_HOME:-~/.cache}/clutch-tests/oracle`; delete it to renew it.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { cachedVenv } from './cached-venv.ts';

const needs = ['packaging', 'setuptools==80.2.0'];

let known: Promise<string> | undefined;

/** The path of the oracle's interpreter; the first call on a machine needs PyPI. */
export async function oraclePython(): Promise<string> {
  known ??= prepareOracle();
  return known;
}

async function prepareOracle(): Promise<string> {
  return join(await cachedVenv({ name: 'oracle', requirements: needs, python: basePython() }), 'python');
}

/** The newest Python of pyenv that is not a pre-release of tomorrow, else `python3`. */
function basePython(): string {
  const [newest] = pyenvPythons().toReversed();
  return newest?.python ?? 'python3';
}

/** Pythons 3.10 and newer that pyenv has on this machine, oldest first. */
export function pyenvPythons(): { minor: number; python: string }[] {
  const directory = join(homedir(), '.pyenv', 'versions');
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .flatMap((name) => {
      const minor = Number(/^3\.([0-9]+)\.[0-9]+$/.exec(name)?.[1] ?? 0);
      const python = join(directory, name, 'bin', 'python3');
      return minor >= 10 && existsSync(python) ? [{ minor, python }] : [];
    })
    .sort((first, second) => first.minor - second.minor);
}

/** Asks a script all questions at once: one JSON line per question in, one per answer out. */
export function askOracle(python: string, script: string, questions: readonly unknown[]): unknown[] {
  const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
  const { stdout, stderr, status } = spawnSync(python, ['-W', 'ignore', script], {
    input,
    encoding: 'utf8',
    maxBuffer: 1024 * 1024 * 1024,
    env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
  });
  if (status !== 0) throw new Error(`The oracle failed: ${stderr}`);
  const answers = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
  if (answers.length !== questions.length) {
    throw new Error(`The oracle gave ${answers.length} answers to ${questions.length} questions: ${stderr}`);
  }
  return answers;
}
