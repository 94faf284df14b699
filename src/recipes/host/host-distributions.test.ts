import { BuildError, type Event } from '#base';
import type { InstallOptions } from '#eggs';
import { expect, test } from 'vitest';
import type { BuildoutHandle } from '../recipe.ts';
import { installHostDistributions } from './host-distributions.ts';

interface Asked {
  specs: readonly string[];
  pins: Record<string, string>;
}

/** What is asked of the installer for these pins, and what the user is told. */
async function ask(
  pins: Record<string, string>,
  options: { minor?: number; refuse?: string } = {},
): Promise<{ asked: Asked[]; told: string[] }> {
  const asked: Asked[] = [];
  const told: string[] = [];
  const buildout = {
    python: { version: `3.${options.minor ?? 12}.0`, versionInfo: [3, options.minor ?? 12, 0] },
    recipeWorkingSet: [],
    report: (event: Event) => void (event.type === 'log' && told.push(event.text)),
    eggs: {
      settings: () => ({ pins: new Map(Object.entries(pins)) }),
      install(specs: readonly string[], { pins: used }: InstallOptions) {
        asked.push({ specs, pins: Object.fromEntries(used ?? []) });
        return used?.has(options.refuse ?? '') === true
          ? Promise.reject(new BuildError('PIN_NOT_ALLOWED', 'refused'))
          : Promise.resolve([]);
      },
    },
  } as unknown as BuildoutHandle;
  await installHostDistributions(buildout);
  return { asked, told };
}

test('takes the tested zc.buildout and the pins of everything else', async () => {
  const { asked, told } = await ask({ 'zc.buildout': '>=6.0.1', Setuptools: '80.9.0' });
  expect(asked).toEqual([
    { specs: ['zc.buildout==6.0.1'], pins: { 'zc-buildout': '6.0.1', setuptools: '80.9.0' } },
  ]);
  expect(told).toEqual([]);
});

test('Python 3.9 gets the last zc.buildout that runs on it', async () => {
  const { asked, told } = await ask({ 'zc.buildout': '>=6.0.1' }, { minor: 9 });
  expect(asked[0]?.specs).toEqual(['zc.buildout==5.2.0', 'setuptools<82']);
  expect(told).toEqual([]);
});

test('a pin on an untested zc.buildout takes the nearest with one warning', async () => {
  const { asked, told } = await ask({ 'zc.buildout': '4.1.12' });
  expect(asked[0]?.pins).toEqual({ 'zc-buildout': '6.0.1' });
  expect(told).toEqual(['Python recipes run with zc.buildout 6.0.1, not 4.1.12 as pinned.']);
});

test('pins that zc.buildout cannot work with are left aside with a warning', async () => {
  const { asked, told } = await ask({ setuptools: '60.0', other: '1' }, { refuse: 'setuptools' });
  expect(asked.at(-1)?.pins).toEqual({ other: '1', 'zc-buildout': '6.0.1' });
  expect(told).toEqual(['Python recipes run with versions other than pinned: refused']);
});

test('a Python too old for recipes says so', async () => {
  await expect(ask({}, { minor: 8 })).rejects.toThrow('Python recipes need Python 3.9 or newer');
});
