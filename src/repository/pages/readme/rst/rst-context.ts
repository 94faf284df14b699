// What the kinds of blocks share.

import { escapeHtml } from '../../../simple/render-html.ts';
import type { References } from './references.ts';

export interface RstContext extends References {
  /** Underlines (and overlines) of titles in the order of their appearance: the first is the highest level. */
  titleStyles: string[];
  depth: number;
  /** The HTML of blocks within a block. */
  renderBlocks: (lines: readonly string[], context: RstContext) => string;
}

export function preformatted(lines: readonly string[]): string {
  return `<pre><code>${escapeHtml(lines.join('\n'))}</code></pre>`;
}
