// How to get a version: lines to copy for buildout, pip and uv.

import { commands } from '../commands.ts';
import { html, type Html } from '../html.ts';
import type { ProjectModel } from './project-model.ts';
import type { View } from '../site.ts';

export function installSection(view: View, { project, version }: ProjectModel): Html {
  const index = `${view.base}${version.staged > 0 ? 'staging/' : ''}simple/`;
  const name = project.displayName;
  // Versions outside PEP 440 are on the flat pages only.
  if (version.isLegacy) return legacySection(view, name, version.version);
  return html`<section class="install" aria-labelledby="install">
    <h2 id="install">Install</h2>
    ${commands([
      ['buildout', `[buildout]\nindex = ${index}\n\n[versions]\n${name} = ${version.version}`],
      ['pip', `pip install --index-url ${index} ${name}==${version.version}`],
      ['uv', `uv pip install --default-index ${index} ${name}==${version.version}`],
    ])}
    ${view.isPrivate && loginHint()}
  </section>`;
}

function legacySection({ base }: View, name: string, version: string): Html {
  return html`<section class="install" aria-labelledby="install">
    <h2 id="install">Install</h2>
    ${commands([['buildout', `[buildout]\nfind-links = ${base}links/\n\n[versions]\n${name} = ${version}`]])}
    <p class="hint">pip and uv know no versions outside PEP 440.</p>
  </section>`;
}

function loginHint(): Html {
  return html`<p class="hint">
    This repository is private: give a token as the password, by <code>~/.netrc</code> or in the URL of the
    index, with any user name.
  </p>`;
}
