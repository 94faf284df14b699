// The page of a project, and of one of its versions.

import type { ProjectRecord } from '../../repository-contract.ts';
import { count, dateTag, html, plain, type Html } from '../html.ts';
import { badge, notice, type Content } from '../layout.ts';
import { promoteForm } from '../promote-form.ts';
import type { Site, View } from '../site.ts';
import { projectUrl } from '../urls.ts';
import { aboutAside } from './aside.ts';
import { filesSection } from './files-section.ts';
import { installSection } from './install-section.ts';
import { loadProject, type ProjectModel, type ProjectOrder } from './project-model.ts';
import { versionBadges } from './version-badges.ts';

/** Fails with REPOSITORY_NOT_FOUND when there is no such project or version. */
export async function projectPage(site: Site, view: View, order: ProjectOrder): Promise<Content> {
  const model = await loadProject(site, order);
  if (!('version' in model)) return emptyPage(model.project);
  const { project, version, readme } = model;
  return {
    title: `${project.displayName} ${version.version}`,
    body: html`<article class="project">
      ${head(model)} ${notices(view, model)}
      <div class="columns">
        <div class="reading">
          ${installSection(view, model)}
          ${
            readme !== undefined &&
            html`<section aria-labelledby="readme">
              <h2 id="readme">README</h2>
              <div class="readme">${readme}</div>
            </section>`
          }
          ${filesSection(view, model)}
        </div>
        ${aboutAside(site, view, model)}
      </div>
    </article>`,
  };
}

function head({ project, version, details }: ProjectModel): Html {
  const { requiresPython, license, summary } = details;
  const facts = [
    html`uploaded ${dateTag(version.uploaded)}`,
    requiresPython !== undefined && html`Python ${requiresPython}`,
    license,
    count(version.files, 'file'),
  ].filter((fact) => fact !== false && fact !== undefined);
  return html`<header class="title">
    <h1>${plain(project.displayName, 100)} <span class="version">${version.version}</span></h1>
    <p class="badges">
      ${versionBadges(version)}${project.status !== 'active' && badge(project.status, 'wait')}
    </p>
    ${summary !== '' && html`<p class="summary">${summary}</p>`}
    <ul class="facts">
      ${facts.map((fact) => html`<li>${fact}</li>`)}
    </ul>
  </header>`;
}

function notices(view: View, { project, version, newest, order }: ProjectModel): Html[] {
  const { files, staged, yanked, reason } = version;
  const list: Html[] = [];
  if (order.done === 'promoted' && staged === 0) {
    list.push(
      notice(
        'good',
        html`<p role="status">
          <strong>Promoted.</strong> ${project.displayName} ${version.version} is released.
        </p>`,
      ),
    );
  }
  if (staged > 0) {
    const what =
      staged === files
        ? 'This version waits in staging: the index shows it after its promotion.'
        : `${count(staged, 'file')} of this version ${staged === 1 ? 'waits' : 'wait'} in staging.`;
    list.push(
      notice(
        'wait',
        html`<p>${what}</p>
          ${promoteForm(view, { project: project.name, version })}`,
      ),
    );
  }
  if (yanked > 0) {
    const why = reason === '' ? 'No reason was given.' : `The reason: ${plain(reason, 500)}`;
    const what = yanked === files ? 'This version is yanked' : `${count(yanked, 'file')} of it yanked`;
    list.push(
      notice(
        'bad',
        html`<p><strong>${what}:</strong> installers take it only where it is pinned. ${why}</p>`,
      ),
    );
  }
  if (project.status !== 'active') {
    const why = project.statusReason === undefined ? '' : plain(project.statusReason, 500);
    list.push(notice('wait', html`<p>The project is <strong>${project.status}</strong>. ${why}</p>`));
  }
  if (newest.version !== version.version) {
    list.push(
      notice(
        'calm',
        html`<p>
          The newest version is <a href="${view.root}${projectUrl(project.name)}">${newest.version}</a>.
        </p>`,
      ),
    );
  }
  return list;
}

function emptyPage(project: ProjectRecord): Content {
  const reason = project.statusReason === undefined ? '' : plain(project.statusReason, 500);
  const text =
    project.status === 'quarantined'
      ? html`<p>The project is <strong>quarantined</strong>: none of its files is offered. ${reason}</p>`
      : html`<p>The name belongs to this repository, and has no file.</p>`;
  return {
    title: project.displayName,
    body: html`<article class="project">
      <header class="title"><h1>${plain(project.displayName, 100)}</h1></header>
      ${notice('wait', text)}
    </article>`,
  };
}
