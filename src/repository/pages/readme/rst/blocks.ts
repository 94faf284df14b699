// Blocks of text: each kind looks whether it begins at a line, and says where it ends.

import { readmePrefix, slugOf } from '../render-markdown.ts';
import { renderExplicit } from './directives.ts';
import { renderInline } from './inline.ts';
import { preformatted, type RstContext } from './rst-context.ts';

/** The HTML of a block, and the line after it. */
export interface Step {
  markup: string;
  next: number;
}

type Block = (lines: readonly string[], at: number, context: RstContext) => Step | undefined;

const deepest = 25;

export function renderBlocks(lines: readonly string[], context: RstContext): string {
  if (context.depth > deepest) return preformatted(lines);
  const inner = { ...context, depth: context.depth + 1, titleStyles: context.titleStyles };
  const parts: string[] = [];
  for (let at = 0; at < lines.length;) {
    if (lines[at] === '') {
      at += 1;
      continue;
    }
    const step = blocks.map((block) => block(lines, at, inner)).find((one) => one !== undefined);
    if (step === undefined) throw new Error('every line is a paragraph at least');
    if (step.markup !== '') parts.push(step.markup);
    at = step.next;
  }
  return parts.join('\n');
}

const punctuation = /^([!-/:-@[-`{-~])\1{2,}$/;

const title: Block = (lines, at, context) => {
  const line = lines[at] ?? '';
  const isOverlined = punctuation.test(line) && lines[at + 2] === line && lines[at + 1] !== '';
  const text = isOverlined ? (lines[at + 1] ?? '') : line;
  const underline = lines[at + (isOverlined ? 2 : 1)] ?? '';
  if (!punctuation.test(underline) || underline.length < Math.min(text.trim().length - 3, 40))
    return undefined;
  if (!isOverlined && (/^\s/.test(text) || punctuation.test(text))) return undefined;
  const style = `${isOverlined}${underline[0] ?? ''}`;
  if (!context.titleStyles.includes(style)) context.titleStyles.push(style);
  const level = Math.min(6, context.titleStyles.indexOf(style) + 1);
  const markup = `<h${level} id="${readmePrefix}${slugOf(text)}">${renderInline(text.trim(), context)}</h${level}>`;
  return { markup, next: at + (isOverlined ? 3 : 2) };
};

const transition: Block = (lines, at) =>
  punctuation.test(lines[at] ?? '') && (lines[at] ?? '').length >= 4 && (lines[at + 1] ?? '') === ''
    ? { markup: '<hr>', next: at + 1 }
    : undefined;

const explicit: Block = (lines, at, context) => {
  if (!/^(?:\.\.(?: |$)|__ )/.test(lines[at] ?? '')) return undefined;
  const body = indented(lines, at + 1);
  return { markup: renderExplicit(lines[at] ?? '', body.lines, context), next: body.next };
};

const bullet = /^([-*+•‣⁃])(?: +|$)/;
const enumerator = /^(?:\(?(?:\d{1,9}|[A-Za-z#]|[ivxlc]{1,6})[.)])(?: +|$)/;

const list: Block = (lines, at, context) => {
  const kind = [bullet, enumerator].find((marker) => marker.test(lines[at] ?? ''));
  if (kind === undefined) return undefined;
  const items: string[] = [];
  let next = at;
  while (next < lines.length) {
    const line = lines[next] ?? '';
    const marker = kind.exec(line)?.[0];
    if (line === '') {
      next += 1;
      continue;
    }
    if (marker === undefined) break;
    const body = indented(lines, next + 1);
    const rest = [line.slice(marker.length), ...(body.isApart ? [''] : []), ...body.lines];
    items.push(`<li>${tight(renderBlocks(rest, context))}</li>`);
    next = body.next;
  }
  const name = kind === bullet ? 'ul' : 'ol';
  return { markup: `<${name}>${items.join('\n')}</${name}>`, next };
};

/** An item of one paragraph is no paragraph. */
function tight(markup: string): string {
  const [, only] = /^<p>((?:(?!<\/?p>)[^])*)<\/p>$/.exec(markup) ?? [];
  return only ?? markup;
}

const field = /^:((?:[^:\\]|\\.|:(?!\s|$)){1,100}):(?:\s+(.*)|$)/;

const fields: Block = (lines, at, context) => {
  if (!field.test(lines[at] ?? '') || /^:[\w.+:-]+:`/.test(lines[at] ?? '')) return undefined;
  const rows: string[] = [];
  let next = at;
  for (;;) {
    const [, name, value = ''] = field.exec(lines[next] ?? '') ?? [];
    if (name === undefined) break;
    const body = indented(lines, next + 1);
    const markup = tight(renderBlocks([value, ...body.lines], context));
    rows.push(`<dt>${renderInline(name, context)}</dt><dd>${markup}</dd>`);
    next = body.next;
  }
  return { markup: `<dl>${rows.join('\n')}</dl>`, next };
};

const doctest: Block = (lines, at) => {
  if (!/^>>>(?: |$)/.test(lines[at] ?? '')) return undefined;
  const next = blankAfter(lines, at);
  return { markup: preformatted(lines.slice(at, next)), next };
};

const lineBlock: Block = (lines, at, context) => {
  if (!/^\|(?: |$)/.test(lines[at] ?? '')) return undefined;
  const next = blankAfter(lines, at);
  const texts = lines.slice(at, next).map((line) => renderInline(line.replace(/^\|? ?/, ''), context));
  return { markup: `<p>${texts.join('<br>\n')}</p>`, next };
};

/** As it is written. */
const table: Block = (lines, at) => {
  const line = lines[at] ?? '';
  if (/^\+[-=+]+\+$/.test(line)) {
    const next = blankAfter(lines, at);
    return { markup: preformatted(lines.slice(at, next)), next };
  }
  if (!/^=+(?: +=+)+$/.test(line)) return undefined;
  let next = at + 1;
  let borders = 1;
  // Its end is a border before an empty line, the third of a table with a heading.
  while (next < lines.length) {
    if (/^=+(?: +=+)*$/.test(lines[next] ?? '')) borders += 1;
    next += 1;
    if (borders > 1 && (lines[next] ?? '') === '' && (lines[next - 1] ?? '').startsWith('=')) break;
  }
  return { markup: preformatted(lines.slice(at, next)), next };
};

const quote: Block = (lines, at, context) => {
  if (!/^\s/.test(lines[at] ?? '')) return undefined;
  const body = indented(lines, at);
  return { markup: `<blockquote>${renderBlocks(body.lines, context)}</blockquote>`, next: body.next };
};

const definition: Block = (lines, at, context) => {
  if (!/^\S/.test(lines[at] ?? '') || !/^\s+\S/.test(lines[at + 1] ?? '')) return undefined;
  if ((lines[at] ?? '').endsWith('::')) return undefined;
  const rows: string[] = [];
  let next = at;
  while (/^\S/.test(lines[next] ?? '') && /^\s+\S/.test(lines[next + 1] ?? '')) {
    if (bullet.test(lines[next] ?? '') || (lines[next] ?? '').startsWith('.. ')) break;
    const body = indented(lines, next + 1);
    rows.push(
      `<dt>${renderInline(lines[next] ?? '', context)}</dt><dd>${tight(renderBlocks(body.lines, context))}</dd>`,
    );
    next = body.next;
  }
  return rows.length === 0 ? undefined : { markup: `<dl>${rows.join('\n')}</dl>`, next };
};

/** Two colons at its end make the indented lines below it a literal block. */
const paragraph: Block = (lines, at, context) => {
  let next = at + 1;
  while (/^\S/.test(lines[next] ?? '') && title(lines, next, { ...context, titleStyles: [] }) === undefined)
    next += 1;
  const text = lines.slice(at, next).join('\n');
  const isLiteral = text.endsWith('::');
  const shown = isLiteral ? text.replace(/(?:\s+|^)::$/, '').replace(/::$/, ':') : text;
  const markup = shown === '' ? '' : `<p>${renderInline(shown, context)}</p>`;
  if (!isLiteral) return { markup, next };
  const body = indented(lines, next);
  return body.lines.length === 0
    ? { markup, next }
    : { markup: `${markup}\n${preformatted(body.lines)}`, next: body.next };
};

const blocks: readonly Block[] = [
  explicit,
  title,
  table,
  transition,
  list,
  fields,
  doctest,
  lineBlock,
  quote,
  definition,
  paragraph,
];

interface Indented {
  /** Without the indentation that all have. */
  lines: string[];
  /** There is an empty line before them. */
  isApart: boolean;
  next: number;
}

/** The indented lines from `at` on, and empty ones among them. */
function indented(lines: readonly string[], at: number): Indented {
  let next = at;
  while (next < lines.length && (lines[next] === '' || /^\s/.test(lines[next] ?? ''))) next += 1;
  const body = lines.slice(at, next);
  while (body.length > 0 && body.at(-1) === '') body.pop();
  const widths = body.filter((line) => line !== '').map((line) => line.search(/\S/));
  const width = widths.reduce((least, one) => Math.min(least, one), Infinity);
  const dedented = body.map((line) => line.slice(width));
  while (dedented[0] === '') dedented.shift();
  return { lines: dedented, isApart: lines[at] === '', next };
}

function blankAfter(lines: readonly string[], at: number): number {
  let next = at;
  while (next < lines.length && lines[next] !== '') next += 1;
  return next;
}
