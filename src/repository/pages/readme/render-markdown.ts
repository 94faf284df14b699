// Markdown (CommonMark with GitHub's tables, strikethrough and task lists) to HTML. What comes out is a stranger's and
// goes through the sanitiser.

import { Marked, type Tokens } from 'marked';

/** Fragments of a README live below this, so that they are never an id of the page around it. */
export const readmePrefix = 'readme-';

const marked = new Marked({
  gfm: true,
  renderer: {
    heading({ tokens, depth }: Tokens.Heading): string {
      const text = this.parser.parseInline(tokens, this.parser.textRenderer);
      return `<h${depth} id="${readmePrefix}${slugOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    checkbox({ checked }: Tokens.Checkbox): string {
      return checked ? '☑ ' : '☐ ';
    },
  },
});

/** Fails as the parser does, for example when lists are nested some thousand times. */
export function renderMarkdown(text: string): string {
  return marked.parse(text, { async: false });
}

/** The fragment that GitHub gives a heading. */
export function slugOf(text: string): string {
  return text
    .slice(0, 1000)
    .toLowerCase()
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&[a-z]+;|[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')
    .slice(0, 100);
}
