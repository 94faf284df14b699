// reStructuredText as far as READMEs use it: titles, paragraphs, lists, literal blocks, code, images, notes, links. Most
// eggs are described in it, there is no library that could be given strangers' text, and a README needs a tenth of the
// language. What is not known (tables, foreign directives) is shown as it is written: nothing is refused or lost but
// comments. As in docutils' specification of reStructuredText. The result goes through the sanitiser.

import { collectReferences } from './references.ts';
import { renderBlocks } from './blocks.ts';

/** HTML of the text; tabs are eight columns wide. */
export function renderRst(text: string): string {
  const lines = text.split('\n').map((line) => expandTabs(line).trimEnd());
  return renderBlocks(lines, { ...collectReferences(lines), titleStyles: [], depth: 0, renderBlocks });
}

/** Whether a text that does not say what it is in looks like reStructuredText. */
export function looksLikeRst(text: string): boolean {
  return /^(?:={3,}|-{3,}|~{3,}|\*{3,}|\.\. [\w|_])/m.test(text) && !/^(?:#{1,4} |```)/m.test(text);
}

function expandTabs(line: string): string {
  if (!line.includes('\t')) return line;
  let expanded = '';
  for (const part of line.split('\t')) {
    if (expanded !== '') expanded = expanded.padEnd(Math.ceil((expanded.length + 1) / 8) * 8);
    expanded += part;
  }
  return line.startsWith('\t') && !expanded.startsWith(' ') ? `${' '.repeat(8)}${expanded}` : expanded;
}
