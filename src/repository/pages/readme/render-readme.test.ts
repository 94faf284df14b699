import { expect, test } from 'vitest';
import { hostileCases } from '../../../../test/support/hostile-metadata.ts';
import { renderReadme } from './render-readme.ts';

const render = (text: string, contentType = 'text/markdown'): string => renderReadme({ contentType, text });

test.each([
  ['# A <b>b</b>', '<h3 id="readme-a-b">A <b>b</b></h3>'],
  ['Title\n=====', '<h3 id="readme-title">Title</h3>'],
  ['##### Deep', '<h6 id="readme-deep">Deep</h6>'],
  ['[x](https://a.example/)', '<a href="https://a.example/" rel="nofollow noopener noreferrer">x</a>'],
  ['[x](#Über-uns)', '<a href="#readme-über-uns">x</a>'],
  ['[x](docs/x.md)', '<p><span>x</span></p>'],
  [
    '![Alt](https://a.example/i.png)',
    '<a href="https://a.example/i.png" rel="nofollow noopener noreferrer" class="image">Alt</a>',
  ],
  ['[![Alt](https://a.example/i.png)](https://b.example/)', '<span class="image">Alt</span></a>'],
  ['![](docs/i.png?x#y)', '<span class="image">i.png</span>'],
  ['```python\nx < 1\n```', '<pre><code>x &lt; 1\n</code></pre>'],
  ['- [x] a\n- [ ] b', '<li>☑ a</li>\n<li>☐ b</li>'],
  ['| a |\n|--:|\n| 1 |', '<td align="right">1</td>'],
  ['~~a~~', '<del>a</del>'],
  ['<p align="center">a</p>', '<p align="center">a</p>'],
  ['<details open><summary>a</summary>b</details>', '<details open><summary>a</summary>b</details>'],
])('renders %j', (text, markup) => {
  expect(render(text)).toContain(markup);
});

test('shows other formats as they are written', () => {
  expect(render('a\n<b>*\u202e', 'text/plain')).toBe('<pre class="text">a\n&lt;b&gt;*</pre>');
  expect(render('\n\n  a\n\n', '')).toBe('<pre class="text">  a</pre>');
  expect(render('*a*', 'text/markdown; charset=UTF-8; variant=GFM')).toContain('<em>a</em>');
});

test('renders reStructuredText, said or seen', () => {
  expect(render('*a*', 'text/x-rst')).toBe('<p><em>a</em></p>');
  expect(render('A\n=\n\n*a*\n', '')).toContain('*a*');
  expect(render('Title\n=====\n\n*a*\n', '')).toBe('<h3 id="readme-title">Title</h3>\n<p><em>a</em></p>');
});

test('shows what is too large, or nested too deep, as text', () => {
  expect(render('*a* '.repeat(200_000))).toMatch(/^<pre class="text">\*a\*/);
});

const tags = /<\/?([a-z0-9]+)((?:\s+[a-z]+(?:="[^"<>]*")?)*)\s*\/?>/g;
const quick = hostileCases.filter(({ readme = '' }) => readme !== '' && readme.length < 5000);

test.each(quick.map(({ title, headers, readme }) => [title, { headers, readme }] as const))(
  'leaves nothing that acts of %s',
  (_, { headers = [], readme = '' }) => {
    const contentType = headers.find((line) => line.startsWith('Description-Content-Type'))?.split(': ')[1];
    const markup = render(readme, contentType ?? '');
    // All that could be read as an element is one, whole, with attributes in quotes.
    expect(markup.replaceAll(tags, '')).not.toMatch(/[<>]/);
    for (const [, name = '', attributes = ''] of markup.matchAll(tags)) {
      expect(name).not.toMatch(
        /^(?:script|style|svg|math|iframe|form|input|button|img|object|base|meta|link)$/,
      );
      expect(attributes).not.toMatch(/\s(?:on\w+|style|src|srcset|formaction|name)=/);
      const href = /href="([^"]*)"/.exec(attributes)?.[1] ?? '#';
      expect(href).toMatch(/^(?:https?:|mailto:|#)/);
    }
  },
);
