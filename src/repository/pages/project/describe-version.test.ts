import { expect, test } from 'vitest';
import { parseCoreMetadata } from '#standards';
import { describeVersion } from './describe-version.ts';

const describe = (...lines: string[]): ReturnType<typeof describeVersion> =>
  describeVersion(parseCoreMetadata(['Name: a', 'Version: 1', ...lines, ''].join('\n')));

test.each([
  [['Author: Jo', 'Author-email: jo@a.example'], [{ name: 'Jo', email: 'jo@a.example' }]],
  [
    ['Author-email: Jo Doe <jo@a.example>, max@a.example'],
    [
      { name: 'Jo Doe', email: 'jo@a.example' },
      { name: 'max@a.example', email: 'max@a.example' },
    ],
  ],
  [['Author-email: "Doe, Jo" <jo@a.example>'], [{ name: 'Doe, Jo', email: 'jo@a.example' }]],
  [['Author: UNKNOWN', 'Author-email: UNKNOWN'], []],
  [['Author-email: Jo <jo@a.example?cc=x>'], [{ name: 'Jo' }]],
  [['Author-email: <javascript:x>'], [{ name: 'javascript:x' }]],
])('reads the people of %j', (lines, people) => {
  expect(describe(...lines).authors).toEqual(people);
});

test('says where links lead, and links what may be linked only', () => {
  const { links } = describe(
    'Home-page: https://a.example/x',
    'Project-URL: Docs, https://docs.example/',
    'Project-URL: https://bare.example/',
    'Project-URL: Mail, mailto:jo@a.example',
    'Project-URL: Bad, javascript:alert(1)',
  );
  expect(links).toEqual([
    { label: 'Home page', href: 'https://a.example/x', target: 'a.example' },
    { label: 'Docs', href: 'https://docs.example/', target: 'docs.example' },
    { label: 'bare.example', href: 'https://bare.example/', target: 'bare.example' },
    { label: 'Mail', href: 'mailto:jo@a.example', target: 'jo@a.example' },
    { label: 'Bad', target: 'javascript:alert(1)' },
  ]);
});

test('groups requirements by extra, and reads them as far as it can', () => {
  const { requirements } = describe(
    'Requires-Dist: Zope.Interface[test] >=5,<7',
    'Requires-Dist: b ; python_version > "3"',
    "Requires-Dist: c>=1; extra == 'docs'",
    'Requires-Dist: d; python_version > "3" and extra == "docs"',
    'Requires-Dist: what is this',
  );
  expect([...requirements]).toEqual([
    [
      '',
      [
        { name: 'Zope.Interface', project: 'zope-interface', rest: '[test] >=5,<7' },
        { name: 'b', project: 'b', rest: 'if python_version > "3"' },
        { name: 'd', project: 'd', rest: 'if python_version > "3" and extra == "docs"' },
        { name: 'what is this', rest: '' },
      ],
    ],
    ['docs', [{ name: 'c', project: 'c', rest: '>=1' }]],
  ]);
});

test('prefers the license expression, and takes one line of a text', () => {
  expect(describe('License: MIT', 'License-Expression: ZPL-2.1').license).toBe('ZPL-2.1');
  expect(describe('License: Permission is\n        hereby granted').license).toBe('Permission is');
});

test('groups classifiers, whatever they are called', () => {
  const { classifiers } = describe('Classifier: A :: B :: C', 'Classifier: __proto__ :: x', 'Classifier: A');
  expect([...classifiers]).toEqual([
    ['A', ['B › C', '']],
    ['__proto__', ['x']],
  ]);
});
