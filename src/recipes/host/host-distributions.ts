// What the recipe host itself needs: zc.buildout, from a list of versions that the host was tested with, and what
// that depends on. They are ordinary eggs, found and installed as any other.

import { BuildError } from '#base';
import type { WorkingSet } from '#eggs';
import { canonicalizeName, satisfies, parseSpecifierSet } from '#standards';
import type { BuildoutHandle } from '../recipe.ts';

/** Newest first. zc.buildout 5 imports pkg_resources from setuptools; 6 brings its own copy. */
const testedVersions = [
  { version: '6.0.1', oldestPython: 10, requirements: ['zc.buildout==6.0.1'] },
  { version: '5.2.0', oldestPython: 9, requirements: ['zc.buildout==5.2.0', 'setuptools<82'] },
] as const;

const ownNames = new Set(['zc-buildout', 'setuptools', 'pip', 'wheel', 'packaging', 'platformdirs']);

/**
 * The working set that the host starts with. Pins of `[versions]` hold; when zc.buildout cannot work with those of
 * its own dependencies, they are left aside with a warning.
 */
export async function installHostDistributions(buildout: BuildoutHandle): Promise<WorkingSet> {
  const pins = new Map(
    [...buildout.eggs.settings().pins].map(([name, pin]) => [canonicalizeName(name), pin] as const),
  );
  const { version, requirements } = chooseVersion(buildout, pins.get('zc-buildout'));
  pins.set('zc-buildout', version);
  // What buildout itself runs on is never shared: it has to be there when a shared directory is not.
  const options = { newest: false, checkPicked: false, shares: false, workingSet: buildout.recipeWorkingSet };
  try {
    return await buildout.eggs.install(requirements, { ...options, pins });
  } catch (error) {
    if (isMissing(error)) return installFromPython(buildout, requirements, { error, pins });
    if (!isCausedByPin(error)) throw error;
    const without = new Map([...pins].filter(([name]) => !ownNames.has(name)));
    without.set('zc-buildout', version);
    const workingSet = await buildout.eggs.install(requirements, { ...options, pins: without });
    warn(buildout, `Python recipes run with versions other than pinned: ${error.message}`);
    return workingSet;
  }
}

/**
 * The pins for recipes and extensions: where the host left one aside, what it runs on instead is pinned, since recipes
 * require zc.buildout too.
 */
export function pinsForRecipes({ eggs, recipeWorkingSet }: BuildoutHandle): ReadonlyMap<string, string> {
  const { pins } = eggs.settings();
  const leftAside = [...pins].flatMap(([name, pin]) => {
    const canonical = canonicalizeName(name);
    const running = ownNames.has(canonical)
      ? recipeWorkingSet.find(({ project }) => canonicalizeName(project) === canonical)
      : undefined;
    return running === undefined || isAllowed(running.version, pin) ? [] : [[name, running.version] as const];
  });
  return leftAside.length === 0 ? pins : new Map([...pins, ...leftAside]);
}

/** Offline, or with an index that lacks them, the target Python's own zc.buildout does; else `error` is the answer. */
async function installFromPython(
  buildout: BuildoutHandle,
  requirements: readonly string[],
  { error, pins }: { error: BuildError; pins: ReadonlyMap<string, string> },
): Promise<WorkingSet> {
  try {
    return await buildout.eggs.install(requirements, {
      destination: null,
      path: buildout.python.sitePackages,
      newest: false,
      checkPicked: false,
      workingSet: buildout.recipeWorkingSet,
      pins,
    });
  } catch (secondError) {
    throw isMissing(secondError) ? error : secondError;
  }
}

function chooseVersion(buildout: BuildoutHandle, pin: string | undefined): (typeof testedVersions)[number] {
  const [, minor] = buildout.python.versionInfo;
  const usable = testedVersions.filter(({ oldestPython }) => minor >= oldestPython);
  const newest = usable[0];
  if (newest === undefined) {
    throw new BuildError(
      'RECIPE_HOST_PYTHON',
      `Python recipes need Python 3.9 or newer, and this is ${buildout.python.version}`,
      { hint: 'set BUILDOUT_PYTHON to a newer Python' },
    );
  }
  const allowed = usable.find(({ version }) => pin === undefined || isAllowed(version, pin));
  // The default pin, `>=` our own version, means nothing for an older Python.
  if (allowed === undefined && pin?.startsWith('>') !== true) {
    warn(buildout, `Python recipes run with zc.buildout ${newest.version}, not ${pin ?? ''} as pinned.`);
  }
  return allowed ?? newest;
}

function isAllowed(version: string, pin: string): boolean {
  const specifiers = parseSpecifierSet(/^[<>=!~]/.test(pin) ? pin : `==${pin}`);
  return specifiers !== undefined && satisfies(version, specifiers);
}

function isMissing(error: unknown): error is BuildError {
  return error instanceof BuildError && ['MISSING_DISTRIBUTION', 'OFFLINE_MISSING'].includes(error.code);
}

function isCausedByPin(error: unknown): error is BuildError {
  return error instanceof BuildError && ['PIN_NOT_ALLOWED', 'VERSION_CONFLICT'].includes(error.code);
}

function warn({ report }: BuildoutHandle, text: string): void {
  report({ type: 'log', level: 'warning', text });
}
