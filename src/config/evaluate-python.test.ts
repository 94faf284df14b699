import { expect, test } from 'vitest';
import { tryEvaluatePython } from './evaluate-python.ts';

const names = new Map<string, boolean | string>([
  ['linux', true],
  ['windows', false],
  ['sys.platform', 'linux'],
]);

test.each([
  ['linux', true],
  [' not windows ', true],
  ['linux and not (windows or False)', true],
  ['windows or linux and windows', false],
  ['not linux == windows', true],
  ["sys.platform == 'linux'", true],
  ['sys.platform!="linux"', false],
  ["'lin' in sys.platform", true],
  ["'lin' not in sys.platform", false],
  ["sys.platform > 'a'", true],
  ["sys.platform == 'x' or ''", false],
  ["linux == 'linux'", false],
  ['True', true],
])('%s is %s', (expression, expected) => {
  expect(tryEvaluatePython(expression, names)).toBe(expected);
});

test.each([
  'unknown',
  'linux or unknown',
  'sys.version_info[0] == 3',
  "u'a' == 'a'",
  "'a' 'b'",
  "'\\x41' == 'A'",
  "'a' < 'b' < 'c'",
  'linux < windows',
  'platform.system() == "Linux"',
  'linux if windows else linux',
  'linux, windows',
  'lambda: linux',
  '(linux',
  'linux)',
  'not',
  '',
  '('.repeat(100_000),
])('%s is left to Python', (expression) => {
  expect(tryEvaluatePython(expression, names)).toBeUndefined();
});
