// Text within a paragraph: emphasis, literals, references, addresses. A mark counts where the specification lets it:
// after a space or an opening character, and closed before a space or punctuation.

import { escapeHtml } from '../../../simple/render-html.ts';
import { slugOf } from '../render-markdown.ts';
import { referenceName, type References } from './references.ts';

interface Rule {
  pattern: RegExp;
  render: (groups: readonly string[], references: References) => string | undefined;
}

const end = String.raw`(?=$|[\s'")\]}>\-/:.,;!?\\’”…])`;
const within = '[^]{0,2000}?';

const rules: readonly Rule[] = [
  rule('``(\\S|\\S' + within + '\\S)``', ([text = '']) => code(text)),
  rule(':[\\w.+:-]{1,60}:`([^`]{1,2000})`', ([text = '']) =>
    code(text.replace(/\s*<[^<>]*>$/, '').replace(/^~/, '')),
  ),
  rule('`([^`<]{0,500}?)\\s*<([^<>`]{1,2000})>`__?', ([text = '', address = ''], references) =>
    link(targetOf(address, references) ?? address.replaceAll(/\s+/g, ''), text === '' ? address : text),
  ),
  rule('`([^`]{1,500})`__', ([text = ''], references) => link(references.anonymous.shift(), text)),
  rule('`([^`]{1,500})`_', ([text = ''], references) => link(nameTarget(text, references), text)),
  rule('`([^`]{1,2000})`', ([text = '']) => code(text)),
  rule(
    '\\*\\*(\\S|\\S' + within + '\\S)\\*\\*',
    ([text = '']) => `<strong>${escapeHtml(unescape(text))}</strong>`,
  ),
  rule('\\*(\\S|\\S' + within + '\\S)\\*', ([text = '']) => `<em>${escapeHtml(unescape(text))}</em>`),
  rule('\\|([^|\\s][^|]{0,200})\\|(__?)?', ([name = ''], references) =>
    references.substitutions.get(name.toLowerCase()),
  ),
  rule('\\[([\\w#*.-]{1,50})\\]_', ([name = '']) => `[${escapeHtml(name)}]`),
  rule(
    '(https?://[^\\s<>"`]{1,2000}[^\\s<>"`.,;:!?)\\]\'*])',
    ([address = '']) => link(address, address),
    '',
  ),
  rule('([\\w.+-]{1,64}@[\\w-]{1,63}(?:\\.[\\w-]{1,63}){1,5})', ([address = '']) =>
    link(`mailto:${address}`, address),
  ),
  rule(
    '([\\p{L}\\p{N}](?:[\\p{L}\\p{N}.+:-]|_(?!_)(?=[\\p{L}\\p{N}])){0,100})_',
    ([name = ''], references) => {
      const target = nameTarget(name, references, false);
      return target === undefined ? undefined : link(target, name);
    },
  ),
];

function rule(pattern: string, render: Rule['render'], after: string = end): Rule {
  return { pattern: new RegExp(pattern + after, 'uy'), render };
}

/** HTML of the text of one paragraph. */
export function renderInline(text: string, references: References): string {
  let markup = '';
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') {
      markup += escapeHtml(text.slice(from, at));
      // Before a space it joins what stands around it.
      from = /\s/.test(text[at + 1] ?? '') ? at + 2 : at + 1;
      at += 1;
      continue;
    }
    if (!mayStart(text, at)) continue;
    const found = match(text, at, references);
    if (found === undefined) continue;
    markup += escapeHtml(text.slice(from, at)) + found.markup;
    from = at + found.length;
    at = from - 1;
  }
  return markup + escapeHtml(text.slice(from));
}

const starts = /[`*|[:\p{L}\p{N}]/u;

function mayStart(text: string, at: number): boolean {
  if (!starts.test(text[at] ?? '')) return false;
  return at === 0 || /[\s'"([{<\-/:‘“’«\\\u00a0]/.test(text[at - 1] ?? '');
}

function match(
  text: string,
  at: number,
  references: References,
): { markup: string; length: number } | undefined {
  for (const { pattern, render } of rules) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    const markup = found === null ? undefined : render(found.slice(1), references);
    if (found !== null && markup !== undefined) return { markup, length: found[0].length };
  }
  return undefined;
}

function code(text: string): string {
  return `<code>${escapeHtml(text)}</code>`;
}

/** Without a target it is the text alone. */
function link(target: string | undefined, text: string): string {
  const shown = escapeHtml(unescape(text).trim());
  return target === undefined ? shown : `<a href="${escapeHtml(target)}">${shown}</a>`;
}

/** `Other name_` in place of an address. */
function targetOf(address: string, references: References): string | undefined {
  return address.endsWith('_') ? nameTarget(address.slice(0, -1), references) : undefined;
}

/** An address of the text, or one of its titles. */
function nameTarget(name: string, references: References, orTitle = true): string | undefined {
  let target = references.targets.get(referenceName(name));
  for (let step = 0; step < 5 && target !== undefined && /^[^:/]+_$/.test(target); step += 1) {
    target = references.targets.get(referenceName(target.slice(0, -1)));
  }
  return target ?? (orTitle ? `#${slugOf(name)}` : undefined);
}

function unescape(text: string): string {
  return text.replaceAll(/\\(?:\s|(.))/gu, '$1');
}
