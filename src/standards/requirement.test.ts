// PEP 508: requirements and markers.

import { expect, test } from 'vitest';

import { evaluateMarker, type MarkerEnvironment } from './evaluate-marker.ts';
import { formatMarker, parseMarker } from './marker.ts';
import { formatRequirement, parseRequirement, parseRequirements } from './requirement.ts';

test.each([
  ['A', 'A'],
  ['A.B-C_D', 'A.B-C_D'],
  ['name>=3', 'name>=3'],
  ['name>=3,<2', 'name<2,>=3'],
  ['name (>=3, <4)', 'name<4,>=3'],
  ['name[b, a] ~= 1.0', 'name[a,b]~=1.0'],
  ['name@http://foo.com', 'name @ http://foo.com'],
  [
    'name [fred,bar] @ http://foo.com ; python_version=="2.7"',
    'name[bar,fred] @ http://foo.com ; python_version == "2.7"',
  ],
  ["name; os.name=='a' or os_name=='b'", 'name; os_name == "a" or os_name == "b"'],
  ['name>=2;(os_name=="a")and(extra=="X_y")', 'name>=2; os_name == "a" and extra == "x-y"'],
  [
    'name; (os_name=="a" or os_name=="b") and os_name!="c"',
    'name; (os_name == "a" or os_name == "b") and os_name != "c"',
  ],
])('prints %s as %s', (text, expected) => {
  const written = formatRequirement(parseRequirement(text));
  expect(written).toBe(expected);
  expect(formatRequirement(parseRequirement(written))).toBe(expected);
});

test('prints extras as pkg_resources does when asked to', () => {
  expect(formatRequirement(parseRequirement('Foo[Test_X]>1'), { safeExtras: true })).toBe('Foo[test_x]>1');
});

test('points at what it does not understand, as packaging does', () => {
  expect(() => parseRequirement('foo bar')).toThrow(
    'Expected semicolon (after name with no version specifier) or end\n    foo bar\n        ^',
  );
  expect(() => parseRequirement('foo>=1.*')).toThrow(
    '.* suffix can only be used with `==` or `!=` operators\n    foo>=1.*\n       ~~~~^',
  );
});

test.each([
  '',
  '-foo',
  'foo[a b]',
  'foo[a,]',
  'foo[a',
  'foo (>=1',
  'foo @',
  'foo @ x; y',
  'foo;',
  'foo; x',
  'foo\n',
])('refuses %j', (text) => {
  expect(() => parseRequirement(text)).toThrow(
    expect.objectContaining({ code: 'INVALID_REQUIREMENT' }) as Error,
  );
});

test('reads lines with comments and continuations as pkg_resources does', () => {
  const text = '# all\nfoo>=1 # why\n\nbar \\\n  >=2\nbaz @ http://x/#egg=baz\nlost \\\n';
  expect(parseRequirements(text).map((requirement) => formatRequirement(requirement))).toEqual([
    'foo>=1',
    'bar>=2',
    'baz @ http://x/#egg=baz',
  ]);
});

const environment: MarkerEnvironment = {
  python_version: '3.11',
  python_full_version: '3.11.7',
  os_name: 'posix',
  sys_platform: 'linux',
  platform_release: '5.10.0-21-amd64',
  platform_system: 'Linux',
  platform_version: '#1 SMP',
  platform_machine: 'x86_64',
  platform_python_implementation: 'CPython',
  implementation_name: 'cpython',
  implementation_version: '3.11.7',
};

test.each([
  ['python_version >= "3.9"', true],
  ['python_version < "3.9"', false],
  ['"3.9" <= python_version', true],
  ['python_version == "3.*"', true],
  ['python_version in "3.11 3.12"', true],
  ['python_version not in "3.9, 3.10"', true],
  ['sys_platform == "win32" or os_name == "posix" and python_version > "3"', true],
  ['(sys_platform == "win32" or os_name == "posix") and python_version < "3"', false],
  ['sys_platform > "aix"', false],
  ['sys_platform >= "linux"', true],
  ['"lin" in sys_platform', true],
  // A kernel's release is no version, so no comparison with one holds.
  ['platform_release >= "4"', false],
  ['extra == "test"', false],
])('%s is %s', (text, expected) => {
  expect(evaluateMarker(parseMarker(text), environment)).toBe(expected);
});

test('compares extras by their canonical names', () => {
  const marker = parseMarker("extra == 'Foo.Bar' and python_version > '3'");
  expect(evaluateMarker(marker, environment, ['other', 'foo_bar'])).toBe(true);
  expect(evaluateMarker(marker, environment, ['foo'])).toBe(false);
  expect(evaluateMarker(parseMarker('extra != "x"'), environment, ['x'])).toBe(true);
});

test('says when a comparison has no meaning', () => {
  expect(() => evaluateMarker(parseMarker('os_name ~= "posix"'), environment)).toThrow('Undefined');
  expect(() => evaluateMarker(parseMarker('"a" in extras'), environment)).toThrow("'extras'");
});

test('prints a value with both kinds of quotes so that it can be read again', () => {
  const marker = parseMarker(`os_name == '\\'"\\''`.replaceAll("\\'", '\\x27'));
  expect(parseMarker(formatMarker(marker))).toEqual(marker);
});
