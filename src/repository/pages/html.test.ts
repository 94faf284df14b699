import { expect, test } from 'vitest';
import { html, plain, plainLines, safeUrl } from './html.ts';

test('escapes whatever is not made by a template', () => {
  const inner = html`<b>${'<&>'}</b>`;
  expect(html`<p title="${`"'`}">${inner}${['<', 1, false, undefined]}</p>`.toString()).toBe(
    '<p title="&quot;&#39;"><b>&lt;&amp;&gt;</b>&lt;1</p>',
  );
});

test.each([
  ['one\n two\tthree\u0000', 'one two three'],
  ['a\u202eb\u2066c\u200bd\ufeffe\u{e0041}f', 'abcdef'],
  ['\u05d0\u200d\u05d1', '\u05d0\u200d\u05d1'],
  [`x${'\u0301'.repeat(50)}`, `x${'\u0301'.repeat(4)}`],
  ['\ud800x', '\ufffdx'],
  ['  ', ''],
])('shows %j as the line %j', (text, shown) => {
  expect(plain(text)).toBe(shown);
});

test('cuts what is too long, between characters', () => {
  expect(plain('abcdefghij', 10)).toBe('abcdefghij');
  expect(plain('abcdefghijk', 10)).toBe('abcdefghij…');
  expect(plain('abcdefghi😀k', 10)).toBe('abcdefghi…');
});

test('keeps lines and tabs of longer texts', () => {
  expect(plainLines('a\r\nb\rc\u2028d\te\u0007\u202e')).toBe('a\nb\nc\nd\te');
});

test.each([
  ['https://example.org/a?b#c', 'https://example.org/a?b#c'],
  [' HTTP://EXAMPLE.org ', 'http://example.org/'],
  ['mailto:jo@example.org', 'mailto:jo@example.org'],
  ['https://b\u00fccher.example/', 'https://xn--bcher-kva.example/'],
])('links %j', (text, href) => {
  expect(safeUrl(text)).toBe(href);
});

test.each([
  '',
  'example.org',
  '//example.org',
  'javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'ftp://example.org',
  'https://',
  'https://user:password@example.org/',
  'https://good.example@evil.example/',
  `https://example.org/${'x'.repeat(3000)}`,
])('does not link %j', (text) => {
  expect(safeUrl(text)).toBeUndefined();
});
