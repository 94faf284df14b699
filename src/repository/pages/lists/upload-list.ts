// Uploads as people see them: the files of one version that came in a row are one entry.

import type { FileRecord } from '../../repository-contract.ts';
import { count, html, plain, timeTag, type Html } from '../html.ts';
import { badge } from '../layout.ts';
import { kindNames } from '../project/files-section.ts';
import type { Site, View } from '../site.ts';
import { versionUrl } from '../urls.ts';

export interface Upload {
  project: string;
  version: string;
  files: readonly FileRecord[];
  /** Of its newest file. */
  uploaded: number;
}

/** The newest first. Of a reader who sees some projects only, the last thousand files are looked through. */
export function recentUploads(site: Site, { covers }: View, most: number): Upload[] {
  const files = site.catalog.recent(covers === undefined ? most * 3 : 1000, undefined, covers);
  const uploads: (Upload & { files: FileRecord[] })[] = [];
  for (const file of files) {
    const { project, version, uploaded } = file;
    const last = uploads.at(-1);
    if (last?.project === project && last.version === version) last.files.push(file);
    else uploads.push({ project, version, uploaded, files: [file] });
  }
  return uploads.slice(0, most);
}

/** With headings of level 2, or of level 3 below a heading of the page. */
export function uploadList(
  site: Site,
  view: View,
  { uploads, level }: { uploads: readonly Upload[]; level: 2 | 3 },
): Html {
  if (uploads.length === 0) {
    return html`<p class="empty">
      Nothing has been uploaded yet. <code>clutch publish FILE…</code> makes a start.
    </p>`;
  }
  return html`<ol class="cards">
    ${uploads.map((upload) => uploadCard(site, view, { upload, level }))}
  </ol>`;
}

function uploadCard(site: Site, { root }: View, { upload, level }: { upload: Upload; level: 2 | 3 }): Html {
  const { project, version, files, uploaded } = upload;
  const { displayName = project, summary = '' } = site.server.core.records.search.of(project) ?? {};
  const isStaged = files.some(({ channel }) => channel === 'staging');
  const isYanked = files.every(({ yanked }) => yanked !== undefined);
  const kinds = [...new Set(files.map(({ kind }) => kindNames[kind]))].join(', ');
  const name = html`<a href="${root}${versionUrl(project, version)}"
      >${plain(displayName, 100)} <span class="version">${version}</span></a
    >
    ${isStaged && badge('staging', 'wait')}${isYanked && badge('yanked', 'bad')}`;
  return html`<li class="card">
    ${level === 2 ? html`<h2>${name}</h2>` : html`<h3>${name}</h3>`}
    ${summary !== '' && html`<p>${plain(summary, 300)}</p>`}
    <ul class="facts">
      <li>${timeTag(uploaded)}</li>
      <li>${count(files.length, 'file')}: ${kinds}</li>
    </ul>
  </li>`;
}
