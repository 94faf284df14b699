// The same runs through both programs: they say the same lines in the same order and exit with the same code.
// Filtered: the buildout's and the server's address; `root:` lines, which tell how an index was searched; what pip and
// Python's warnings say; our hints (`hint:` and `  at`).

import { expect, test } from 'vitest';
import type { RunResult } from '../../support/run-clutch.ts';
import { configurations } from './configurations.ts';
import { placeForTest, type Place } from './two-programs.ts';

interface Case {
  files?: Readonly<Record<string, string>>;
  configuration: string;
  /** What we say for a user's mistake that zc.buildout takes for a bug of its own and shows with a traceback. */
  error?: string;
  /** One run per entry: the words of the command line. */
  runs?: readonly (readonly string[])[];
}

const main = '[buildout]\nindex = INDEX\n';
const app = '[app]\nrecipe = zc.recipe.egg\n';

const cases: Readonly<Record<string, Case>> = {
  'a missing option': { configuration: `${main}parts = app\n${app}eggs = \${other:eggs}\n[other]\n` },
  'an unknown section': { configuration: `${main}parts = app\n${app}eggs = \${nowhere:eggs}\n` },
  'a part without a section': { configuration: `${main}parts = lost\n` },
  'a part without a recipe': { configuration: `${main}parts = app\n[app]\neggs = demo\n` },
  'options that refer to each other': {
    configuration: `${main}parts = app\n${app}eggs = \${:more}\nmore = \${:eggs}\n`,
  },
  'a malformed substitution': { configuration: `${main}parts = app\n${app}eggs = \${one:two:three}\n` },
  'a version conflict': { configuration: `${main}parts = app\n${app}eggs = needs-old\n       needs-new\n` },
  'a conflict with a pin': {
    configuration: `${main}parts = app\nversions = versions\n[versions]\ndemoneeded = 1.0\n${app}eggs = needs-new\n`,
  },
  'a missing distribution': { configuration: `${main}parts = app\n${app}eggs = needs-lost\n` },
  'a missing distribution of a part': { configuration: `${main}parts = app\n${app}eggs = lost-thing\n` },
  'a pin that no candidate satisfies': {
    configuration: `${main}parts = app\nversions = versions\n[versions]\ndemo = 7\n${app}eggs = demo\n`,
  },
  'a pin that is no version': {
    error: "Invalid specifier: '==what ever'",
    configuration: `${main}parts = app\nversions = versions\n[versions]\ndemo = what ever\n${app}eggs = demo\n`,
  },
  'picked versions that are not allowed': {
    configuration: `${main}parts = app\nallow-picked-versions = false\n${app}eggs = demo\n`,
  },
  'picked versions that are shown': {
    configuration: `${main}parts = app\nshow-picked-versions = true\nversions = versions\n[versions]\ndemo = 0.2\n${app}eggs = demo\n`,
    runs: [[], [], ['-N'], ['buildout:show-picked-versions=false']],
  },
  'offline without eggs': { configuration: `${main}parts = app\n${app}eggs = demo\n`, runs: [['-o']] },
  'an unknown extra': { configuration: `${main}parts = app\n${app}eggs = big.demo-tool[none]\n` },
  'a script that is no entry point': {
    configuration: `${main}parts = app\n${app}eggs = demo\nentry-points = nonsense\n`,
  },
  'a malformed requirement': { configuration: `${main}parts = app\n${app}eggs = demo ===\n` },
  'an unknown entry of the recipe': {
    error: "Entry point ('zc.buildout', 'nothing') not found",
    configuration: `${main}parts = app\n[app]\nrecipe = zc.recipe.egg:nothing\neggs = demo\n`,
  },
  'an unknown recipe': { configuration: `${main}parts = app\n[app]\nrecipe = lost-recipe\n` },
  'a develop directory that is missing': { configuration: `${main}parts =\ndevelop = nowhere\n` },
  'a develop directory that is no project': {
    error: 'Cannot build empty: there is neither a pyproject.toml nor a setup.py',
    configuration: `${main}parts =\ndevelop = empty\n`,
    files: { 'empty/x': '' },
  },
  'a file that is missing': {
    error: "Couldn't open <buildout>/lost.cfg",
    configuration: `${main}parts =\nextends = lost.cfg\n`,
  },
  'a file that is malformed': {
    error: "File contains parsing errors: <buildout>/buildout.cfg\n\t[line  3]: 'parts\\n'",
    configuration: `${main}parts\n`,
  },
  'an unknown command': { configuration: `${main}parts =\n`, runs: [['frobnicate']] },
  'unused options': {
    configuration: `${main}parts = app\nfoo = 1\n${app}eggs = demo\nbar = 2\n`,
    runs: [[], []],
  },
  'query and annotate': {
    configuration: `${main}parts = app\n${app}eggs = demo\n`,
    runs: [
      ['query', 'app:eggs'],
      ['query', 'parts'],
      ['query', 'app:lost'],
      ['query', 'lost:eggs'],
      ['query', '1:2:3'],
      ['query'],
      ['annotate', 'app'],
    ],
  },
  'parts by name': {
    configuration: `${main}parts = app two\n${app}eggs = demo\n[two]\nrecipe = zc.recipe.egg\neggs = demoneeded\n`,
    runs: [['install', 'two'], ['install', 'app'], ['install', 'lost'], []],
  },
  'a changed and a dropped part': {
    configuration: `${main}parts = app two\n${app}eggs = demo\n[two]\nrecipe = zc.recipe.egg\neggs = demoneeded\n`,
    runs: [[], ['app:eggs=demoneeded'], ['buildout:parts=app']],
  },
  'a recipe that fails': {
    configuration: `${main}parts = made\ndevelop = sources/recipes\n[made]\nrecipe = recipes\n`,
  },
  'a recipe with update and uninstall': {
    configuration: configurations['a Python recipe between built-in ones'] ?? '',
    runs: [[], [], ['made:text=other'], ['buildout:parts=py']],
  },
};

test.each(Object.keys(cases))('both programs say the same: %s', async (name) => {
  const { configuration, files = {}, runs = [[]], error } = cases[name] ?? { configuration: '' };
  const all = { ...files, 'buildout.cfg': configuration };
  const [ours, theirs] = [await placeForTest(all), await placeForTest(all)];
  for (const words of runs) {
    const [said, expected] = [await ours.clutch(...words), await theirs.zcBuildout(...words)];
    expect(summarize(said, ours)).toEqual(withError(summarize(expected, theirs), error));
  }
});

interface Summary {
  code: number | null;
  stdout: string[];
  stderr: string[];
}

function summarize(result: RunResult, place: Place): Summary {
  const clean = (text: string): string[] =>
    text
      .replaceAll(place.directory, '<buildout>')
      .replaceAll(place.server.url, '<server>')
      .split('\n')
      .filter((line) => line !== '' && !noise.test(line));
  return { code: result.code, stdout: clean(result.stdout), stderr: clean(result.stderr) };
}

const noise = /^root: |^hint: |^ {2}at /;

/** zc.buildout's lines with its traceback, and what pip said before, replaced by our error. */
function withError(summary: Summary, error: string | undefined): Summary {
  if (error === undefined) return summary;
  const start = summary.stderr.findIndex((line) => line.startsWith('An internal error occurred'));
  expect(start).toBeGreaterThan(0);
  const failed = summary.stdout.findIndex((line) => line.startsWith('Failed to run command'));
  return {
    code: summary.code,
    stdout: failed === -1 ? summary.stdout : summary.stdout.slice(0, failed),
    stderr: [...summary.stderr.slice(0, start), ...`Error: ${error}`.split('\n')],
  };
}
