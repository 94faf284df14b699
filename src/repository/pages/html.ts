// HTML as values: whatever goes into a template is escaped, unless a template made it. Strangers' text goes through
// `plain` first, their links through `safeUrl`.

import { html as template, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Html = HtmlEscapedString;
export type HtmlValue = string | number | false | undefined | Html | readonly HtmlValue[];

/** Attributes must stand in quotes: only then is an escaped value one value. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  // It is a promise only when a value is one.
  return template(strings, ...values) as Html;
}

/** What a sanitiser has made, or a file of ours. */
export function trusted(text: string): Html {
  return raw(text);
}

/** Control characters, and those that turn or hide the text around them; joiners and marks of scripts stay. */
// oxlint-disable-next-line no-control-regex
const controls = /[\s\u0000-\u001f\u007f-\u009f]+/g;
const unwanted =
  /[\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]|[\u{e0000}-\u{e0fff}]/gu;
const stackedMarks = /(\p{M}{4})\p{M}+/gu;

/** Text of strangers as one line of at most `longest` characters, with nothing in it that acts on its surroundings. */
export function plain(text: string, longest = 300): string {
  const line = visible(text.slice(0, longest * 4))
    .replaceAll(controls, ' ')
    .trim();
  if (line.length <= longest) return line;
  return `${line
    .slice(0, longest)
    .toWellFormed()
    .replace(/\ufffd$/, '')}…`;
}

/** The same for text of many lines, of any length; ends of lines are `\n`. */
export function plainLines(text: string): string {
  const lines = text.replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, '\n');
  // oxlint-disable-next-line no-control-regex
  return visible(lines.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, ''));
}

function visible(text: string): string {
  return text.toWellFormed().replaceAll(unwanted, '').replaceAll(stackedMarks, '$1');
}

const longestUrl = 2000;

/** An address that may be linked: http, https or mailto, without a login in it. `undefined` for any other text. */
export function safeUrl(text: string): string | undefined {
  const written = text.trim();
  if (written.length > longestUrl || !/^(?:https?:\/\/|mailto:)/i.test(written) || !URL.canParse(written)) {
    return undefined;
  }
  const url = new URL(written);
  if (!['http:', 'https:', 'mailto:'].includes(url.protocol)) return undefined;
  return url.username === '' && url.password === '' ? url.href : undefined;
}

/** A link to somewhere else. */
export function foreignLink(href: string, text: HtmlValue): Html {
  return html`<a href="${href}" rel="nofollow noopener noreferrer">${text}</a>`;
}

/** Minutes are enough for people; the attribute has the rest. */
export function timeTag(time: number): Html {
  const text = new Date(time).toISOString();
  return html`<time datetime="${text}"
    >${text.slice(0, 10)} <span class="clock">${text.slice(11, 16)} UTC</span></time
  >`;
}

export function dateTag(time: number): Html {
  const text = new Date(time).toISOString();
  return html`<time datetime="${text}">${text.slice(0, 10)}</time>`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}
