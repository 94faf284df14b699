// The pages that list: the start page, what was found, recent uploads and what waits in staging.

import { formatBytes } from '#base';
import { commands } from '../commands.ts';
import { count, html, plain, timeTag, type Html } from '../html.ts';
import { searchForm, type Content } from '../layout.ts';
import { promoteForm } from '../promote-form.ts';
import type { Site, View } from '../site.ts';
import { recentUploads, uploadList } from './upload-list.ts';
import { projectUrl, versionUrl } from '../urls.ts';

export function startPage(site: Site, view: View): Content {
  const { root, base, covers } = view;
  const { projects, files, bytes } = site.counts();
  const index = `${base}simple/`;
  return {
    title: 'clutch: eggs, wheels and source releases',
    withoutSearch: true,
    body: html`<section class="hero">
        <h1>Find, install and publish distributions</h1>
        ${searchForm(view, '', true)}
        ${
          // Whoever sees some projects only is not told how many there are.
          covers === undefined &&
          html`<ul class="facts">
            <li><a href="${root}search">${count(projects, 'project')}</a></li>
            <li>${count(files, 'file')}</li>
            <li>${formatBytes(bytes)}</li>
          </ul>`
        }
      </section>
      <section aria-labelledby="recent">
        <h2 id="recent">Recent uploads</h2>
        ${uploadList(site, view, { uploads: recentUploads(site, view, 8), level: 3 })}
        <p class="more"><a href="${root}recent/">More uploads</a></p>
      </section>
      <section class="install" aria-labelledby="use">
        <h2 id="use">Use this repository</h2>
        ${commands([
          ['buildout', `[buildout]\nindex = ${index}`],
          ['pip', `pip install --index-url ${index} NAME`],
          ['uv', `uv pip install --default-index ${index} NAME`],
          ['publish', `clutch publish --repository ${base} dist/*`],
        ])}
      </section>`,
  };
}

export interface SearchRequest {
  /** As written; it may be empty. */
  query: string;
  /** From 1. */
  page: number;
}

const perPage = 20;
const mostWords = 8;

export function searchPage(site: Site, view: View, { query, page }: SearchRequest): Content {
  const { search } = site.server.core.records;
  const words = plain(query, 200)
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, mostWords);
  const { covers } = view;
  const everything = covers === undefined ? undefined : search.find({ words, limit: -1, offset: 0 });
  const visible = everything?.filter(({ name }) => covers?.(name));
  const offset = (page - 1) * perPage;
  const total = visible?.length ?? search.count(words);
  const hits = visible?.slice(offset, offset + perPage) ?? search.find({ words, limit: perPage, offset });
  const shown = words.join(' ');
  return {
    title: shown === '' ? 'All projects' : `${shown}: search`,
    query: shown,
    body: html`<h1>${shown === '' ? 'All projects' : html`Search for <q>${shown}</q>`}</h1>
      <p class="lead" role="status">
        ${total === 0 ? 'No project has all of these words in its name, summary or keywords.' : `${count(total, 'project')}${total > perPage ? `, ${offset + 1} to ${Math.min(total, offset + perPage)}` : ''}`}
      </p>
      <ol class="cards" start="${offset + 1}">
        ${hits.map(
          ({ name, displayName, summary }) =>
            html`<li class="card">
              <h2><a href="${view.root}${projectUrl(name)}">${plain(displayName, 100)}</a></h2>
              ${summary !== '' && html`<p>${plain(summary, 300)}</p>`}
            </li>`,
        )}
      </ol>
      ${pager(view, { query: shown, page, pages: Math.ceil(total / perPage) })}`,
  };
}

function pager(
  { root }: View,
  { query, page, pages }: { query: string; page: number; pages: number },
): Html | false {
  if (pages < 2) return false;
  const url = (to: number): string => `${root}search?q=${encodeURIComponent(query)}&page=${to}`;
  return html`<nav class="pager" aria-label="Pages">
    ${page > 1 && html`<a href="${url(page - 1)}" rel="prev">Previous</a>`}
    <span>Page ${page} of ${pages}</span>
    ${page < pages && html`<a href="${url(page + 1)}" rel="next">Next</a>`}
  </nav>`;
}

export function recentPage(site: Site, view: View): Content {
  return {
    title: 'Recent uploads',
    current: 'recent',
    body: html`<h1>Recent uploads</h1>
      <p class="lead">The newest first, staged ones too. There is a <a href="feed.atom">feed</a> of them.</p>
      ${uploadList(site, view, { uploads: recentUploads(site, view, 50), level: 2 })}`,
  };
}

export function stagingPage(site: Site, view: View): Content {
  const { root, covers } = view;
  const staged = site.catalog.staged(covers);
  return {
    title: 'Staging',
    current: 'staging',
    body: html`<h1>Staging</h1>
      <p class="lead">
        Uploads wait here until they are promoted, by hand or by a CI whose tests have passed. Their index is
        <a href="simple/"><code>${view.base}staging/simple/</code></a
        >.
      </p>
      ${staged.length === 0 && html`<p class="empty">Nothing waits: every upload is released.</p>`}
      <ol class="cards">
        ${staged.map(({ project, version, files }) => {
          const newest = Math.max(...files.map(({ uploaded }) => uploaded));
          const { displayName = project } = site.server.core.records.search.of(project) ?? {};
          const uploaders = [...new Set(files.map(({ uploader }) => uploader))].join(', ');
          return html`<li class="card">
            <h2>
              <a href="${root}${versionUrl(project, version)}"
                >${plain(displayName, 100)} <span class="version">${version}</span></a
              >
            </h2>
            <ul class="facts">
              <li>${count(files.length, 'file')}</li>
              <li>${timeTag(newest)}</li>
              <li>by ${plain(uploaders, 200)}</li>
            </ul>
            ${view.viewer !== undefined && promoteForm(view, { project, version: { version, staged: files.length } })}
          </li>`;
        })}
      </ol>
      ${view.viewer === undefined && staged.length > 0 && html`<p class="hint"><a href="${root}login?next=staging/">Log in</a> to promote.</p>`}`,
  };
}
