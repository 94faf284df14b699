import { expect, test } from 'vitest';
import { buildFailure } from './build-failure.ts';

test.each([
  ["error: command 'gcc' failed: No such file or directory", 'no C compiler'],
  ["error: [Errno 2] No such file or directory: 'x86_64-linux-gnu-gcc'", 'no C compiler'],
  ['src/x.c:3:10: fatal error: Python.h: No such file or directory', 'python3-dev'],
  ['src/x.c:3:10: fatal error: libxml/xmlversion.h: No such file or directory', 'libxml2-dev'],
  ["x.c:1:10: fatal error: 'ffi.h' file not found", 'libffi-dev'],
  ['/usr/bin/ld: cannot find -lpq: No such file or directory', '`pq` is missing'],
  ["ModuleNotFoundError: No module named 'pkg_resources'", 'setuptools below 82'],
  ["ModuleNotFoundError: No module named 'numpy.core'", '`numpy`'],
])('knows the way out of %s', (output, hint) => {
  expect(buildFailure('x', 'building its wheel', output).hint).toContain(hint);
});

test('shows the last thirty lines', () => {
  const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`);
  const shown = buildFailure('x', 'building its wheel', lines.join('\n')).message.split('\n');
  expect(shown.length).toBe(32);
  expect(shown[1]).toContain('10 lines before');
  expect(shown.at(-1)).toBe('  line 39');
});
