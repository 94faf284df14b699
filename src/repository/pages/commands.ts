// Lines to copy: how each program is told to use this repository.

import { html, type Html } from './html.ts';
import type { View } from './site.ts';

export interface Wanted {
  /** As its author writes it; `NAME` for whatever the reader wants. */
  name: string;
  version?: string;
  /** Only the flat page has it. */
  isLegacy?: boolean;
  isStaged?: boolean;
}

type Line = readonly [program: string, text: string];

/** For buildout, pip and uv; `more` after them. */
export function useCommands(view: View, wanted: Wanted, more: readonly Line[] = []): Html {
  const { name, version, isLegacy = false, isStaged = false } = wanted;
  const channel = `${view.base}${isStaged ? 'staging/' : ''}`;
  const requirement = version === undefined ? name : `${name}==${version}`;
  const pin = version === undefined ? '' : `\n\n[versions]\n${name} = ${version}`;
  const list: Line[] = [['buildout', `[buildout]\n${sourceLine(view, channel, isLegacy)}${pin}`]];
  if (!isLegacy) list.push(...installLines(view, `${channel}simple/`, requirement));
  return html`<div class="commands">${[...list, ...more].map(block)}</div>
    ${hints(view, isLegacy)}`;
}

/** Without an upstream, whatever is not here must come from PyPI. */
function sourceLine({ hasUpstream }: View, channel: string, isLegacy: boolean): string {
  return hasUpstream && !isLegacy ? `index = ${channel}simple/` : `find-links = ${channel}links/`;
}

function installLines({ hasUpstream }: View, index: string, requirement: string): Line[] {
  const [pip, uv] = hasUpstream ? ['--index-url', '--default-index'] : ['--extra-index-url', '--index'];
  return [
    ['pip', `pip install ${pip} ${index} ${requirement}`],
    ['uv', `uv pip install ${uv} ${index} ${requirement}`],
  ];
}

function block([program, text]: Line): Html {
  return html`<figure class="command">
    <figcaption>${program}</figcaption>
    <pre><code>${text}</code></pre>
  </figure>`;
}

function hints({ hasUpstream, isPrivate }: View, isLegacy: boolean): HtmlHints {
  return [
    isLegacy && html`<p class="hint">pip and uv know no versions outside PEP 440.</p>`,
    !hasUpstream &&
      !isLegacy &&
      html`<p class="hint">
        What is not here comes from PyPI. Of a name that is in both, pip and buildout take the newest version:
        pin it.
      </p>`,
    isPrivate &&
      html`<p class="hint">
        This repository is private: give a token as the password, by <code>~/.netrc</code> or in the URL, with
        any user name.
      </p>`,
  ];
}

type HtmlHints = readonly (Html | false)[];
