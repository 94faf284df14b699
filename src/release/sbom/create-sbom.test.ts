// An SBOM of a small tree: components, their references, who needs whom, and what wheels say they contain.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { MarkerEnvironment } from '#standards';
import { expect, onTestFinished, test } from 'vitest';
import type { EggOrigin } from '../bundle/egg-origins.ts';
import { describeTree } from '../tree/index.ts';
import { createSbom, type CreatedSbom } from './create-sbom.ts';
import type { FetchedPart } from './describe-parts.ts';

const markers = {
  python_version: '3.11',
  python_full_version: '3.11.7',
  sys_platform: 'linux',
  os_name: 'posix',
} as MarkerEnvironment;

interface Scene {
  files: Readonly<Record<string, string>>;
  origins?: Readonly<Record<string, EggOrigin>>;
  parts?: readonly FetchedPart[];
  epoch?: number;
}

function sbomOf({ files, origins = {}, parts = [], epoch }: Scene): CreatedSbom {
  const directory = mkdtempSync(join(tmpdir(), 'clutch-sbom-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  const tree = describeTree(directory);
  const manifest = { name: 'shop', version: '1.0', root: tree.root };
  const facts = { directory, tree, manifest, parts, markers, toolVersion: '0.1.0', epoch };
  return createSbom({ ...facts, origins: new Map(Object.entries(origins)) });
}

/** The METADATA of an egg below `eggs/`. */
function egg(name: string, lines: readonly string[] = [], place = 'eggs'): Record<string, string> {
  const metadata = ['Metadata-Version: 2.4', `Name: ${name}`, 'Version: 1.0', ...lines, '', 'Text'];
  return { [`${place}/${name}-1.0-py3.11.egg/${name}-1.0.dist-info/METADATA`]: metadata.join('\n') };
}

const dependenciesOf = ({ sbom }: CreatedSbom): Record<string, readonly string[]> =>
  Object.fromEntries(sbom.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));

test('an egg has its project, version, file and license', () => {
  const origin = {
    project: 'Shop.Core',
    version: '1.0',
    kind: 'wheel',
    file: 'shop_core-1.0-py3-none-any.whl',
  } as const;
  const sha256 = 'ab'.repeat(32);
  const created = sbomOf({
    files: egg('Shop.Core', ['Summary: Sells', 'License-Expression: MIT OR GPL-2.0-only']),
    origins: { 'eggs/Shop.Core-1.0-py3.11.egg': { ...origin, sha256 } },
    epoch: 86_400,
  });
  expect(created.sbom).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: {
      timestamp: '1970-01-02T00:00:00.000Z',
      component: { type: 'application', name: 'shop', version: '1.0', 'bom-ref': 'shop@1.0' },
    },
  });
  expect(created.sbom.serialNumber).toMatch(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(created.sbom.components).toEqual([
    {
      type: 'library',
      'bom-ref': 'pkg:pypi/shop-core@1.0',
      name: 'Shop.Core',
      version: '1.0',
      description: 'Sells',
      purl: 'pkg:pypi/shop-core@1.0',
      hashes: [{ alg: 'SHA-256', content: sha256 }],
      licenses: [{ expression: 'MIT OR GPL-2.0-only' }],
      properties: [
        { name: 'clutch:path', value: 'eggs/Shop.Core-1.0-py3.11.egg' },
        { name: 'clutch:file', value: 'shop_core-1.0-py3-none-any.whl' },
      ],
    },
  ]);
});

test.each([
  [['License: ZPL 2.1'], [{ license: { name: 'ZPL 2.1' } }]],
  [
    ['License: UNKNOWN', 'Classifier: License :: OSI Approved :: MIT License'],
    [{ license: { name: 'MIT License' } }],
  ],
  [
    [`License: ${'long '.repeat(50)}`, 'Classifier: License :: Public Domain'],
    [{ license: { name: 'Public Domain' } }],
  ],
  [['Classifier: License :: OSI Approved'], undefined],
  [[], undefined],
])('the license that %j declares', (lines, licenses) => {
  expect(sbomOf({ files: egg('shop', lines) }).sbom.components[0]?.licenses).toEqual(licenses);
});

test('what was developed has no package URL: nobody published it', () => {
  const { sbom } = sbomOf({ files: egg('policy', [], 'develop-eggs') });
  expect(sbom.components[0]).toMatchObject({ 'bom-ref': 'policy@1.0' });
  expect(sbom.components[0]).not.toHaveProperty('purl');
});

test('requirements with their extras and markers become dependencies; the application has what nobody needs', () => {
  const created = sbomOf({
    files: {
      ...egg('a', [
        'Requires-Dist: b[fast] (>=1)',
        'Requires-Dist: gone',
        'Requires-Dist: d; python_version < "3"',
      ]),
      ...egg('b', [
        'Provides-Extra: fast',
        'Requires-Dist: c; extra == "fast"',
        'Requires-Dist: d; extra == "slow"',
      ]),
      ...egg('c'),
      ...egg('d', ['Requires-Dist: e']),
      ...egg('e', ['Requires-Dist: d', 'Requires-Dist: not a requirement!']),
    },
  });
  const ref = (name: string): string => `pkg:pypi/${name}@1.0`;
  expect(dependenciesOf(created)).toEqual({
    'shop@1.0': [ref('a'), ref('d')],
    [ref('a')]: [ref('b')],
    [ref('b')]: [ref('c')],
    [ref('c')]: [],
    [ref('d')]: [ref('e')],
    [ref('e')]: [ref('d')],
  });
});

const inside = (document: unknown): Record<string, string> => ({
  ...egg('fast'),
  'eggs/fast-1.0-py3.11.egg/fast-1.0.dist-info/sboms/build.cdx.json': JSON.stringify(document),
});

test('what a wheel says it contains is merged, and only what has a known shape', () => {
  const created = sbomOf({
    files: inside({
      bomFormat: 'CycloneDX',
      specVersion: '1.4',
      metadata: { component: { type: 'library', 'bom-ref': 'me', name: 'fast', version: '1.0' } },
      components: [
        { type: 'library', 'bom-ref': 'me-again', name: 'Fast', version: '1.0' },
        {
          type: 'library',
          'bom-ref': 'z',
          name: 'zlib',
          version: '1.3',
          purl: 'pkg:generic/zlib@1.3',
          hashes: [
            { alg: 'SHA-256', content: 'xyz' },
            { alg: 'SHA-1', content: 'ab'.repeat(20) },
          ],
          licenses: [{ license: { id: 'Newest-1.0' } }],
          evidence: { wrong: true },
          description: 7,
        },
        { type: 'data', name: 'table' },
        { type: 'nonsense', name: 'x' },
        { type: 'library' },
        'text',
      ],
      dependencies: [
        { ref: 'me', dependsOn: ['z', 'unknown', 5] },
        { ref: 'me-again', dependsOn: ['z'] },
        { ref: 'nobody', dependsOn: ['z'] },
      ],
    }),
  });
  const own = 'pkg:pypi/fast@1.0';
  expect(created.sbom.components.map((component) => component['bom-ref'])).toEqual([
    own,
    `${own}#table@`,
    `${own}#z`,
  ]);
  expect(created.sbom.components[2]).toEqual({
    type: 'library',
    'bom-ref': `${own}#z`,
    name: 'zlib',
    version: '1.3',
    purl: 'pkg:generic/zlib@1.3',
    hashes: [{ alg: 'SHA-1', content: 'ab'.repeat(20) }],
    licenses: [{ expression: 'Newest-1.0' }],
  });
  expect(dependenciesOf(created)).toEqual({
    'shop@1.0': [own],
    [own]: [`${own}#table@`, `${own}#z`],
    [`${own}#table@`]: [],
    [`${own}#z`]: [],
  });
  expect(created.unread).toEqual([]);
});

test.each(['{', '[]', '{"spdxVersion": "SPDX-2.3"}'])('a document %j is told, and passed over', (text) => {
  const path = 'eggs/fast-1.0-py3.11.egg/fast-1.0.dist-info/sboms/x.json';
  const created = sbomOf({ files: { ...egg('fast'), [path]: text } });
  expect(created.sbom.components).toHaveLength(1);
  expect(created.unread).toEqual([path]);
});

test('parts that were fetched are named by their files', () => {
  const url = 'https://www.haproxy.org/download/2.8/src/haproxy-2.8.1.tar.gz';
  const { sbom } = sbomOf({
    files: { 'parts/haproxy/sbin/haproxy': '' },
    parts: [
      { name: 'haproxy', options: { url, md5sum: 'cd'.repeat(16) } },
      { name: 'conf', options: { recipe: 'x' } },
      { name: 'local', options: { url: '/srv/x.tar.gz' } },
    ],
  });
  expect(sbom.components).toEqual([
    {
      type: 'application',
      'bom-ref': 'parts/haproxy',
      name: 'haproxy',
      version: '2.8.1',
      purl: `pkg:generic/haproxy@2.8.1?download_url=${encodeURIComponent(url)}`,
      hashes: [{ alg: 'MD5', content: 'cd'.repeat(16) }],
      properties: [{ name: 'clutch:part', value: 'haproxy' }],
    },
  ]);
});
