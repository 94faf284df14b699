// A Python that has zc.buildout itself, made once per machine: what we do is compared with what it does.

import { join } from 'node:path';
import { cachedVenv } from './cached-venv.ts';

const requirements = ['zc.buildout==6.0.1', 'zc.recipe.egg==6.0.0', 'setuptools<81', 'wheel'];

/**
 * The path of a Python with zc.buildout 6.0.1, zc.recipe.egg 6.0.0, setuptools below 81 and wheel. The first call
 * installs them from PyPI.
 */
export async function referencePython(): Promise<string> {
  return join(await cachedVenv({ name: 'zc-buildout', requirements }), 'python');
}
