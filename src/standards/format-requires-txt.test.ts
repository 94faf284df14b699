// From Requires-Dist to requires.txt and back: nothing is lost on the way.

import { expect, test } from 'vitest';
import { formatRequiresTxt } from './format-requires-txt.ts';
import { parseRequiresTxt } from './requires-txt.ts';

test.each([
  [['six', 'attrs>=20'], [], 'six\nattrs>=20\n'],
  [['six; python_version < "3"'], [], '[:python_version < "3"]\nsix\n'],
  [['six; extra == "x"'], ['x'], '[x]\nsix\n'],
  [['six; extra == "X.y" and os_name == "nt"'], ['x-y'], '[x-y:os_name == "nt"]\nsix\n'],
  [
    ['six; (extra == "a" or extra == "b") and python_version < "4"'],
    ['a', 'b'],
    '[a:python_version < "4"]\nsix\n\n[b:python_version < "4"]\nsix\n',
  ],
  [['six', 'six; extra == "x"'], ['x'], 'six\n\n[x]\nsix\n'],
  [['six; extra != "x"'], ['x'], 'six\n'],
  [
    ['a[b]~=1.0; sys_platform == "linux" or os_name == "nt"'],
    ['z'],
    '[:sys_platform == "linux" or os_name == "nt"]\na[b]~=1.0\n',
  ],
  [[], ['x'], ''],
] as [string[], string[], string][])('%j with the extras %j', (lines, extras, text) => {
  expect(formatRequiresTxt(lines, extras)).toBe(text);
});

test('what it writes is read as the same requirements', () => {
  const lines = ['b', 'a; python_version < "3"', 'c; extra == "x"', 'd; os_name == "nt" and extra == "x"'];
  expect(parseRequiresTxt(formatRequiresTxt(lines, ['x'])).sort()).toEqual([
    'a; python_version < "3"',
    'b',
    'c; extra == "x"',
    'd; os_name == "nt" and extra == "x"',
  ]);
});
