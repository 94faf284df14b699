// What begins with two dots: directives, targets, substitutions, footnotes, comments.

import { renderInline } from './inline.ts';
import { imageMarkup, optionsAt } from './references.ts';
import { preformatted, type RstContext } from './rst-context.ts';

const codes = new Set([
  'code',
  'code-block',
  'sourcecode',
  'parsed-literal',
  'literalinclude',
  'math',
  'doctest',
]);
const images = new Set(['image', 'figure']);
const notes = new Set(
  (
    'note warning tip important caution danger attention hint error admonition seealso todo topic sidebar rubric ' +
    'versionadded versionchanged deprecated'
  ).split(' '),
);
const containers = new Set([
  'epigraph',
  'highlights',
  'pull-quote',
  'compound',
  'container',
  'class',
  'only',
]);
/** About the document or a machine, not for readers. */
const silent = new Set(
  (
    'contents toctree include raw meta highlight role default-role sectnum header footer target-notes index ' +
    'currentmodule testsetup testcleanup'
  ).split(' '),
);

/** `body` is what is indented below the line. */
export function renderExplicit(line: string, body: readonly string[], context: RstContext): string {
  const [, name, argument = ''] = /^\.\. ([\w:.+-]+?) ?::(?:\s+(.*)|$)/.exec(line) ?? [];
  if (name !== undefined) return renderDirective({ name: name.toLowerCase(), argument, line }, body, context);
  const [, label, text = ''] = /^\.\. \[([\w#*.-]+)\](?:\s+(.*)|$)/.exec(line) ?? [];
  if (label !== undefined)
    return `<p>[${renderInline(label, context)}] ${renderInline([text, ...body].join('\n'), context)}</p>`;
  // Targets and substitutions were collected before; everything else is a comment.
  return '';
}

function renderDirective(
  { name, argument, line }: { name: string; argument: string; line: string },
  body: readonly string[],
  context: RstContext,
): string {
  const options = optionsAt(
    body.map((one) => ` ${one}`),
    0,
  );
  const content = body.slice(options.size);
  while (content[0] === '') content.shift();
  if (codes.has(name)) return content.length === 0 ? '' : preformatted(content);
  if (images.has(name))
    return `<p>${imageMarkup(argument, options)}</p>\n${context.renderBlocks(content, context)}`;
  if (silent.has(name)) return '';
  if (containers.has(name)) return context.renderBlocks(content, context);
  if (!notes.has(name)) return preformatted([line, ...body.map((one) => (one === '' ? '' : `    ${one}`))]);
  // The argument is the beginning of the text, but for those that have a title.
  const isTitled = ['admonition', 'topic', 'sidebar', 'rubric'].includes(name);
  const label = isTitled ? renderInline(argument, context) : noteLabel(name);
  const text = isTitled ? content : [argument, ...(options.size > 0 ? content : body)];
  return `<blockquote><p><strong>${label}</strong></p>${context.renderBlocks(text, context)}</blockquote>`;
}

function noteLabel(name: string): string {
  const labels: Readonly<Record<string, string>> = {
    seealso: 'See also',
    versionadded: 'Added in version',
    versionchanged: 'Changed in version',
    deprecated: 'Deprecated since version',
  };
  return labels[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
