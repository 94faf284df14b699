// A small repository that looks like a real one: for pictures, and for audits of pages with everything on them.

import type { PagesFixture } from './pages-fixture.ts';

const markdown = 'Description-Content-Type: text/markdown';

const nest = (version: string): Parameters<PagesFixture['publish']>[0] => ({
  name: 'acme.nest',
  version,
  headers: [
    'Summary: Builds nests for eggs of any size, and keeps them warm',
    'Keywords: nests,eggs,warmth',
    'License-Expression: ZPL-2.1',
    'Author-email: Jo Doe <jo@example.org>, Max Roe <max@example.org>',
    'Project-URL: Documentation, https://docs.example.org/nest/',
    'Project-URL: Source, https://git.example.org/acme/nest',
    'Project-URL: Issues, https://git.example.org/acme/nest/issues',
    'Classifier: Framework :: Plone :: 6.1',
    'Classifier: Framework :: Zope :: 5',
    'Classifier: Programming Language :: Python :: 3.12',
    'Requires-Python: >=3.10',
    'Requires-Dist: acme.base>=1.4',
    'Requires-Dist: zope.interface>=7',
    'Requires-Dist: importlib-metadata; python_version < "3.12"',
    'Provides-Extra: test',
    'Requires-Dist: zope.testrunner; extra == "test"',
    markdown,
  ],
  readme: [
    '# acme.nest',
    '',
    '[![Tests](https://ci.example.org/badge.svg)](https://ci.example.org/nest) ![License](https://ci.example.org/license.svg)',
    '',
    'Builds **nests** for eggs of any size. They are [configured](#configuration) by a section of `buildout.cfg`:',
    '',
    '```ini',
    '[nest]',
    'recipe = acme.nest',
    'eggs =',
    '    acme.base',
    'warmth = 37.5',
    '```',
    '',
    '## Configuration',
    '',
    '| option | default | meaning |',
    '|:--|--:|:--|',
    '| `eggs` | | what lies in the nest |',
    '| `warmth` | 37.5 | in degrees |',
    '',
    '- [x] keeps warm',
    '- [ ] sings',
    '',
    '> Eggs that are built once are never built again.',
    '',
    '<details><summary>Changes</summary>',
    '',
    '### 2.1',
    '',
    '- Nests for two.',
    '',
    '</details>',
    '',
  ].join('\n'),
});

/** Publishes some projects: released, staged, yanked, archived, of several versions. */
export async function publishShowcase(site: PagesFixture): Promise<void> {
  const publish = async (...args: Parameters<PagesFixture['publish']>): Promise<void> => {
    const { status, text } = await site.publish(...args);
    if (status !== 200) throw new Error(text);
  };
  await publish({ name: 'acme.old', version: '0.9', headers: ['Summary: What everybody used before'] });
  for (const version of ['1.4.0', '1.4.1', '1.4.2']) {
    await publish({
      name: 'acme.base',
      version,
      headers: ['Summary: The ground on which all nests stand', 'Description-Content-Type: text/x-rst'],
      readme: 'acme.base\n=========\n\nUse it *with care*::\n\n    import acme.base\n',
    });
  }
  for (const version of ['1.0', '2.0', '2.1', '2.2rc1']) await publish(nest(version));
  await publish({
    name: 'acme.feather',
    version: '0.3',
    headers: ['Summary: Light, soft, and made of Python'],
  });
  await publish({
    name: 'acme.shell',
    version: '3.0',
    headers: ['Summary: Protects what is inside from what is not'],
  });
  for (const [name, version] of [
    ['acme-old', '0.9'],
    ['acme-base', '1.4.0'],
    ['acme-base', '1.4.1'],
    ['acme-base', '1.4.2'],
    ['acme-nest', '1.0'],
    ['acme-nest', '2.0'],
    ['acme-nest', '2.1'],
    ['acme-shell', '3.0'],
  ] as const) {
    await site.promote(name, version);
  }
  await site.change('POST', 'acme-base/versions/1.4.1/yank', { reason: 'loses eggs on Tuesdays' });
  await site.change('PUT', 'acme-old/status', { status: 'archived', reason: 'use acme.nest' });
}
