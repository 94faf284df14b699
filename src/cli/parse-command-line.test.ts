import { expect, test } from 'vitest';
import { parseCommandLine } from './parse-command-line.ts';

test('without words it installs from buildout.cfg', () => {
  expect(parseCommandLine([])).toMatchObject({
    wants: 'run',
    configurationFile: 'buildout.cfg',
    command: 'install',
    userDefaults: true,
  });
});

test('letters combine, the last may be -c with its file attached or after it', () => {
  expect(parseCommandLine(['-UNc', 'x.cfg']).configurationFile).toBe('x.cfg');
  const attached = parseCommandLine(['-vvcx.cfg']);
  expect(attached.configurationFile).toBe('x.cfg');
  expect(attached.assignments).toEqual([{ section: 'buildout', option: 'verbosity', value: '20' }]);
});

test('assignments and options mix, and a command takes the rest untouched', () => {
  const line = parseCommandLine(['a:b = c=d', '-o', 'parts+=x', 'setup', 'dir', '-v', 'x=y']);
  expect(line.assignments).toEqual([
    { section: 'a', option: 'b', value: 'c=d' },
    { section: 'buildout', option: 'offline', value: 'true' },
    { section: 'buildout', option: 'parts+', value: 'x' },
  ]);
  expect([line.command, ...line.arguments]).toEqual(['setup', 'dir', '-v', 'x=y']);
});

test.each([
  [['-x'], 'Invalid option -x'],
  [['-c'], 'No file name specified for option -c'],
  [['-t'], 'No timeout value specified for option -t'],
  [['-t', 'soon'], 'Timeout value must be numeric -t'],
  [['a:b:c=1'], 'Invalid option: a:b:c'],
])('refuses %j', (words, message) => {
  expect(() => parseCommandLine(words)).toThrow(message);
});

test.each([['-h'], ['--help'], ['-vh']])('%s asks for help', (word) => {
  expect(parseCommandLine([word, 'nonsense']).wants).toBe('help');
});
