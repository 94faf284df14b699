// The description of a distribution as HTML, by what its metadata says it is written in.

import { plainLines } from '../html.ts';
import { renderMarkdown } from './render-markdown.ts';
import { renderText } from './render-text.ts';
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
  if (!isMarkdown(contentType) || clean.length > longestMarkup) return renderText(clean);
  try {
    return sanitizeReadme(renderMarkdown(clean));
  } catch (error) {
    // Nested deeper than the parser can go.
    if (error instanceof RangeError) return renderText(clean);
    throw error;
  }
}

function isMarkdown(contentType: string): boolean {
  return /^text\/markdown\s*(?:;|$)/i.test(contentType.trim());
}
