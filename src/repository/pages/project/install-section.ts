// How to get a version.

import { useCommands } from '../commands.ts';
import { html, type Html } from '../html.ts';
import type { View } from '../site.ts';
import type { ProjectModel } from './project-model.ts';

export function installSection(view: View, { project, version }: ProjectModel): Html {
  const wanted = {
    name: project.displayName,
    version: version.version,
    isLegacy: version.isLegacy,
    isStaged: version.staged > 0,
  };
  return html`<section class="install" aria-labelledby="install">
    <h2 id="install">Install</h2>
    ${useCommands(view, wanted)}
  </section>`;
}
