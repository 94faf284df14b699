// A README shown as it was written.

import { html, plainLines } from '../html.ts';

/** Without empty lines around it. */
export function renderText(text: string): string {
  return html`<pre class="text">${plainLines(text).replace(/^\n+/, '').trimEnd()}</pre>`.toString();
}
