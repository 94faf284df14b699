import { expect, test } from 'vitest';
import { expectRecorded } from './compare-unrun-options.ts';

test.each([
  ['made absolute', 'bin/x', '/srv/app/bin/x'],
  ['stripped', '\n  a\n  b\n', 'a\nb'],
  ['each made absolute', './src\nlib/', '/srv/src\n/srv/lib'],
])('a value that the recipe may have %s is the recorded one', (_, value, recorded) => {
  expect(expectRecorded({ x: value }, { x: recorded })).toEqual({ x: recorded });
});

test.each([
  ['another word', 'b', 'a'],
  ['one word more', 'a b', 'a'],
  ['the end of a name only', 'x', '/srv/app/bin/xx'],
  ['the end of a word only', 'ab', 'cab'],
])('%s is a change', (_, value, recorded) => {
  expect(expectRecorded({ x: value }, { x: recorded })).toEqual({ x: value });
});

test('an option that was not recorded stays', () => {
  expect(expectRecorded({ x: '1' }, {})).toEqual({ x: '1' });
});
