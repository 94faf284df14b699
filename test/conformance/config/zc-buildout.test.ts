// Random configurations through zc.buildout and through us: the same sections, the same `annotate`, the same values,
// the same complaints.

import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { activitiesOf, BuildError } from '#base';
import {
  createConditionEvaluator,
  createSections,
  defaultOptions,
  formatAnnotated,
  formatSavedOption,
  parseConfigurationText,
  rawSections,
  readConfiguration,
  unquoteSavedValue,
  type EvaluateCondition,
} from '#config';
import {
  askReference,
  type Answers,
  type Failure,
  type ParseAnswer,
  type ReadAnswer,
  type ReadCase,
  type Reading,
  type SaveAnswer,
  type SectionAnswer,
} from './oracle.ts';
import { pythonExpressions, writeRandomConfiguration } from './random-configuration.ts';
import { createRandomSource } from './random-source.ts';

const seed = Number(process.env['CONFIG_SEED'] ?? 1);
const directory = realpathSync(mkdtempSync(join(tmpdir(), 'clutch-config-')));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test(`reads random configurations as zc.buildout does (CONFIG_SEED=${seed})`, async () => {
  const cases = Array.from({ length: 500 }, (_, number) => {
    const place = join(directory, String(number));
    mkdirSync(place);
    return writeRandomConfiguration(place, seed * 10_000 + number);
  });
  const reference = await askReference<ReadAnswer>(
    cases.map((read) => ({ read })),
    pythonExpressions,
  );
  let read = 0;
  for (const [number, found] of cases.entries()) {
    const theirs = reference.answers[number];
    if (theirs !== undefined && !('error' in theirs)) read += 1;
    expect(await readHere(found, reference), `case ${number}`).toEqual(normalise(theirs));
  }
  expect(read).toBeGreaterThan(cases.length / 2);
});

test(`parses random lines as zc.buildout does (CONFIG_SEED=${seed})`, async () => {
  const random = createRandomSource(seed);
  const pieces =
    '[ ] a b = : # ; + - < > { } \t \n \n \n \u00a0 \x1c \u2028 \f \r [s]\n [t]\n a=1\n b+= \n\u0020x [s:linux] [t:False]\n [s:False]\n => ü'.split(
      ' ',
    );
  pieces.push(' ', ' ', '\n ', '\n  ');
  const texts = Array.from({ length: 1500 }, () => {
    const text = Array.from({ length: random.below(14) }, () => random.pick(pieces)).join('');
    return (random.chance(0.8) ? '[s]\n' : '') + text;
  });
  const reference = await askReference<ParseAnswer>(texts.map((parse) => ({ parse })));
  const evaluate = evaluatorOf(reference);
  let skipped = 0;
  for (const [number, text] of texts.entries()) {
    // A text in memory keeps its carriage returns in Python; a file does not. See `Sections.parse`.
    if (text.includes('\r')) continue;
    const theirs = reference.answers[number];
    const ours = await parseHere(text, evaluate);
    // A condition that only Python can judge: that is for the hook which asks Python.
    if (ours === undefined || (theirs !== undefined && 'error' in theirs && theirs.error === 'SyntaxError')) {
      skipped += 1;
      continue;
    }
    expect(ours, JSON.stringify(text)).toEqual(
      theirs !== undefined && 'error' in theirs ? failureText(theirs) : theirs,
    );
  }
  expect(skipped).toBeLessThan(texts.length / 20);
});

test('saves and reads back odd white space as zc.buildout does', async () => {
  const random = createRandomSource(seed);
  const values = Array.from({ length: 800 }, () =>
    Array.from({ length: random.below(8) }, () =>
      random.pick([' ', '\n', '\t', '\r', '\f', '\v', 'a', 'b c', '%(', '=', '\n\n']),
    ).join(''),
  );
  const reference = await askReference<SaveAnswer>(values.map((value) => ({ save: ['o', value] })));
  for (const [number, value] of values.entries()) {
    const theirs = reference.answers[number];
    const text = formatSavedOption('o', value);
    expect(text, JSON.stringify(value)).toBe(theirs?.text);
    if (text.includes('\r')) continue;
    const sections = await parseConfigurationText(`[s]\n${text}`, 'test');
    expect(unquoteSavedValue(sections.get('s')?.get('o') ?? ''), JSON.stringify(value)).toBe(theirs?.read);
  }
});

function evaluatorOf(reference: Answers<unknown>): EvaluateCondition {
  return createConditionEvaluator({
    pythonFacts: () => ({ facts: reference.facts, markers: reference.markers }),
    evaluateExpression: (expression) => truthOf(reference, expression),
  });
}

class OnlyPythonKnows extends Error {}

function truthOf(reference: Answers<unknown>, expression: string): boolean {
  const truth = reference.truths[expression];
  if (truth === undefined) throw new OnlyPythonKnows(expression);
  return truth;
}

async function parseHere(text: string, evaluate: EvaluateCondition): Promise<unknown> {
  try {
    const sections = await parseConfigurationText(text, 'test', evaluate);
    return { sections: [...sections].map(([name, options]) => [name, [...options]]) };
  } catch (error) {
    return error instanceof OnlyPythonKnows ? undefined : describe(error, false);
  }
}

async function readHere(found: ReadCase, reference: Answers<unknown>): Promise<unknown> {
  try {
    const configuration = await readConfiguration({
      file: found.file,
      cwd: found.directory,
      assignments: found.assignments.map(([section, option, value]) => ({ section, option, value })),
      userDefaults: found.userDefaults,
      environment: { HOME: found.home },
      defaults: { ...defaultOptions, executable: reference.executable },
      builtinVersions: { 'zc.buildout': '>=6.0.1', 'zc.recipe.egg': '>=2.0.6' },
      fetchRemote: (url) => fetchFrom(found.remote, url),
      evaluateExpression: (expression) => truthOf(reference, expression),
      pythonFacts: () => ({ facts: reference.facts, markers: reference.markers }),
      report: () => undefined,
    });
    const basedir = found.directory;
    const [terse, verbose] = [false, true].map((verbose) =>
      formatAnnotated(configuration, { sections: [], verbose, basedir }),
    );
    const raw = rawSections(configuration.annotated);
    const reading = { annotate: `${terse}${verbose}`, raw: pairsOf(raw) };
    return { ...reading, ...(await openAll(raw)) };
  } catch (error) {
    return describe(error, true);
  }
}

/** The network of a case: what its table has. */
async function fetchFrom(remote: Record<string, string>, url: string): Promise<Uint8Array> {
  const path = remote[url];
  if (path === undefined) throw new Error('<urlopen error not there>');
  return readFileSync(path);
}

function pairsOf(raw: Map<string, Map<string, string>>): unknown {
  return [...raw].map(([name, options]) => [name, [...options]]);
}

async function openAll(raw: Map<string, Map<string, string>>): Promise<object> {
  const sections = createSections(raw, { initializeRecipe: () => Promise.resolve() });
  const found: Record<string, unknown> = {};
  for (const name of sections.names()) {
    try {
      const section = await sections.open(name);
      found[name] = { options: await section.entries(), copy: section.copy() };
    } catch (error) {
      found[name] = describe(error, true);
    }
  }
  return { sections: found, parts: sections.parts };
}

function describe(error: unknown, doing: boolean): unknown {
  if (!(error instanceof BuildError)) throw error;
  return { message: error.message, ...(doing ? { doing: activitiesOf(error) } : {}) };
}

function failureText({ message }: Failure): unknown {
  return { message };
}

function normalise(theirs: ReadAnswer | undefined): unknown {
  if (theirs === undefined) return undefined;
  if ('error' in theirs) return normaliseFailure(theirs);
  const sections: Record<string, unknown> = {};
  for (const [name, answer] of Object.entries(theirs.sections)) {
    sections[name] = 'error' in answer ? normaliseFailure(answer) : (answer satisfies SectionAnswer);
  }
  return { ...theirs, sections } satisfies Omit<Reading, 'sections'> & { sections: Record<string, unknown> };
}

/** Where Python shows a bare exception we say the same in words. */
function normaliseFailure({ error, message, doing }: Failure): unknown {
  if (error === 'KeyError') {
    return { message: `The referenced section, ${message}, was not defined.`, doing };
  }
  // Python goes round `a/../a/../…` until its stack is full or a name too long.
  if (error === 'RecursionError' || error === 'OSError')
    return { message: expect.stringContaining('Recursive file include'), doing };
  if (error === 'FileNotFoundError') return { message: expect.stringContaining("Couldn't open"), doing };
  return { message: message.replaceAll(/\/\S*\/buildout-\w{8}(?=\))/g, 'a temporary file'), doing };
}
