// Lines to copy, each for one program.

import { html, type Html } from './html.ts';

/** Pairs of the program's name and its lines. */
export function commands(list: readonly (readonly [program: string, text: string])[]): Html {
  return html`<div class="commands">
    ${list.map(
      ([program, text]) =>
        html`<figure class="command">
          <figcaption>${program}</figcaption>
          <pre><code>${text}</code></pre>
        </figure>`,
    )}
  </div>`;
}
