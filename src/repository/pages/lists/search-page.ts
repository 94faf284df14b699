// What was found, or every project.

import { html, plain } from '../html.ts';
import type { Content } from '../layout.ts';
import type { Site, View } from '../site.ts';
import { projectUrl } from '../urls.ts';
import { listPart, pager, rangeText } from './list-part.ts';

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
  const shown = words.join(' ');
  const part = listPart(
    view,
    { page, perPage },
    {
      count: () => search.count(words),
      list: (limit, offset) => search.find({ words, limit, offset }),
      projectOf: ({ name }) => name,
    },
  );
  const nothing = 'No project has all of these words in its name, summary or keywords.';
  return {
    title: shown === '' ? 'All projects' : `${shown}: search`,
    query: shown,
    body: html`<h1>${shown === '' ? 'All projects' : html`Search for <q>${shown}</q>`}</h1>
      <p class="lead" role="status">${part.total === 0 ? nothing : rangeText(part, 'project')}</p>
      <ol class="cards" start="${part.offset + 1}">
        ${part.items.map(
          ({ name, displayName, summary, version }) =>
            html`<li class="card">
              <h2>
                <a href="${view.root}${projectUrl(name)}"
                  >${plain(displayName, 100)} <span class="version">${version}</span></a
                >
              </h2>
              ${summary !== '' && html`<p>${plain(summary, 300)}</p>`}
            </li>`,
        )}
      </ol>
      ${pager(part, (to) => `${view.root}search?q=${encodeURIComponent(shown)}&page=${to}`)}`,
  };
}
