// The button that releases a version, behind a fold that says what it does: there is no way back.

import { allows } from '../access/tokens.ts';
import { count, html, type Html } from './html.ts';
import type { View } from './site.ts';
import { versionUrl } from './urls.ts';

export interface PromoteOrder {
  /** Normal name. */
  project: string;
  version: { version: string; staged: number };
}

export function promoteForm(view: View, { project, version }: PromoteOrder): Html {
  const { root, viewer, formKey, place } = view;
  if (viewer === undefined) {
    return html`<p>
      <a href="${root}login?next=${encodeURIComponent(place)}">Log in</a> to promote it, or use
      <code>clutch promote ${project} ${version.version}</code>.
    </p>`;
  }
  if (!allows(viewer, 'promote', project)) {
    return html`<p class="hint">Your token <q>${viewer.name}</q> may not promote it.</p>`;
  }
  const files = count(version.staged, 'file');
  return html`<details class="promote">
    <summary class="button">Promote<span class="unseen"> ${project} ${version.version}</span>…</summary>
    <form action="${root}${versionUrl(project, version.version)}promote" method="post">
      <input type="hidden" name="key" value="${formKey}" />
      <p>${files} of ${project} ${version.version} will be released, and can never change after that.</p>
      <button type="submit">Promote ${project} ${version.version}</button>
    </form>
  </details>`;
}
