import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Distribution } from '#eggs';
import { parseRequirement } from '#standards';
import type { BuildoutHandle } from './recipe.ts';
import { recipeSignature } from './recipe-signature.ts';

function createDistribution(
  facts: Pick<Distribution, 'project' | 'version' | 'location' | 'precedence'>,
  requires: readonly string[] = [],
): Distribution {
  return {
    ...facts,
    extras: [],
    requires: () => requires.map(parseRequirement),
    dependencyLinks: () => [],
    metadata: () => undefined,
    metadataNames: () => [],
  };
}

test('names what a Python recipe needs, by version, and hashes what is developed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'clutch-signature-'));
  const [code, site, vendored] = ['src', 'site', 'site/vendored'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  // `packaging` is in both places, and what comes first on the path is what a running zc.buildout has.
  for (const path of [code, join(site, 'packaging-26.3.dist-info'), vendored])
    mkdirSync(path, { recursive: true });
  const develop = 'develop';
  const egg = 'egg';
  const workingSet = [
    createDistribution({ project: 'my.recipe', version: '1.0', location: code, precedence: develop }, [
      'Foo>=1',
      'packaging',
    ]),
    createDistribution({ project: 'pip', version: '30', location: site, precedence: develop }),
    createDistribution(
      { project: 'foo', version: '0.9', location: '/e/foo-0.9-py3.11.egg', precedence: egg },
      ['my-recipe'],
    ),
    createDistribution({ project: 'packaging', version: '26.2', location: vendored, precedence: develop }),
    createDistribution({
      project: 'bar',
      version: '0.1',
      location: '/e/bar-0.1-py3.11.egg',
      precedence: egg,
    }),
  ];
  const buildout = { recipeWorkingSet: workingSet } as unknown as BuildoutHandle;
  const signature = await recipeSignature('my.recipe', buildout);
  expect(signature.replaceAll(/-[0-9a-f]{32}/g, '-HASH')).toBe(
    'foo-0.9-py3.11.egg my.recipe-HASH packaging-HASH',
  );
  const hashes = [...signature.matchAll(/-([0-9a-f]{32})/g)].map(([, hash]) => hash);
  expect(new Set(hashes).size).toBe(2);
});
