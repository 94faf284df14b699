import { BuildError, rememberActivity } from '#base';
import { expect, test } from 'vitest';
import { formatFailure } from './report-failure.ts';

test('shows what was going on, outermost first, then the error', () => {
  const error = new BuildError('CONFIG_MISSING_OPTION', 'Missing option: data-dir:directory');
  rememberActivity(error, 'Getting option data-dir:directory.');
  rememberActivity(error, 'Installing data-dir.');
  expect(formatFailure(error, false)).toEqual({
    text:
      'While:\n  Installing data-dir.\n  Getting option data-dir:directory.\n' +
      'Error: Missing option: data-dir:directory\n',
    exitCode: 1,
  });
});

test('adds place and way out after the message when hints are wanted', () => {
  const error = new BuildError('X', 'No.', {
    hint: 'Yes.',
    where: { file: 'a.cfg', line: 3, section: 's', option: 'o' },
  });
  expect(formatFailure(error, true).text).toBe('Error: No.\n  at a.cfg:3 [s] o\nhint: Yes.\n');
});

test('a bug shows the text of zc.buildout and a stack', () => {
  const { text } = formatFailure(new TypeError('oops'), true);
  expect(text).toContain('An internal error occurred due to a bug');
  expect(text).toContain('TypeError: oops\n    at ');
});

test('an exception of Python shows the traceback that Python made', () => {
  const error = Object.assign(new Error('x'), {
    traceback: 'Traceback (most recent call last):\nValueError: x\n',
  });
  expect(formatFailure(error, true).text).toMatch(/used:\nTraceback .*:\nValueError: x\n$/s);
});

test('what the system refuses is no bug: one sentence with the path', () => {
  const error = Object.assign(new Error('EACCES: permission denied, mkdir /x'), {
    code: 'EACCES',
    syscall: 'mkdir',
    path: '/x',
  });
  expect(formatFailure(error, true).text).toBe('Error: Permission denied: `/x` (mkdir)\n');
});
