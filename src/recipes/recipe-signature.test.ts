import { expect, test } from 'vitest';
import { BuildError } from '#base';
import type { EggInstaller } from '#eggs';
import type { BuildoutHandle } from './recipe.ts';
import { recipeSignature } from './recipe-signature.ts';

/** A buildout in which zc.recipe.egg is not, and which counts how often it was looked for. */
function buildoutWithout(): BuildoutHandle & { searches: number } {
  const eggs: Partial<EggInstaller> = {
    settings: () => ({ eggsDirectory: '/b/eggs', developEggsDirectory: '/b/develop-eggs' }) as never,
    install() {
      buildout.searches += 1;
      return Promise.reject(new BuildError('MISSING_DISTRIBUTION', 'not here'));
    },
  };
  const python = { minor: '3.11', platform: 'linux-x86_64' };
  const buildout = { eggs, python, searches: 0, report: () => undefined, recipeWorkingSet: [] };
  return buildout as unknown as BuildoutHandle & { searches: number };
}

test.each([
  'wheel-ef09 zc-recipe-egg-ef09 zc-buildout-ef09',
  'wheel-ef09 zc.recipe.egg-6.0.0-py3.11-linux-x86_64.egg zc-buildout-ef09',
])('a built-in recipe keeps the signature that zc.buildout recorded: %s', async (recorded) => {
  const buildout = buildoutWithout();
  expect(await recipeSignature('zc.recipe.egg', buildout, recorded)).toBe(recorded);
  expect(buildout.searches).toBe(0);
});

test.each([undefined, 'zc.recipe.egg-6.0.0-py3.12-linux-x86_64.egg', 'other-1.0-py3.11.egg', ''])(
  'a built-in recipe gets a new signature when there is none of this Python: %s',
  async (recorded) => {
    expect(await recipeSignature('zc.recipe.egg', buildoutWithout(), recorded)).toBe(
      'zc.recipe.egg-6.0.0-py3.11-linux-x86_64.egg',
    );
  },
);

test('a Python recipe never keeps a recorded signature', async () => {
  expect(await recipeSignature('some.recipe', buildoutWithout(), 'some.recipe-1.0.egg')).toBe('');
});
