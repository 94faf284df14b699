import { assert, asyncProperty, constantFrom, string } from 'fast-check';
import { expect, test } from 'vitest';
import { parseConfigurationText } from './parse-configuration-text.ts';
import { formatSavedOption, unquoteSavedValue } from './saved-options.ts';

test('white space that the parser would lose is spelled out', () => {
  expect(formatSavedOption('a', ' x\n  y \n')).toBe(
    'a = %(__buildout_space__)sx\n\t%(__buildout_space__)s%(__buildout_space__)sy%(__buildout_space__)s%(__buildout_space_n__)s\n',
  );
});

test('plain lines stay readable', () => {
  expect(formatSavedOption('a', 'x y\nz')).toBe('a = x y\n\tz\n');
});

test('a saved value is read back as it was', async () => {
  const text = string({ unit: constantFrom(' ', '\n', '\f', '\v', 'a', 'b=c', '$'), maxLength: 12 });
  await assert(
    asyncProperty(text, async (value) => {
      const sections = await parseConfigurationText(`[s]\n${formatSavedOption('o', value)}`, 'test.cfg');
      expect(unquoteSavedValue(sections.get('s')?.get('o') ?? '')).toBe(value);
    }),
    { numRuns: 300 },
  );
});
