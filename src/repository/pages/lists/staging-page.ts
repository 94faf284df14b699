// What waits in staging, with a button for who may promote it.

import { count, html, plain, timeTag, type Html } from '../html.ts';
import type { Content } from '../layout.ts';
import { promoteForm } from '../promote-form.ts';
import type { StagedVersion } from '../../records/file-records.ts';
import type { Site, View } from '../site.ts';
import { versionUrl } from '../urls.ts';
import { listPart, pager, rangeText } from './list-part.ts';

const perPage = 30;

export function stagingPage(site: Site, view: View, page: number): Content {
  const { root, base, viewer } = view;
  const { files } = site.server.core.records;
  const part = listPart(
    view,
    { page, perPage },
    {
      count: () => files.countStagedVersions(),
      list: (limit, offset) => files.stagedVersions(limit, offset),
      projectOf: ({ project }) => project,
    },
  );
  const isEmpty = part.total === 0;
  return {
    title: 'Staging',
    current: 'staging',
    body: html`<h1>Staging</h1>
      <p class="lead">
        Uploads wait here until they are promoted, by hand or by a CI whose tests have passed. Their index is
        <a href="simple/"><code>${base}staging/simple/</code></a
        >.
      </p>
      ${
        isEmpty
          ? html`<p class="empty">Nothing waits: every upload is released.</p>`
          : html`<p class="hint">
              ${rangeText(part, 'version')}${
                viewer === undefined && html`. <a href="${root}login?next=staging/">Log in</a> to promote.`
              }
            </p>`
      }
      <ol class="cards" start="${part.offset + 1}">
        ${part.items.map((staged) => stagedCard(site, view, staged))}
      </ol>
      ${pager(part, (to) => `?page=${to}`)}`,
  };
}

function stagedCard(site: Site, view: View, staged: StagedVersion): Html {
  const { project, version, files, uploaded, uploaders } = staged;
  const { displayName = project, summary = '' } = site.server.core.records.search.of(project) ?? {};
  return html`<li class="card">
    <h2>
      <a href="${view.root}${versionUrl(project, version)}"
        >${plain(displayName, 100)} <span class="version">${version}</span></a
      >
    </h2>
    ${summary !== '' && html`<p>${plain(summary, 300)}</p>`}
    <ul class="facts">
      <li>${count(files, 'file')}</li>
      <li>${timeTag(uploaded)}</li>
      <li>by ${plain(uploaders.replaceAll(',', ', '), 200)}</li>
    </ul>
    ${view.viewer !== undefined && promoteForm(view, { project, version: { version, staged: files } })}
  </li>`;
}
