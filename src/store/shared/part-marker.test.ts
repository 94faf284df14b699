// The golden value of the format, and what Python's json makes of odd texts.

import { expect, test } from 'vitest';
import { markPart } from './part-marker.ts';

test('gives the golden value of the format', () => {
  const { text, digest } = markPart({
    shared: 'true',
    recipe: 'slapos.recipe.build',
    install: 'import os\nos.makedirs(location)',
  });
  expect(Buffer.byteLength(text)).toBe(106);
  expect(digest).toBe('b672b4b52ea41db18778744e8d2d2f7b');
});

test('leaves the base of the profile out, and names it where its value stands', () => {
  const options = (base: string): Record<string, string> => ({
    _profile_base_location_: base,
    url: `${base}/x.tar.gz`,
    path: `${base}:${base}`,
  });
  expect(markPart(options('/one'))).toEqual(markPart(options('https://two')));
  expect(markPart(options('/one')).text).toContain(
    '"path": "${:_profile_base_location_}:${:_profile_base_location_}"',
  );
  expect(markPart({ _profile_base_location_: '', a: 'b' }).text).toBe('{\n  "a": "b"\n}');
});

test("orders and escapes as Python's json does", () => {
  expect(markPart({}).text).toBe('{}');
  expect(
    markPart({ '10': 'é"\\\u0001\u007f\t', '9': '\u2028', a: '', '\u{1f600}': 'x', '\uffff': 'y' }).text,
  ).toBe(
    '{\n  "10": "é\\"\\\\\\u0001\u007f\\t",\n  "9": "\u2028",\n  "a": "",\n  "\uffff": "y",\n  "\u{1f600}": "x"\n}',
  );
});
