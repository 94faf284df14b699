import { array, assert, asyncProperty, constantFrom } from 'fast-check';
import { expect, test } from 'vitest';
import { parseAnyHtml, parseHtmlLinks, parsePlainHtml } from './parse-html-links.ts';

const page = (...lines: string[]): string =>
  `<!DOCTYPE html>\n<html><head><title>Links</title></head>\n<body>\n${lines.join('<br/>\n')}\n</body></html>`;

test('reads pages as PyPI writes them without a parser, with the same result', async () => {
  const text = page(
    '<a href="https://files.example/a-1.0.zip#sha256=ab" data-requires-python="&gt;=3.8,&lt;4" data-yanked="">a-1.0.zip</a>',
    '<a href="../../b%20c-1.0.zip?x=1&amp;y=2" data-core-metadata="sha256=zz" data-yanked="bad &quot;one&quot;">b</a>',
    `<a href="d-1.0-py3-none-any.whl" data-dist-info-metadata="sha256=${'0'.repeat(64)}">d</a>`,
  );
  const plain = parsePlainHtml(text);
  expect(plain).toEqual(await parseAnyHtml(text));
  expect(plain?.links).toMatchObject([
    { filename: 'a-1.0.zip', requiresPython: '>=3.8,<4', yanked: true },
    { href: '../../b%20c-1.0.zip?x=1&y=2', filename: 'b c-1.0.zip', yanked: 'bad "one"', metadataHash: true },
    { filename: 'd-1.0-py3-none-any.whl', metadataHash: '0'.repeat(64) },
  ]);
});

test.each([
  ["<a href='x-1.zip'>x</a>", ['x-1.zip']],
  ['<A HREF=x-1.zip>x</A>', ['x-1.zip']],
  ['<a href="x-1.zip">x<b>y</b></a>', ['x-1.zip']],
  ['<a href="x-1.zip"><a href="y-1.zip">', ['x-1.zip', 'y-1.zip']],
  ['<a class="c" href="x-1.zip">x</a>', ['x-1.zip']],
  ['<!-- <a href="x-1.zip">x</a> -->', []],
  ['<a href="x&eacute;-1.zip">x</a>', ['xé-1.zip']],
  ['<a href="x-1.zip" data-requires-python=">=3">x</a>', ['x-1.zip']],
  ['<a\nhref="x-1.zip">x</a>', ['x-1.zip']],
  ['<a href="x-1.zip', []],
  ['<a href>x</a><a name="y">', []],
])('reads %s as the links %j', async (html, hrefs) => {
  expect((await parseHtmlLinks(html)).links.map((link) => link.href)).toEqual(hrefs);
});

test('never reads a page differently from the parser when it takes the short way', async () => {
  const pieces = constantFrom(
    '<a ',
    'href=',
    '"x-1.zip"',
    '"',
    ' data-yanked="',
    '>',
    '</a>',
    'text',
    '&amp;',
    '<br/>',
    '\n',
    "'",
  );
  await assert(
    asyncProperty(array(pieces, { maxLength: 14 }), async (parts) => {
      const text = parts.join('');
      const plain = parsePlainHtml(text);
      if (plain !== undefined) expect(plain).toEqual(await parseAnyHtml(text));
    }),
    { numRuns: 300 },
  );
});
