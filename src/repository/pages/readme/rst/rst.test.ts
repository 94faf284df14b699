import { expect, test } from 'vitest';
import { sanitizeReadme } from '../sanitize-readme.ts';
import { looksLikeRst, renderRst } from './index.ts';

const lines = (...texts: string[]): string => texts.join('\n');

test.each([
  [
    'Title\n=====\n\nPart\n----\n\nMore\n====',
    ['<h1 id="readme-title">Title</h1>', '<h2 id="readme-part">', '<h1 id="readme-more">'],
  ],
  ['=====\n Top\n=====\n\nNext\n====', ['<h1 id="readme-top">Top</h1>', '<h2 id="readme-next">']],
  ['a\n\n----\n\nb', ['<p>a</p>\n<hr>\n<p>b</p>']],
  ['one\ntwo', ['<p>one\ntwo</p>']],
  ['- a\n- b\n\n  more\n- c', ['<ul><li>a</li>\n<li><p>b</p>\n<p>more</p></li>\n<li>c</li></ul>']],
  ['* a\n\n  - b\n  - c\n\n* d', ['<ul><li><p>a</p>\n<ul><li>b</li>\n<li>c</li></ul></li>\n<li>d</li></ul>']],
  ['1. a\n2. b\n#. c', ['<ol><li>a</li>\n<li>b</li>\n<li>c</li></ol>']],
  [
    'Do this::\n\n    x < 1\n\n      y\n\nend',
    ['<p>Do this:</p>\n<pre><code>x &lt; 1\n\n  y</code></pre>\n<p>end</p>'],
  ],
  ['::\n\n  x', ['<pre><code>x</code></pre>']],
  ['Do this ::\n\n  x', ['<p>Do this</p>']],
  ['.. code-block:: python\n   :linenos:\n\n   x = 1', ['<pre><code>x = 1</code></pre>']],
  ['>>> 1\n1\n\na', ['<pre><code>&gt;&gt;&gt; 1\n1</code></pre>\n<p>a</p>']],
  [
    'term\n  what it is\nother\n  more',
    ['<dl><dt>term</dt><dd>what it is</dd>\n<dt>other</dt><dd>more</dd></dl>'],
  ],
  [':Author: Jo\n:Long: a\n  b', ['<dl><dt>Author</dt><dd>Jo</dd>\n<dt>Long</dt><dd>a\nb</dd></dl>']],
  ['a\n\n  quoted\n\nb', ['<blockquote><p>quoted</p></blockquote>']],
  ['| a\n| b', ['<p>a<br>\nb</p>']],
  [
    '=== ===\na   b\n=== ===\n1   2\n=== ===\n\nend',
    ['<pre><code>=== ===\na   b\n=== ===\n1   2\n=== ===</code></pre>\n<p>end</p>'],
  ],
  ['+--+\n|a |\n+--+', ['<pre><code>+--+\n|a |\n+--+</code></pre>']],
  [
    '.. note:: Take\n   care\n\n   of it',
    ['<blockquote><p><strong>Note</strong></p><p>Take\ncare</p>\n<p>of it</p></blockquote>'],
  ],
  ['.. versionadded:: 2.0', ['<strong>Added in version</strong></p><p>2.0</p>']],
  ['.. a comment\n   goes on\n\nb', ['<p>b</p>']],
  ['.. contents::\n\n.. _x: https://x.example\n\nb', ['<p>b</p>']],
  ['.. foo:: bar\n   :x: 1\n\n   text', ['<pre><code>.. foo:: bar\n    :x: 1\n\n    text</code></pre>']],
  [
    '.. image:: https://i.example/a.png\n   :target: https://t.example\n   :alt: Alt',
    ['<a href="https://t.example"><img src="https://i.example/a.png" alt="Alt"></a>'],
  ],
  ['See [1]_.\n\n.. [1] A note', ['<p>See [1].</p>', '<p>[1] A note</p>']],
])('renders %j', (text, parts) => {
  const markup = renderRst(text);
  for (const part of parts) expect(markup).toContain(part);
});

test.each([
  ['*a* **b** ``c *d*`` `e`', '<em>a</em> <strong>b</strong> <code>c *d*</code> <code>e</code>'],
  ['2 * 3 * 4, a*b*c', '2 * 3 * 4, a*b*c'],
  ['\\*a\\* b\\ *c*', '*a* b<em>c</em>'],
  ['`text <https://a.example/>`_', '<a href="https://a.example/">text</a>'],
  ['`a.c` and (`#1 <https://a.example/1>`_)', '<code>a.c</code> and (<a href="https://a.example/1">#1</a>)'],
  ['`text`__ and `more`__', '<a href="https://1.example">text</a> and <a href="https://2.example">more</a>'],
  [
    'Docs_ and `the  docs`_',
    '<a href="https://docs.example">Docs</a> and <a href="https://docs.example">the  docs</a>',
  ],
  ['`Other Title`_', '<a href="#other-title">Other Title</a>'],
  ['unknown_ and __init__ and snake_case_name', 'unknown_ and __init__ and snake_case_name'],
  [':py:func:`~os.path.join` :doc:`text <page>`', '<code>os.path.join</code> <code>text</code>'],
  [
    'see https://a.example/x_y. (https://b.example)',
    'see <a href="https://a.example/x_y">https://a.example/x_y</a>. (<a href="https://b.example">https://b.example</a>)',
  ],
  ['jo@a.example', '<a href="mailto:jo@a.example">jo@a.example</a>'],
  ['|logo| and |none|', '<img src="l.png" alt="Logo"> and |none|'],
  ['a < b & c', 'a &lt; b &amp; c'],
])('reads %j within a paragraph', (text, markup) => {
  const definitions = lines(
    '',
    '',
    '.. _docs: https://docs.example',
    '.. _the docs: docs_',
    '.. |logo| image:: l.png',
    '   :alt: Logo',
    '__ https://1.example',
    '.. __: https://2.example',
  );
  expect(renderRst(text + definitions)).toBe(`<p>${markup}</p>`);
});

test('links within the README lead to its titles', () => {
  const markup = sanitizeReadme(renderRst('`Use it`_\n\nUse it\n======\n'));
  expect(markup).toContain('<a href="#readme-use-it">Use it</a>');
  expect(markup).toContain('<h3 id="readme-use-it">Use it</h3>');
});

test('tabs are eight columns wide', () => {
  expect(renderRst('a::\n\n\tx\ty')).toContain('<pre><code>x       y</code></pre>');
});

test('knows what is written in it, when nothing says so', () => {
  expect(looksLikeRst('Title\n=====\n\ntext')).toBe(true);
  expect(looksLikeRst('.. image:: x')).toBe(true);
  expect(looksLikeRst('# Title\n\n---\n')).toBe(false);
  expect(looksLikeRst('Just text.')).toBe(false);
});

test.each([1000, 2000])('takes a time that grows with the text (%d)', (count) => {
  const began = performance.now();
  renderRst('*a `b |c d_ ``e :f:`g\n'.repeat(count));
  expect(performance.now() - began).toBeLessThan(1000);
});
