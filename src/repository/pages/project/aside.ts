// Beside a project's README: what it requires, its versions, links, people, license and classifiers.

import { dateTag, foreignLink, html, plain, type Html } from '../html.ts';
import type { Person, Requirement } from './describe-version.ts';
import type { ProjectModel } from './project-model.ts';
import { versionBadges } from './version-badges.ts';
import type { Site, View } from '../site.ts';
import { projectUrl, versionUrl } from '../urls.ts';

const shownVersions = 15;

export function aboutAside(site: Site, view: View, model: ProjectModel): Html {
  return html`<aside class="about" aria-label="About this version">
    ${versionsSection(view, model)} ${requiresSection(site, view, model)} ${linksSection(model)}
    ${factsSection(model)}
  </aside>`;
}

function versionsSection({ root }: View, model: ProjectModel): Html {
  const { project, versions, version: current, order } = model;
  const shown = order.allVersions === true ? versions : versions.slice(0, shownVersions);
  return html`<section aria-labelledby="versions">
    <h2 id="versions">Versions</h2>
    <ol class="versions">
      ${shown.map(
        (version) =>
          html`<li>
            <a
              href="${root}${versionUrl(project.name, version.version)}"
              ${version.version === current.version && html` aria-current="page"`}
              >${version.version}</a
            >
            ${versionBadges(version)} ${dateTag(version.uploaded)}
          </li>`,
      )}
    </ol>
    ${
      shown.length < versions.length &&
      html`<p><a href="?versions=all#versions">All ${versions.length} versions</a></p>`
    }
  </section>`;
}

function requiresSection(site: Site, { root, covers = () => true }: View, { details }: ProjectModel): Html {
  const { requirements } = details;
  const { projects } = site.server.core.records;
  const link = ({ name, project, rest }: Requirement): Html => {
    const isOurs = project !== undefined && covers(project) && projects.find(project) !== undefined;
    const shown = isOurs
      ? html`<a href="${root}${projectUrl(project)}">${name}</a>`
      : html`<span>${name}</span>`;
    return html`<li>${shown} <span class="rest">${rest}</span></li>`;
  };
  const always = requirements.get('') ?? [];
  const extras = [...requirements].filter(([extra]) => extra !== '');
  return html`<section aria-labelledby="requires">
    <h2 id="requires">Requires</h2>
    ${
      always.length === 0
        ? html`<p class="hint">${extras.length === 0 ? 'Nothing.' : 'Nothing without extras.'}</p>`
        : html`<ul class="requires">
            ${always.map(link)}
          </ul>`
    }
    ${extras.map(
      ([extra, list]) =>
        html`<h3>with <code>[${extra}]</code></h3>
          <ul class="requires">
            ${list.map(link)}
          </ul>`,
    )}
  </section>`;
}

function linksSection({ details: { links } }: ProjectModel): Html | false {
  if (links.length === 0) return false;
  return html`<section aria-labelledby="links">
    <h2 id="links">Links</h2>
    <ul class="links">
      ${links.map(
        ({ label, href, target }) =>
          html`<li>
            ${href === undefined ? label : foreignLink(href, label)}${
              target !== label && html` <span class="target">${target}</span>`
            }
          </li>`,
      )}
    </ul>
  </section>`;
}

function factsSection({ details }: ProjectModel): Html | false {
  const { authors, maintainers, license, keywords, classifiers } = details;
  const rows: Html[] = [];
  if (authors.length > 0) rows.push(row(authors.length === 1 ? 'Author' : 'Authors', people(authors)));
  if (maintainers.length > 0) {
    rows.push(row(maintainers.length === 1 ? 'Maintainer' : 'Maintainers', people(maintainers)));
  }
  if (license !== undefined) rows.push(row('License', html`${license}`));
  if (keywords.length > 0) rows.push(row('Keywords', html`${plain(keywords.join(', '), 1000)}`));
  for (const [group, list] of classifiers) {
    rows.push(
      row(
        group,
        html`<ul>
          ${list.map((text) => html`<li>${text}</li>`)}
        </ul>`,
      ),
    );
  }
  if (rows.length === 0) return false;
  return html`<section aria-labelledby="about">
    <h2 id="about">About</h2>
    <dl class="about-list">${rows}</dl>
  </section>`;
}

function row(name: string, value: Html): Html {
  return html`<dt>${name}</dt>
    <dd>${value}</dd>`;
}

function people(list: readonly Person[]): Html {
  return html`<ul>
    ${list.map(
      ({ name, email }) =>
        html`<li>${email === undefined ? name : foreignLink(`mailto:${email}`, name)}</li>`,
    )}
  </ul>`;
}
