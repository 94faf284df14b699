// The description of a distribution as HTML, by what its metadata says it is written in.

import { plainLines } from '../html.ts';
import { renderMarkdown } from './render-markdown.ts';
import { renderText } from './render-text.ts';
import { looksLikeRst, renderRst } from './rst/index.ts';
import { sanitizeReadme } from './sanitize-readme.ts';

export interface ReadmeRequest {
  /** `Description-Content-Type`, as written. */
  contentType: string;
  text: string;
}

/** Longer ones are shown as they are, as text. */
const longestMarkup = 400_000;

/** Harmless HTML of block elements. What can't be read as what it claims to be is shown as text. */
export function renderReadme({ contentType, text }: ReadmeRequest): string {
  const clean = plainLines(text);
  const render = clean.length > longestMarkup ? undefined : rendererOf(contentType, clean);
  if (render === undefined) return renderText(clean);
  try {
    return sanitizeReadme(render(clean));
  } catch (error) {
    // Nested deeper than the parser can go.
    if (error instanceof RangeError) return renderText(clean);
    throw error;
  }
}

/** Core metadata: without a type it is reStructuredText, if it can be read as that. */
function rendererOf(contentType: string, text: string): ((text: string) => string) | undefined {
  const [type = ''] = contentType.split(';');
  switch (type.trim().toLowerCase()) {
    case 'text/markdown':
      return renderMarkdown;
    case 'text/x-rst':
      return renderRst;
    case '':
      return looksLikeRst(text) ? renderRst : undefined;
    default:
      return undefined;
  }
}
