// Both ways: zc.buildout 6 goes on in a directory that clutch installed, and clutch in one of zc.buildout's. No egg is
// fetched, built, replaced or deleted on the way, and what is up to date stays as it is.
//
// A run that fetches writes `sys.path` in another order than the next one, for zc.buildout as for clutch: so each
// program runs twice before the other one takes over.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunResult } from '../../support/run-clutch.ts';
import { configurations } from './configurations.ts';
import {
  assertSuccess,
  fingerprintEggs,
  placeForTest,
  readInstalled,
  readScripts,
  type Place,
} from './two-programs.ts';

const cases = Object.keys(configurations);
const simple = 'scripts, an interpreter and a pin';
const python = 'a Python recipe between built-in ones';
const spaces = 'values with odd white space';

function placeWith(name: string): Promise<Place> {
  return placeForTest({ 'buildout.cfg': configurations[name] ?? '' });
}

/** A run that obtained nothing leaves the eggs alone and says nothing of getting one. */
async function expectNoEggTouched(place: Place, run: () => Promise<RunResult>): Promise<string> {
  const before = fingerprintEggs(place.directory);
  const stdout = assertSuccess(await run());
  expect(stdout).not.toMatch(/Getting distribution|^Got /m);
  expect(fingerprintEggs(place.directory)).toEqual(before);
  return stdout;
}

async function expectNothingChanged(place: Place, run: () => Promise<RunResult>): Promise<void> {
  const [scripts, installed] = [readScripts(place.directory), await readInstalled(place.directory)];
  const stdout = await expectNoEggTouched(place, run);
  expect(stdout).not.toMatch(/^(Uninstalling|Installing)/m);
  expect(readScripts(place.directory)).toEqual(scripts);
  expect(await readInstalled(place.directory)).toEqual(installed);
}

test.each(cases)('zc.buildout takes over what clutch installed: %s', async (name) => {
  const place = await placeWith(name);
  assertSuccess(await place.clutch());
  assertSuccess(await place.clutch());
  const scripts = readScripts(place.directory);
  await expectNoEggTouched(place, () => place.zcBuildout());
  expect(readScripts(place.directory)).toEqual(scripts);
  await expectNothingChanged(place, () => place.zcBuildout());
  await expectNothingChanged(place, () => place.clutch());
});

test.each(cases)('clutch takes over what zc.buildout installed, and gives it back: %s', async (name) => {
  const place = await placeWith(name);
  assertSuccess(await place.zcBuildout());
  assertSuccess(await place.zcBuildout());
  await expectNothingChanged(place, () => place.clutch());
  await expectNothingChanged(place, () => place.clutch());
  await expectNothingChanged(place, () => place.zcBuildout());
});

test('a zc.buildout that was bootstrapped in the directory goes on where clutch stopped', async () => {
  const place = await placeWith(simple);
  assertSuccess(await place.zcBuildout('bootstrap'));
  assertSuccess(await place.clutch());
  await expectNoEggTouched(place, () => place.execute('bin/buildout'));
  await expectNothingChanged(place, () => place.execute('bin/buildout'));
  await expectNothingChanged(place, () => place.clutch());
});

const quirks: Readonly<Record<string, (text: string) => string>> = {
  'continuation lines with blanks instead of tabs': (text) => text.replaceAll('\n\t', '\n        '),
  'no blanks around the equals sign': (text) => text.replaceAll(/^([\w-]+) = ?/gm, '$1='),
  'blank lines between options and after sections': (text) => text.replaceAll(/\n(?=[\w[])/g, '\n\n'),
  'values that begin on the next line': (text) => text.replaceAll(/^(eggs|parts) = /gm, '$1 =\n\t'),
  'blanks at the end of lines': (text) => text.replaceAll('\n', '  \n'),
};

test.each(Object.keys(quirks))('reads a record as zc.buildout reads it: %s', async (quirk) => {
  const [ours, theirs] = [await placeWith(spaces), await placeWith(spaces)];
  for (const place of [ours, theirs]) {
    // The second run finds what the first one left in the source directory.
    assertSuccess(await place.zcBuildout());
    assertSuccess(await place.zcBuildout());
    const record = join(place.directory, '.installed.cfg');
    writeFileSync(record, quirks[quirk]?.(readFileSync(record, 'utf8')) ?? '');
  }
  const stepsOf = (result: RunResult): string[] =>
    assertSuccess(result)
      .split('\n')
      .filter((line) => /^(Uninstalling|Updating|Installing)/.test(line));
  expect(stepsOf(await ours.clutch())).toEqual(stepsOf(await theirs.zcBuildout()));
});

test('clutch uninstalls parts that zc.buildout installed, with their uninstallers', async () => {
  const place = await placeWith(python);
  assertSuccess(await place.zcBuildout());
  const text = configurations[python] ?? '';
  place.write({ 'buildout.cfg': text.replace('parts = app made still py', 'parts = py') });
  const stdout = assertSuccess(await place.clutch());
  expect(stdout.replaceAll(/^root: .*\n/gm, '')).toContain(
    'Uninstalling still.\nUninstalling made.\nRunning uninstall recipe.\nmade: Goodbye made.txt\nUninstalling app.\n',
  );
  expect(Object.keys(readScripts(place.directory))).toEqual(['py']);
});

test('a configuration with built-in recipes only needs no zc.recipe.egg from the index', async () => {
  const place = await placeWith(simple);
  assertSuccess(await place.clutch());
  expect(place.server.paths().filter((path) => /zc|setuptools/.test(path))).toEqual([]);
});
